#define _GNU_SOURCE
#include "sites.h"

#include "clock.h"
#include "encode.h"
#include "gils.h"
#include "sites_table.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define BUSY_TRIES 1000          /* whoever adds is done in microseconds */
#define OWN_FOLDER_BYTES 1000
#define LONG_HOLD_NS 10000000u
#define LOOK_EVERY_NS 20000000u

bool gs_sites_on;
struct gs_site_layout gs_site_at;
static bool layout_known, drops_unwanted;
static void *(*this_state)(void);

/* ---- reading: the thread's own frame and what it keeps alive ---- */

static inline uintptr_t own_frame(struct gs_slot *slot) {
    uintptr_t state = (uintptr_t)this_state();
    atomic_store_explicit(&slot->state, state, memory_order_relaxed);
    if (!state) return 0;
    uintptr_t frame = gs_site_word_at(state + (uintptr_t)gs_site_at.state_frame);
    return frame && gs_site_at.frame_frame >= 0 ? gs_site_word_at(frame + (uintptr_t)gs_site_at.frame_frame) : frame;
}

static inline uint64_t position_in(uintptr_t frame, uintptr_t code) {
    if (gs_site_at.position_bytes == 4) return (uint64_t)((int64_t)gs_site_number_at(frame + (uintptr_t)gs_site_at.frame_position) * gs_site_at.position_unit);
    return gs_site_word_at(frame + (uintptr_t)gs_site_at.frame_position) - code - (uintptr_t)gs_site_at.code_start;
}

uint32_t gs_site_here(struct gs_slot *slot) {
    uintptr_t frame = own_frame(slot);
    if (unlikely(!frame)) return 0;
    uintptr_t code = gs_site_word_at(frame + (uintptr_t)gs_site_at.frame_code) & gs_site_at.code_mask;
    if (unlikely(!code || gs_site_word_at(code + (uintptr_t)gs_site_at.object_type) != gs_site_at.code_type)) return 0;
    uint64_t position = position_in(frame, code);
    uintptr_t print = gs_site_print(code);
    if (likely(code == slot->site_code && position == slot->site_position && print == slot->site_print)) return slot->site_known;
    uint32_t found = gs_sites_number(&(struct gs_site_key){code, position, print}, NULL);
    if (unlikely(!found && !gs_sites_full())) return 0; /* next time, then */
    slot->site_code = code;
    slot->site_position = position;
    slot->site_print = print;
    slot->site_known = found;
    return found;
}

/* ---- functions as a whole, for the function trace ---- */

/* A function is described once for each thread that calls it: whoever else adds just now is waited for, for some microseconds. */
static uint32_t add_patiently(const struct gs_site_key *key, const struct gs_builtin *builtin) {
    uint32_t id = 0;
    for (int i = 1; !id && i <= BUSY_TRIES && !gs_sites_full(); i++) {
        id = gs_sites_number(key, builtin);
        if (i % 100 == 0) sched_yield();
    }
    return id;
}

uint32_t gs_site_function(uintptr_t code, uintptr_t print) { return add_patiently(&(struct gs_site_key){code, GS_NO_POSITION, print}, NULL); }
uint32_t gs_site_builtin(const struct gs_builtin *builtin) {
    return add_patiently(&(struct gs_site_key){builtin->table, GS_BUILTIN, builtin->print}, builtin);
}

static char own_folder[2][OWN_FOLDER_BYTES];

static bool lies_in(const char *file, const char *folder) {
    size_t length = strlen(folder);
    return length && strncmp(file, folder, length) == 0 && file[length] == '/';
}

/* Not the body of the module that lets us in (boot/sitecustomize.py): the user's own of that name runs in it. */
bool gs_site_own(uint32_t id) {
    if (!id) return false;
    struct gs_site_texts site = gs_sites_texts(id);
    if (lies_in(site.file, own_folder[0])) return true;
    return lies_in(site.file, own_folder[1]) && *site.name && strcmp(site.name, "<module>") != 0;
}

void gs_calls_own(const char *agent, const char *boot) {
    snprintf(own_folder[0], sizeof own_folder[0], "%s", agent);
    snprintf(own_folder[1], sizeof own_folder[1], "%s", boot);
}

const struct gs_site_layout *gs_sites_layout(void) { return layout_known ? &gs_site_at : NULL; }

/* ---- looking at others ---- */

static uint64_t look_every = LOOK_EVERY_NS;
static struct {
    uint64_t next, looks, ns;
} looking;

void gs_sites_look_every(uint64_t ns) { look_every = ns; }
uint64_t gs_sites_next_look(void) { return gs_sites_on && look_every ? looking.next : UINT64_MAX; }

static uintptr_t foreign_word(uintptr_t address) {
    uintptr_t value = 0;
    return gs_peek(address, &value, sizeof value) == sizeof value ? value : 0;
}

