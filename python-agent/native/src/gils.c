/*
 * The table of GILs. Entries are published by one store of `cond`, so that hooks
 * look them up without a lock. Birth and death, and reading a count from
 * outside, take a lock: a sub-interpreter's GIL lies in memory that goes away with it.
 */
#define _GNU_SOURCE
#include "gils.h"

#include "clock.h"

#include <sched.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* Switches that can pass between a TAKE's being recorded and the count's being read. */
#define PLAUSIBLE_LEAD 100000u

struct gs_gil gs_gils[GS_GIL_MAX];
_Atomic uint32_t gs_gil_count;
uintptr_t gs_switch_distance;

static atomic_flag lock = ATOMIC_FLAG_INIT;
static uint32_t next_id;
#define GONE_MAX 256
static struct gs_gone gone[GONE_MAX];
static uint32_t gone_first, gone_end;

static void take(void) {
    while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire)) sched_yield();
}
static void drop(void) { atomic_flag_clear_explicit(&lock, memory_order_release); }

static void publish(struct gs_gil *gil, uintptr_t cond, uint64_t count, uint64_t since) {
    gil->id = (uint16_t)next_id++;
    gil->announced = gil->requested = false;
    atomic_store(&gil->holder, 0);
    atomic_store(&gil->seen, count);
    atomic_store(&gil->count0, count);
    atomic_store(&gil->since, since);
    atomic_store_explicit(&gil->cond, cond, memory_order_release);
}

void gs_gils_open(uintptr_t cond, uint64_t ns) {
    take();
    for (uint32_t i = 0; i < GS_GIL_MAX; i++) atomic_store(&gs_gils[i].cond, 0);
    next_id = 0;
    gone_first = gone_end = 0;
    publish(&gs_gils[0], cond, gs_switch_number(cond), ns);
    atomic_store(&gs_gil_count, 1);
    drop();
}

/* With the lock: the entry is free again; the reader is told if it knew of this GIL. */
static void retire(struct gs_gil *gil, uint64_t count) {
    uint64_t since = atomic_load(&gil->since);
    if (since && gone_end - gone_first < GONE_MAX)
        gone[gone_end++ % GONE_MAX] = (struct gs_gone){
            .id = gil->id, .announced = gil->announced, .ns = gs_monotonic(), .count = count,
            .count0 = atomic_load(&gil->count0), .since = since};
    atomic_store(&gil->cond, 0);
}

static struct gs_gil *at_address(uintptr_t cond) {
    for (uint32_t i = 0; i < atomic_load(&gs_gil_count); i++)
        if (atomic_load(&gs_gils[i].cond) == cond) return &gs_gils[i];
    return NULL;
}

static struct gs_gil *free_entry(void) {
    struct gs_gil *oldest = &gs_gils[1];
    for (uint32_t i = 1; i < GS_GIL_MAX; i++) {
        if (!atomic_load(&gs_gils[i].cond)) return &gs_gils[i];
        if (gs_gils[i].id < oldest->id) oldest = &gs_gils[i];
    }
    /* Hundreds of sub-interpreters came and went unseen (see gs_gil_maybe_born): the oldest is the likeliest to be gone. */
    retire(oldest, atomic_load(&oldest->seen));
    return oldest;
}

/*
 * CPython frees a sub-interpreter's GIL without destroying its condition variables, because a daemon thread may wait there
 * (bpo-9901). So a condition variable initialised where a GIL was known is the end of that GIL. A pair at the right distance
 * is only a candidate for a new one, since another structure may have such a pair too: it becomes a GIL for the
 * reader when it is first taken (`since`, in hooks.c).
 */
void gs_gil_maybe_born(uintptr_t address, uintptr_t before) {
    take();
    struct gs_gil *old = at_address(address);
    if (old) retire(old, atomic_load(&old->seen));
    if (gs_switch_distance && before && address - before == gs_switch_distance && next_id < 0xffff) {
        old = at_address(before);
        if (old) retire(old, atomic_load(&old->seen));
        struct gs_gil *gil = free_entry();
        publish(gil, before, 0, 0);
        uint32_t entries = (uint32_t)(gil - gs_gils) + 1;
        if (entries > atomic_load(&gs_gil_count)) atomic_store(&gs_gil_count, entries);
    }
    drop();
}

void gs_gil_maybe_gone(uintptr_t address) {
    take();
    struct gs_gil *gil = address ? at_address(address) : NULL;
    if (gil) retire(gil, gs_switch_number(address));
    drop();
}

bool gs_gils_next_gone(struct gs_gone *out) {
    take();
    bool any = gone_first != gone_end;
    if (any) *out = gone[gone_first++ % GONE_MAX];
    drop();
    return any;
}

/* The words `locked` and `switch_number` through the kernel: a failure instead of a crash when they are gone. */
static bool read_words(uintptr_t cond, int *locked, uint64_t *number) {
    unsigned long words[2];
    struct iovec here = {words, sizeof words};
    struct iovec there = {(void *)(cond - sizeof words), sizeof words};
    if (process_vm_readv(getpid(), &here, 1, &there, 1, 0) != (ssize_t)sizeof words) return false;
    memcpy(locked, &words[0], sizeof *locked);
    *number = words[1];
    return true;
}

/*
 * The interpreter may free a sub-interpreter's GIL without destroying its condition variables (it does at its own end), so
 * what is read from outside must look like a count; otherwise the last TAKE's is the best that is known.
 */
uint64_t gs_gil_count_now(struct gs_gil *gil) {
    uint64_t seen = atomic_load(&gil->seen), number = 0;
    int locked = 0;
    take();
    uintptr_t cond = atomic_load(&gil->cond);
    bool read = cond && read_words(cond, &locked, &number);
    drop();
    bool plausible = gil->id == 0 || ((locked == 0 || locked == 1) && number - seen < PLAUSIBLE_LEAD);
    return read && plausible ? number : seen;
}

void gs_gils_child(void) { atomic_flag_clear(&lock); }
