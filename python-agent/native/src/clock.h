/* The two readings every event is made of. Both are answered in user space on Linux (vdso, rseq). */
#ifndef GS_CLOCK_H
#define GS_CLOCK_H

#include <sched.h>
#include <stdint.h>
#include <time.h>

static inline uint64_t gs_clock(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline uint64_t gs_monotonic(void) { return gs_clock(CLOCK_MONOTONIC); }

/* A system call: a few hundred nanoseconds. */
static inline uint64_t gs_thread_cpu(void) { return gs_clock(CLOCK_THREAD_CPUTIME_ID); }

static inline uint32_t gs_core(void) {
    int core = sched_getcpu();
    return core < 0 ? 0xffffu : (uint32_t)core & 0xffffu;
}

#endif