/* The function at the top of another thread's stack; 0 when what is there makes no sense. */
static uint32_t site_of(uintptr_t state) {
    uintptr_t frame = foreign_word(state + (uintptr_t)gs_site_at.state_frame);
    if (frame && gs_site_at.frame_frame >= 0) frame = foreign_word(frame + (uintptr_t)gs_site_at.frame_frame);
    uintptr_t code = frame ? foreign_word(frame + (uintptr_t)gs_site_at.frame_code) & gs_site_at.code_mask : 0;
    if (!code || foreign_word(code + (uintptr_t)gs_site_at.object_type) != gs_site_at.code_type) return 0;
    uintptr_t name = foreign_word(code + (uintptr_t)gs_site_at.code_name), file = foreign_word(code + (uintptr_t)gs_site_at.code_file);
    int32_t first_line = 0;
    if (gs_peek(code + (uintptr_t)gs_site_at.code_first_line, &first_line, sizeof first_line) != sizeof first_line) return 0;
    return gs_sites_number_seen(&(struct gs_site_key){code, GS_NO_POSITION, gs_site_print_from(name, file, first_line)});
}

static void look_at(struct gs_outq *out, const struct gs_gil *gil, uint64_t now) {
    struct gs_slot *slot = (struct gs_slot *)atomic_load(&gil->holder);
    uint64_t taken = atomic_load(&gil->taken);
    uintptr_t state = slot ? atomic_load(&slot->state) : 0;
    if (!state || now < taken + LONG_HOLD_NS) return;
    uint32_t site = site_of(state);
    looking.looks++;
    if (!site || atomic_load(&gil->taken) != taken || atomic_load(&gil->holder) != (uintptr_t)slot) return;
    char text[96];
    int length = snprintf(text, sizeof text, "{\"ns\":\"%llu\",\"serial\":%u,\"site\":%u}", (unsigned long long)now, slot->serial, site);
    gs_outq_frame(out, GS_F_LOOK, text, (size_t)length);
}

void gs_sites_look_around(struct gs_outq *out, uint64_t now, bool last) {
    if (!gs_sites_on || (now < gs_sites_next_look() && !last)) return;
    for (uint32_t i = 0; look_every && i < atomic_load(&gs_gil_count); i++)
        if (atomic_load(&gs_gils[i].cond)) look_at(out, &gs_gils[i], now);
    looking.next = looking.next + look_every > now ? looking.next + look_every : now + look_every; /* what was missed is not made up for */
    looking.ns += gs_monotonic() - now;
    if (!last) return;
    char text[96];
    int length = snprintf(text, sizeof text, "{\"looks\":%llu,\"looks_ns\":\"%llu\"}", (unsigned long long)looking.looks,
                          (unsigned long long)looking.ns);
    gs_outq_frame(out, GS_F_STATE, text, (size_t)length);
}

void gs_site_learn(struct gs_slot *slot) {
    if (layout_known) atomic_store_explicit(&slot->state, (uintptr_t)this_state(), memory_order_relaxed);
}

void gs_sites_child(void) { gs_sites_free_locks(); }

/* ---- telling ---- */

void gs_sites_open(void) {
    gs_sites_forget_told();
    looking.next = looking.looks = looking.ns = 0;
}

void gs_sites_tell(struct gs_outq *out) {
    if (layout_known) gs_sites_tell_all(out);
}

/* ---- the door for sites.py: the GIL is held ---- */

uintptr_t gs_thread_state(void) {
    void *function = dlsym(RTLD_DEFAULT, "PyGILState_GetThisThreadState");
    if (!function) return 0;
    memcpy(&this_state, &function, sizeof function);
    return (uintptr_t)this_state();
}

/* Where the kernel forbids the one way (seccomp in a container) the other may be open. */
size_t gs_peek(uintptr_t address, void *out, size_t length) {
    struct iovec here = {out, length}, there = {(void *)address, length};
    ssize_t got = process_vm_readv(getpid(), &here, 1, &there, 1, 0);
    if (got < 0 && errno != EFAULT) {
        int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
        got = memory < 0 ? -1 : pread(memory, out, length, (off_t)address);
        if (memory >= 0) close(memory);
    }
    return got < 0 ? 0 : (size_t)got;
}

int gs_sites_set(const struct gs_site_layout *layout) {
    gs_sites_on = layout_known = false;
    if (!layout || layout->size != sizeof *layout || !gs_thread_state()) return GS_ERR_LAYOUT;
    void *function = dlsym(RTLD_DEFAULT, "PyCode_Addr2Line");
    int (*line_of)(void *, int);
    memcpy(&line_of, &function, sizeof function);
    gs_site_at = *layout;
    int reserved = gs_sites_reserve(line_of);
    if (reserved != GS_OK) return reserved;
    layout_known = true;
    gs_sites_on = !drops_unwanted;
    return GS_OK;
}

void gs_sites_drops(int wanted) { drops_unwanted = !wanted; }

int gs_site_look(char *out, size_t capacity) {
    struct gs_slot here = {0};
    uint32_t id = layout_known ? gs_site_here(&here) : 0;
    if (!id) return 0;
    struct gs_site_texts site = gs_sites_texts(id);
    snprintf(out, capacity, "%s\n%s\n%s\n%d\n%d", site.name, site.qualname, site.file, site.first_line, site.line);
    return (int)id;
}
