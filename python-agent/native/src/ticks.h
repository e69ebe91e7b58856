/*
 * A quick look at the time, for the function trace: a call is worth two of them, and 30 ns each would be most of its cost. On x86-64
 * the processor's own counter, where the kernel itself keeps time by it, is scaled to CLOCK_MONOTONIC; the scale is
 * set anew several times a second, so that it stays within a microsecond. Elsewhere it is that clock itself.
 */
#ifndef GS_TICKS_H
#define GS_TICKS_H

#include "clock.h"

#include <stdbool.h>

struct gs_ticks {
    uint64_t ticks, ns; /* a moment, in both */
    uint64_t scale;     /* ns in 2^32 ticks; 0: the counter is of no use */
};
/* Written and read by whoever holds the main interpreter's GIL. */
extern struct gs_ticks gs_ticks;

/* Sets the scale; the first time this takes two milliseconds. */
void gs_ticks_set(void);

static inline uint64_t gs_quick_ns(void) {
#if defined(__x86_64__)
    if (__builtin_expect(gs_ticks.scale != 0, 1)) {
        int64_t since = (int64_t)(__builtin_ia32_rdtsc() - gs_ticks.ticks);
        return gs_ticks.ns + (uint64_t)((__int128)since * (int64_t)gs_ticks.scale >> 32);
    }
#endif
    return gs_monotonic();
}

#endif
