#define _GNU_SOURCE
#include "sites.h"

#include "clock.h"
#include "encode.h"
#include "gils.h"
#include "text.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define SITES_MAX 65536u /* numbers are 1 .. SITES_MAX - 1 */
#define BUCKETS (2 * SITES_MAX)
#define PROBES 32
#define ARENA (8u << 20)
#define NAME_MAX_BYTES 240
#define FILE_MAX_BYTES 1000
#define JSON_MAX 9000
#define FOREIGN_TEXT 8192
#define NO_POSITION UINT64_MAX    /* of a function as a whole: no line */
#define BUILTIN (1ull << 62)     /* of one written in C; no index, of -1 neither */
#define BUSY_TRIES 1000          /* whoever adds is done in microseconds */
#define LONG_HOLD_NS 10000000u
#define LOOK_EVERY_NS 20000000u

struct site {
    uintptr_t code;
    uint64_t position;
    uintptr_t print; /* tells another code object at the same address */
    uint32_t name, qualname, file; /* in the arena; 0: none */
    int32_t first_line, line;
};

bool gs_sites_on;
struct gs_site_layout gs_site_at;
static bool layout_known, drops_unwanted;
static void *(*this_state)(void);
static int (*line_of)(void *, int);
static struct site *sites;
static _Atomic uint32_t *buckets; /* numbers by hash; 0: free */
static char *arena;
static uint32_t arena_used;
static _Atomic uint32_t known; /* the highest number given out */
static atomic_flag adding = ATOMIC_FLAG_INIT;
static uint32_t told;

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

static uint32_t find_or_add(uintptr_t code, uint64_t position, uintptr_t print, bool own, const struct gs_builtin *builtin);

uint32_t gs_site_here(struct gs_slot *slot) {
    uintptr_t frame = own_frame(slot);
    if (unlikely(!frame)) return 0;
    uintptr_t code = gs_site_word_at(frame + (uintptr_t)gs_site_at.frame_code) & gs_site_at.code_mask;
    if (unlikely(!code || gs_site_word_at(code + (uintptr_t)gs_site_at.object_type) != gs_site_at.code_type)) return 0;
    uint64_t position = position_in(frame, code);
    uintptr_t print = gs_site_print(code);
    if (likely(code == slot->site_code && position == slot->site_position && print == slot->site_print)) return slot->site_known;
    uint32_t found = find_or_add(code, position, print, true, NULL);
    slot->site_code = code;
    slot->site_position = position;
    slot->site_print = print;
    slot->site_known = found;
    return found;
}

/* ---- the table: read without a lock, added to by one at a time ---- */

/* By all three: at one address there may be hundreds, one after another. */
static inline uint32_t bucket_of(uintptr_t code, uint64_t position, uintptr_t print) {
    uint64_t mixed = ((uint64_t)code >> 4 ^ position << 17 ^ position ^ print) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(mixed >> 40) & (BUCKETS - 1);
}

/* Its number, or 0; `free` becomes the bucket where it belongs, or BUCKETS. */
static uint32_t find(uintptr_t code, uint64_t position, uintptr_t print, uint32_t *free_bucket) {
    uint32_t bucket = bucket_of(code, position, print);
    for (int i = 0; i < PROBES; i++, bucket = (bucket + 1) & (BUCKETS - 1)) {
        uint32_t id = atomic_load_explicit(&buckets[bucket], memory_order_acquire);
        if (!id) {
            *free_bucket = bucket;
            return 0;
        }
        const struct site *site = &sites[id];
        if (site->code == code && site->position == position && site->print == print) return id;
    }
    *free_bucket = BUCKETS;
    return 0;
}

/* Of a thread's own objects, which stay while it looks; else through the kernel, which fails where there is nothing any more. */
__attribute__((no_sanitize("address"))) static bool copy(uintptr_t address, void *out, size_t length, bool own) {
    if (!own) return gs_peek(address, out, length) == length;
    for (size_t i = 0; i < length; i++) ((uint8_t *)out)[i] = ((const uint8_t *)address)[i];
    return true;
}

