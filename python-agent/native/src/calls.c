/* The parts of the function trace's stack that are rarely called; calls_hot.h has the rest. */
#define _GNU_SOURCE
#include "calls.h"

#include "calls_hot.h"
#include "impatient.h"
#include "slots.h"
#include "ticks.h"

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#define SEARCH 256 /* a call that ends is looked for so many levels down */

_Atomic uint32_t gs_calls_epoch = GS_CALLS_OFF;
_Atomic uint32_t gs_calls_min_ns = GS_CALL_MIN_NS;
static _Atomic uint32_t no_memory; /* the trace in which a thread could not have its own: it is not asked for again */

/* Threads without a trace yet. Its pages become resident as they are used, all of them zero. */
static struct gs_calls *map(void) {
    void *memory = mmap(NULL, sizeof(struct gs_calls), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void gs_calls_unmap(struct gs_calls *calls) { munmap(calls, sizeof *calls); }

/* The ring goes on: the consumer may be at it. Memory that was never used, or was given back, is zero already. */
static void begin(struct gs_calls *calls, uint32_t epoch) {
    if (calls->functions) {
        memset(calls->index, 0, sizeof calls->index);
        memset(calls->function, 0, sizeof *calls->function);
        memset(calls, 0, offsetof(struct gs_calls, asked_at));
        atomic_store(&calls->asked_at, 0);
    }
    calls->functions = 1;
    calls->function[0].active = 1;
    calls->last = calls->told = gs_quick_ns();
    calls->trace = epoch;
}

struct gs_calls *gs_calls_of(struct gs_slot *slot) {
    uint32_t epoch = atomic_load(&gs_calls_epoch);
    if (epoch == GS_CALLS_OFF) return NULL;
    struct gs_calls *calls = atomic_load(&slot->calls);
    if (!calls && atomic_load(&no_memory) == epoch) return NULL;
    if (!calls) calls = map();
    if (!calls) {
        atomic_store(&no_memory, epoch);
        return NULL;
    }
    if (calls->trace != epoch) begin(calls, epoch);
    atomic_store(&slot->calls, calls);
    return calls;
}

struct gs_calls *gs_calls_slow(bool *fresh) {
    struct gs_slot *slot = gs_impatient ? NULL : gs_slot();
    struct gs_calls *calls = slot ? gs_calls_of(slot) : NULL;
    if (!calls) return NULL;
    *fresh = calls->epoch != calls->trace;
    calls->epoch = calls->trace;
    return gs_tls.calls = calls;
}

uint32_t gs_calls_add(struct gs_calls *calls, uintptr_t key, uintptr_t print) {
    if (calls->functions == GS_FUNCTIONS_MAX) return 0;
    uint32_t bucket = gs_calls_bucket(key), entry = calls->functions++;
    while (calls->index[bucket]) bucket = (bucket + 1) & (GS_INDEX_SIZE - 1);
    calls->index[bucket] = (uint16_t)entry;
    calls->function[entry] = (struct gs_function){.key = key, .print = print};
    return entry;
}

/* What stood for too many functions ends with any of them. */
void gs_calls_pop_to(struct gs_calls *calls, uintptr_t key) {
    for (uint32_t depth = calls->depth; depth && calls->depth - depth < SEARCH; depth--) {
        uintptr_t there = GS_KEY(calls->function[calls->stack[depth].function].key);
        if (there != key && there) continue;
        while (calls->depth >= depth) gs_calls_pop(calls);
        return;
    }
}

void gs_calls_abandon(struct gs_calls *calls) {
    for (; calls->depth; calls->depth--) {
        struct gs_function *function = gs_calls_top(calls);
        if (!--function->active) gs_calls_settle(calls, function);
    }
    calls->deeper = 0;
    if (calls->announced) gs_calls_record(calls, GS_R_FORGET, 0, 0, 0);
    calls->announced = 0;
    calls->epoch = 0;
}

static void spend_without(struct gs_calls *calls, enum gs_has has, uint64_t until) {
    int64_t spent = (int64_t)(until - calls->last);
    if (spent <= 0) return;
    calls->last = until;
    calls->clocks[has] += (uint64_t)spent;
    gs_calls_top(calls)->own[has] += (uint64_t)spent;
}

void gs_calls_account(struct gs_calls *calls, uint64_t now) {
    if (calls->has == GS_HOLDS) {
        gs_calls_spend(calls, now);
        return;
    }
    uint64_t asked = atomic_load_explicit(&calls->asked_at, memory_order_relaxed);
    spend_without(calls, GS_FREE, asked && asked < now ? asked : now);
    if (asked) spend_without(calls, GS_WAITS, now);
}

void gs_calls_taken(struct gs_calls *calls, uint64_t now) {
    if (calls->trace != atomic_load_explicit(&gs_calls_epoch, memory_order_relaxed)) return;
    gs_calls_account(calls, now);
    calls->has = GS_HOLDS;
    atomic_store_explicit(&calls->asked_at, 0, memory_order_relaxed);
}

void gs_calls_dropped(struct gs_calls *calls, uint64_t now) {
    if (calls->trace != atomic_load_explicit(&gs_calls_epoch, memory_order_relaxed)) return;
    gs_calls_account(calls, now);
    calls->has = GS_FREE;
    atomic_store_explicit(&calls->asked_at, 0, memory_order_relaxed);
}

void gs_calls_reset(struct gs_calls *calls) {
    atomic_store(&calls->head, 0);
    atomic_store(&calls->tail, 0);
    atomic_store(&calls->dropped, 0);
    calls->dropped_told = 0;
}

void gs_calls_child(void) {
    atomic_store(&gs_calls_epoch, GS_CALLS_OFF);
    atomic_store(&gs_calls_min_ns, GS_CALL_MIN_NS);
}
