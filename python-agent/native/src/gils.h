/* The GILs of this process: where they are, what they are called on the wire. */
#ifndef GS_GILS_H
#define GS_GILS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GS_GIL_MAX 256

struct gs_gil {
    _Atomic uintptr_t cond; /* &gil->cond; 0 while the entry is unused */
    uint16_t id;
    _Atomic uint64_t seen;   /* switch_number at the last TAKE; written under this very GIL */
    _Atomic uint64_t count0; /* switch_number when its recording began */
    _Atomic uint64_t since;  /* ns of that moment; 0 until the GIL was taken once: not announced before */
    _Atomic uintptr_t holder; /* the slot (ring.h) of the thread that holds it, or 0; with `taken`, for the consumer's looks */
    _Atomic uint64_t taken;
    bool requested;          /* somebody asked the present holder to let go; under this very GIL's mutex */
    bool announced;          /* consumer only */
};

extern struct gs_gil gs_gils[GS_GIL_MAX];
extern _Atomic uint32_t gs_gil_count;    /* entries ever used */
extern uintptr_t gs_switch_distance;     /* from gil->cond to gil->switch_cond; 0 before calibration */

/* The words before gil->cond: `unsigned long switch_number`, and before it `int locked`. */
static inline uint64_t gs_switch_number(uintptr_t cond) {
    return __atomic_load_n((const unsigned long *)(cond - sizeof(unsigned long)), __ATOMIC_RELAXED);
}
static inline int gs_locked(uintptr_t cond) {
    return __atomic_load_n((const int *)(cond - 2 * sizeof(unsigned long)), __ATOMIC_RELAXED);
}

/* The GIL one of whose two condition variables lies at `address`; NULL for any other one. */
static inline struct gs_gil *gs_gil_of(const void *address, struct gs_gil *hint) {
    uintptr_t a = (uintptr_t)address;
    if (__builtin_expect(hint != NULL, 1)) {
        uintptr_t cond = atomic_load_explicit(&hint->cond, memory_order_acquire);
        if (__builtin_expect(a - cond == 0 || a - cond == gs_switch_distance, 1)) return hint;
    }
    uint32_t count = atomic_load_explicit(&gs_gil_count, memory_order_acquire);
    for (uint32_t i = 0; i < count; i++) {
        uintptr_t cond = atomic_load_explicit(&gs_gils[i].cond, memory_order_acquire);
        if (cond && (a == cond || a == cond + gs_switch_distance)) return &gs_gils[i];
    }
    return NULL;
}

/* Forgets every GIL but this one, which gets id 0. Before a recording, holding it. */
void gs_gils_open(uintptr_t cond, uint64_t ns);
/* A condition variable was initialised, and `before` just before it by the same thread. */
void gs_gil_maybe_born(uintptr_t address, uintptr_t before);
/* A condition variable is about to be destroyed. */
void gs_gil_maybe_gone(uintptr_t address);

/* --- consumer's side --- */
struct gs_gone {
    uint16_t id;
    bool announced;
    uint64_t ns, count, count0, since;
};
/* GILs destroyed since the last call. */
bool gs_gils_next_gone(struct gs_gone *out);
/* The interpreter's count, read from outside, of a GIL that may be destroyed at any moment. */
uint64_t gs_gil_count_now(struct gs_gil *gil);
/* In a forked child. */
void gs_gils_child(void);

#endif
