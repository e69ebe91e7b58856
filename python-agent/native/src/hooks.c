/*
 * The hot path: what the interpreter calls in place of pthread_cond_*. Each
 * hook notes an event and then does exactly what the real function does.
 *
 * Take and drop signal with gil->mutex held (Python/ceval_gil.[hc]), so times read here are in true
 * order across threads, and plain reading of switch_number is safe. Nothing here allocates, locks,
 * sets errno, or makes a system call that is not accounted for in the comments.
 */
#define _GNU_SOURCE
#include "hooks.h"

#include "calls.h"
#include "clock.h"
#include "gils.h"
#include "impatient.h"
#include "sites.h"
#include "slots.h"

#include <errno.h>
#include <pthread.h>

#define RELEASE_MIN_NS 200000u  /* shorter releases are not measured */
#define CPU_READ_EVERY 1000000u /* a reading costs a system call: one per millisecond and thread */

uintptr_t gs_site_start, gs_site_size;
int gs_site_word = -1;

static _Thread_local struct gs_tap *tap __attribute__((tls_model("initial-exec")));

void gs_tap_set(struct gs_tap *value) { tap = value; }

/* Is `frame + words` certainly mapped? Below the thread's top, or at least on the page of the frame itself. */
static inline bool readable(const struct gs_slot *slot, const uintptr_t *frame, const uintptr_t *word) {
    return (uintptr_t)(word + 1) <= slot->stack_high || ((uintptr_t)word ^ (uintptr_t)frame) < 4096;
}

__attribute__((no_sanitize("address"))) static inline bool in_site(const uintptr_t *word) {
    return *word - gs_site_start < gs_site_size;
}

/*
 * Link-time optimisation puts copies of PyEval_SaveThread into its callers (Debian's _Py_read). There drop_gil is inlined
 * too, so the hook's own return address tells the places apart. A place that lets go unasked and whose thread then asks
 * again is no pre-emption, which only ever happens on request. That the thread asks again matters: the
 * remaining drop_gil serves pre-emptions and the ends of threads alike, from one return address.
 */
struct learned_site {
    _Atomic uintptr_t address;
    _Atomic uint32_t asked, unasked;
};
#define LEARNED_MAX 32
#define LEARNED_MIN 4
static struct learned_site learned[LEARNED_MAX];

static struct learned_site *learned_at(uintptr_t address) {
    for (int i = 0; i < LEARNED_MAX; i++) {
        uintptr_t known = atomic_load_explicit(&learned[i].address, memory_order_relaxed);
        if (!known && atomic_compare_exchange_strong(&learned[i].address, &known, address)) return &learned[i];
        if (known == address) return &learned[i];
    }
    return NULL;
}

__attribute__((noinline)) static bool learned_voluntary(uintptr_t address) {
    struct learned_site *site = learned_at(address);
    if (!site) return false;
    uint32_t asked = atomic_fetch_add_explicit(&site->asked, 1, memory_order_relaxed) + 1;
    uint32_t unasked = atomic_load_explicit(&site->unasked, memory_order_relaxed);
    return unasked >= LEARNED_MIN && unasked > asked;
}

__attribute__((noinline)) static void learn(struct gs_slot *slot) {
    struct learned_site *site = learned_at(slot->drop_place);
    slot->drop_place = 0;
    if (site) atomic_fetch_add_explicit(&site->unasked, 1, memory_order_relaxed);
}

/* Whether a drop is certainly not a pre-emption: flag A of DROP. */
static inline bool voluntary(struct gs_slot *slot, const struct gs_gil *gil, const uintptr_t *frame) {
    if (unlikely(gs_site_word < 0)) return !gil->requested;
    if (likely(readable(slot, frame, frame + gs_site_word)) && likely(in_site(frame + gs_site_word))) return true;
    bool inlined = gs_site_word == GS_RETURN_WORD;
    if (gil->requested) return inlined && learned_voluntary(frame[GS_RETURN_WORD]);
    if (inlined) slot->drop_place = frame[GS_RETURN_WORD];
    return true;
}

__attribute__((noinline)) static void note_tap(const pthread_cond_t *cond, const uintptr_t *frame) {
    if (!tap->armed) return;
    tap->armed = false;
    tap->cond = (uintptr_t)cond;
    tap->locked = gs_locked(tap->cond);
    tap->site = -1;
    for (int i = GS_RETURN_WORD; i < GS_SITE_WORDS && tap->site < 0; i++)
        if (in_site(frame + i)) tap->site = i;
}