/* A Python str as UTF-8 into the arena; 0 when there is no room or its form is unknown. */
static uint32_t keep_text(uintptr_t object, size_t most, bool tail, bool own) {
    static uint8_t foreign[FOREIGN_TEXT]; /* one adds at a time */
    uint8_t head[GS_STR_HEAD];
    struct gs_str_view view;
    if (!object || arena_used + most + 4 > ARENA || !copy(object, head, sizeof head, own) || !gs_str_view(&gs_site_at, object, head, &view))
        return 0;
    if (!own) {
        if (view.length > sizeof foreign / 4 || !copy((uintptr_t)view.data, foreign, view.length * (size_t)view.width, false)) return 0;
        view.data = foreign;
    }
    size_t length = gs_str_utf8(&view, arena + arena_used, most, tail);
    arena[arena_used + length] = 0;
    uint32_t start = arena_used;
    arena_used += (uint32_t)length + 1;
    return start;
}

static void describe(struct site *site, bool own) {
    uintptr_t code = site->code, name = 0, qualname = 0, file = 0;
    copy(code + (uintptr_t)gs_site_at.code_name, &name, sizeof name, own);
    copy(code + (uintptr_t)gs_site_at.code_file, &file, sizeof file, own);
    if (gs_site_at.code_qualname >= 0) copy(code + (uintptr_t)gs_site_at.code_qualname, &qualname, sizeof qualname, own);
    copy(code + (uintptr_t)gs_site_at.code_first_line, &site->first_line, sizeof site->first_line, own);
    site->name = keep_text(name, NAME_MAX_BYTES, false, own);
    site->qualname = qualname == name ? 0 : keep_text(qualname, NAME_MAX_BYTES, false, own);
    site->file = keep_text(file, FILE_MAX_BYTES, true, own);
    /* Objects/codeobject.c: reads the line table, allocates nothing. -1: no line of the program's own. */
    site->line = own && line_of && site->position < INT32_MAX ? line_of((void *)code, (int)site->position) : -1;
}

/* A C text of at most `most` bytes; the interpreter's own, or a library's. */
static uint32_t keep_c_text(uintptr_t text, size_t most) {
    char part[NAME_MAX_BYTES + 1];
    size_t length = 0;
    if (!text || arena_used + most + 4 > ARENA) return 0;
    for (; length < most && copy(text + length, part + length, 1, true) && part[length]; length++) {}
    part[length] = 0;
    memcpy(arena + arena_used, part, length + 1);
    uint32_t start = arena_used;
    arena_used += (uint32_t)length + 1;
    return start;
}

static void describe_builtin(struct site *site, const struct gs_builtin *builtin) {
    site->name = keep_c_text(builtin->name, NAME_MAX_BYTES);
    site->file = builtin->module ? keep_text(builtin->module, NAME_MAX_BYTES, false, true) : keep_c_text(builtin->type_name, NAME_MAX_BYTES);
    site->line = -1;
}

/* Only at first sight. Whoever finds another thread adding does without this once. */
__attribute__((noinline)) static uint32_t find_or_add(uintptr_t code, uint64_t position, uintptr_t print, bool own, const struct gs_builtin *builtin) {
    uint32_t bucket, id = find(code, position, print, &bucket);
    if (id || bucket == BUCKETS || atomic_flag_test_and_set_explicit(&adding, memory_order_acquire)) return id;
    id = find(code, position, print, &bucket);
    uint32_t next = atomic_load_explicit(&known, memory_order_relaxed) + 1;
    if (!id && bucket != BUCKETS && next < SITES_MAX) {
        sites[next] = (struct site){.code = code, .position = position, .print = print};
        if (builtin) describe_builtin(&sites[next], builtin);
        else describe(&sites[next], own);
        atomic_store_explicit(&buckets[bucket], next, memory_order_release);
        atomic_store_explicit(&known, next, memory_order_release);
        id = next;
    }
    atomic_flag_clear_explicit(&adding, memory_order_release);
    return id;
}

/* ---- functions as a whole, for the function trace ---- */

/* A function is described once for each thread that calls it: whoever else adds just now is waited for, for some microseconds. */
static uint32_t add_patiently(uintptr_t code, uint64_t position, uintptr_t print, const struct gs_builtin *builtin) {
    uint32_t id = 0;
    for (int i = 1; !id && i <= BUSY_TRIES && atomic_load_explicit(&known, memory_order_relaxed) + 1 < SITES_MAX; i++) {
        id = find_or_add(code, position, print, true, builtin);
        if (i % 100 == 0) sched_yield();
    }
    return id;
}