/*
 * RELEASE_CPU: CPU used between a voluntary drop and asking again. The CPU clock was read at or before
 * the drop; it counts only if what passed between reading and drop, taken to be all on CPU, is at most a tenth.
 */
__attribute__((noinline)) static void measure_release(struct gs_slot *slot, uint64_t now, uint64_t drop) {
    uint64_t length = now - drop, lead = drop - slot->cpu_at;
    if (!slot->cpu_at || lead > length / 10) return;
    uint64_t cpu = gs_thread_cpu();
    int64_t used = (int64_t)(cpu - slot->cpu_ns) - (int64_t)lead;
    slot->cpu_ns = cpu;
    slot->cpu_at = now;
    used = used < 0 ? 0 : used > (int64_t)length ? (int64_t)length : used;
    gs_push(slot, now, gs_meta_number(GS_RELEASE_CPU, (uint64_t)used));
}

static inline void release_ends(struct gs_slot *slot, uint64_t now) {
    uint64_t drop = slot->drop_ns;
    slot->drop_ns = 0;
    if (unlikely(slot->drop_place)) learn(slot);
    if (unlikely(drop && now - drop >= RELEASE_MIN_NS)) measure_release(slot, now, drop);
}

/* What the function trace keeps for the thread, under the main interpreter's GIL. */
static inline struct gs_calls *calls_of(struct gs_slot *slot, const struct gs_gil *gil) {
    struct gs_calls *calls = atomic_load_explicit(&slot->calls, memory_order_relaxed);
    return likely(!calls) || gil->id != 0 ? NULL : calls;
}

static inline void on_drop(struct gs_slot *slot, struct gs_gil *gil, const uintptr_t *frame) {
    bool site = voluntary(slot, gil, frame);
    gs_begin(slot);
    uint64_t now = gs_monotonic();
    gs_site_note(slot, now);
    gs_push(slot, now, gs_meta(GS_DROP, site, GS_NO_CORE, gil->id));
    gs_end(slot);
    if (unlikely(calls_of(slot, gil) != NULL)) gs_calls_dropped(calls_of(slot, gil), now);
    atomic_store_explicit(&gil->holder, 0, memory_order_relaxed);
    slot->drop_ns = site ? now : 0;
    if (slot->drop_ns && unlikely(now - slot->cpu_at >= CPU_READ_EVERY)) {
        slot->cpu_at = now;
        slot->cpu_ns = gs_thread_cpu();
    }
}

__attribute__((noinline)) static void first_take(struct gs_gil *gil, uint64_t number, uint64_t now) {
    atomic_store(&gil->seen, number - 1);
    atomic_store(&gil->count0, number - 1);
    atomic_store(&gil->since, now);
}

static inline void on_take(struct gs_slot *slot, struct gs_gil *gil, uintptr_t cond) {
    uint64_t number = gs_switch_number(cond);
    gs_begin(slot);
    uint64_t now = gs_monotonic();
    if (unlikely(!atomic_load_explicit(&gil->since, memory_order_relaxed))) first_take(gil, number, now);
    bool changed = number != atomic_load_explicit(&gil->seen, memory_order_relaxed);
    if (changed) atomic_store_explicit(&gil->seen, number, memory_order_relaxed);
    gil->requested = false;
    atomic_store_explicit(&gil->taken, now, memory_order_relaxed);
    atomic_store_explicit(&gil->holder, (uintptr_t)slot, memory_order_relaxed);
    if (unlikely(!atomic_load_explicit(&slot->state, memory_order_relaxed))) gs_site_learn(slot);
    if (!slot->asked) release_ends(slot, now);
    gs_push(slot, now, gs_meta(GS_TAKE, changed, gs_core(), gil->id));
    slot->asked = false;
    gs_end(slot);
    if (unlikely(calls_of(slot, gil) != NULL)) gs_calls_taken(calls_of(slot, gil), now);
}

static int hook_signal(pthread_cond_t *cond) {
    struct gs_gil *gil = gs_gil_of(cond, gs_tls.gil);
    struct gs_slot *slot = likely(gil != NULL) ? gs_slot() : NULL;
    if (likely(slot != NULL)) {
        uintptr_t own = atomic_load_explicit(&gil->cond, memory_order_relaxed);
        gs_tls.gil = gil;
        if ((uintptr_t)cond == own) on_drop(slot, gil, __builtin_frame_address(0));
        else on_take(slot, gil, own);
    } else if (tap)
        note_tap(cond, __builtin_frame_address(0));
    return gs_signal_favoured(cond) ? 0 : pthread_cond_signal(cond);
}

/* The slot and GIL if this is a wait for a GIL that is being recorded. */
static inline struct gs_slot *waiting_for(const pthread_cond_t *cond, uintptr_t offset, struct gs_gil **gil) {
    *gil = gs_gil_of(cond, gs_tls.gil);
    if (!*gil || (uintptr_t)cond != atomic_load_explicit(&(*gil)->cond, memory_order_relaxed) + offset) return NULL;
    struct gs_slot *slot = gs_slot();
    if (slot) gs_tls.gil = *gil;
    return slot;
}

static void on_ask(struct gs_slot *slot, const struct gs_gil *gil) {
    if (slot->asked) return;
    gs_begin(slot);
    uint64_t now = gs_monotonic();
    release_ends(slot, now);
    gs_push(slot, now, gs_meta(GS_WAIT, false, gs_core(), gil->id));
    slot->asked = true;
    gs_end(slot);
    if (unlikely(calls_of(slot, gil) != NULL)) gs_calls_asked(calls_of(slot, gil), now);
}

/*
 * As take_gil itself decides after a wait: a time-out, the GIL still taken and no switch meanwhile means
 * that it sets the drop request now. The interpreter reads the same words next, so they are there.
 */
static void on_waited(struct gs_gil *gil, uintptr_t cond, uint64_t number, int result) {
    if (result != ETIMEDOUT || gs_switch_number(cond) != number || !gs_locked(cond)) return;
    if (gs_tls.generation != atomic_load(&gs_live)) return; /* stopped meanwhile */
    gil->requested = true;
    struct gs_slot *slot = gs_tls.slot;
    gs_begin(slot);
    gs_push(slot, gs_monotonic(), gs_meta(GS_REQUEST, false, GS_NO_CORE, gil->id));
    gs_end(slot);
}

static int hook_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until) {
    struct gs_gil *gil;
    struct gs_slot *slot = waiting_for(cond, 0, &gil);
    if (!slot) return gs_timedwait(cond, mutex, until);
    uint64_t number = gs_switch_number((uintptr_t)cond);
    on_ask(slot, gil);
    int result = gs_timedwait(cond, mutex, until);
    on_waited(gil, (uintptr_t)cond, number, result);
    return result;
}

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 30)
static int hook_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *until) {
    struct gs_gil *gil;
    struct gs_slot *slot = waiting_for(cond, 0, &gil);
    if (!slot) return gs_clockwait(cond, mutex, clock, until);
    uint64_t number = gs_switch_number((uintptr_t)cond);
    on_ask(slot, gil);
    int result = gs_clockwait(cond, mutex, clock, until);
    on_waited(gil, (uintptr_t)cond, number, result);
    return result;
}
#endif

static int hook_wait(pthread_cond_t *cond, pthread_mutex_t *mutex) {
    struct gs_gil *gil;
    struct gs_slot *slot = waiting_for(cond, gs_switch_distance, &gil);
    if (slot) {
        gs_begin(slot);
        gs_push(slot, gs_monotonic(), gs_meta(GS_SWITCH_WAIT, false, GS_NO_CORE, gil->id));
        gs_end(slot);
    }
    return pthread_cond_wait(cond, mutex);
}

static int hook_init(pthread_cond_t *cond, const pthread_condattr_t *attributes) {
    if (atomic_load_explicit(&gs_live, memory_order_relaxed) != GS_OFF)
        gs_gil_maybe_born((uintptr_t)cond, (uintptr_t)gs_tls.last_init);
    gs_tls.last_init = cond;
    return pthread_cond_init(cond, attributes);
}

static int hook_destroy(pthread_cond_t *cond) {
    if (atomic_load_explicit(&gs_live, memory_order_relaxed) != GS_OFF) gs_gil_maybe_gone((uintptr_t)cond);
    return pthread_cond_destroy(cond);
}

struct gs_hook gs_hooks[] = {
    [GS_HOOK_SIGNAL] = {.name = "pthread_cond_signal", .replacement = (void *)hook_signal},
    {.name = "pthread_cond_timedwait", .replacement = (void *)hook_timedwait},
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 30)
    {.name = "pthread_cond_clockwait", .replacement = (void *)hook_clockwait},
#endif
    {.name = "pthread_cond_wait", .replacement = (void *)hook_wait},
    {.name = "pthread_cond_init", .replacement = (void *)hook_init},
    {.name = "pthread_cond_destroy", .replacement = (void *)hook_destroy},
};
const int gs_hooks_total = sizeof gs_hooks / sizeof *gs_hooks;