uint32_t gs_site_function(uintptr_t code, uintptr_t print) { return add_patiently(code, NO_POSITION, print, NULL); }
uint32_t gs_site_builtin(const struct gs_builtin *builtin) { return add_patiently(builtin->table, BUILTIN, builtin->print, builtin); }
static char own_folder[2][FILE_MAX_BYTES];

static bool lies_in(const char *file, const char *folder) {
    size_t length = strlen(folder);
    return length && strncmp(file, folder, length) == 0 && file[length] == '/';
}

/* Not the body of the module that lets us in (boot/sitecustomize.py): the user's own of that name runs in it. */
bool gs_site_own(uint32_t id) {
    if (!id || !sites[id].file) return false;
    const char *file = arena + sites[id].file;
    if (lies_in(file, own_folder[0])) return true;
    return lies_in(file, own_folder[1]) && sites[id].name && strcmp(arena + sites[id].name, "<module>") != 0;
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
    return find_or_add(code, NO_POSITION, gs_site_print_from(name, file, first_line), false, NULL);
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

void gs_sites_child(void) { atomic_flag_clear(&adding); }

/* ---- telling ---- */

void gs_sites_open(void) {
    told = 0;
    looking.next = looking.looks = looking.ns = 0;
}

static bool tell(struct gs_outq *out, uint32_t id) {
    const struct site *site = &sites[id];
    char text[JSON_MAX], number_text[24] = "null";
    size_t length = (size_t)snprintf(text, sizeof text, "{\"id\":%u,\"name\":", id);
    length += gs_json_escape(text + length, site->name ? arena + site->name : "?");
    if (site->qualname) {
        length += (size_t)sprintf(text + length, ",\"qualname\":");
        length += gs_json_escape(text + length, arena + site->qualname);
    }
    length += (size_t)sprintf(text + length, ",\"file\":");
    length += gs_json_escape(text + length, site->file ? arena + site->file : site->position == BUILTIN ? "" : "?");
    if (site->position == BUILTIN) length += (size_t)sprintf(text + length, ",\"builtin\":true");
    if (site->line > 0) snprintf(number_text, sizeof number_text, "%d", site->line);
    length += (size_t)sprintf(text + length, ",\"first_line\":%d,\"line\":%s}", site->first_line > 0 ? site->first_line : 0, number_text);
    return gs_outq_frame(out, GS_F_SITE, text, length);
}

void gs_sites_tell(struct gs_outq *out) {
    if (!layout_known) return;
    uint32_t last = atomic_load_explicit(&known, memory_order_acquire);
    while (told < last && tell(out, told + 1)) told++;
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

static void *reserve(size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

int gs_sites_set(const struct gs_site_layout *layout) {
    gs_sites_on = layout_known = false;
    if (!layout || layout->size != sizeof *layout || !gs_thread_state()) return GS_ERR_LAYOUT;
    void *function = dlsym(RTLD_DEFAULT, "PyCode_Addr2Line");
    memcpy(&line_of, &function, sizeof function);
    gs_site_at = *layout;
    if (!sites) sites = reserve(SITES_MAX * sizeof *sites);
    if (!buckets) buckets = reserve(BUCKETS * sizeof *buckets);
    if (!arena) arena = reserve(ARENA);
    if (!sites || !buckets || !arena) return GS_ERR_SYSTEM;
    if (!arena_used) arena_used = 1;
    layout_known = true;
    gs_sites_on = !drops_unwanted;
    return GS_OK;
}

void gs_sites_drops(int wanted) { drops_unwanted = !wanted; }

int gs_site_look(char *out, size_t capacity) {
    struct gs_slot here = {0};
    uint32_t id = layout_known ? gs_site_here(&here) : 0;
    if (!id) return 0;
    const struct site *site = &sites[id];
    snprintf(out, capacity, "%s\n%s\n%s\n%d\n%d", site->name ? arena + site->name : "", site->qualname ? arena + site->qualname : "",
             site->file ? arena + site->file : "", site->first_line, site->line);
    return (int)id;
}
