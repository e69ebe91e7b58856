/* What happens at every call and return, some hundred million times in a long run. Used by calls_enter.c, with the GIL held. */
#ifndef GS_CALLS_HOT_H
#define GS_CALLS_HOT_H

#include "calls.h"

static inline struct gs_function *gs_calls_top(struct gs_calls *calls) {
    return &calls->function[calls->stack[calls->depth].function];
}

static inline uint32_t gs_calls_bucket(uintptr_t key) {
    return (uint32_t)(((uint64_t)key >> 4) * 0x9e3779b97f4a7c15u >> 50) & (GS_INDEX_SIZE - 1);
}

/* The entry of a function, or 0. */
static inline uint32_t gs_calls_find(const struct gs_calls *calls, uintptr_t key, uintptr_t print) {
    for (uint32_t bucket = gs_calls_bucket(key);; bucket = (bucket + 1) & (GS_INDEX_SIZE - 1)) {
        uint32_t entry = calls->index[bucket];
        if (!entry || (calls->function[entry].key == key && calls->function[entry].print == print)) return entry;
    }
}

/* Of a thread that holds the GIL: time since the last look goes to the innermost call. Clocks of two kinds may differ by a little. */
static inline void gs_calls_spend(struct gs_calls *calls, uint64_t now) {
    int64_t spent = (int64_t)(now - calls->last);
    if (unlikely(spent <= 0)) return;
    calls->last = now;
    calls->clocks[GS_HOLDS] += (uint64_t)spent;
    gs_calls_top(calls)->own[GS_HOLDS] += (uint64_t)spent;
}

static inline void gs_calls_settle(struct gs_calls *calls, struct gs_function *function) {
    for (int i = 0; i < GS_HAS; i++) function->total[i] += calls->clocks[i] - function->entered[i];
}

/* A call begins at `calls->last`. */
static inline void gs_calls_push(struct gs_calls *calls, uint32_t entry) {
    struct gs_function *function = &calls->function[entry];
    if (unlikely(calls->depth + 1 >= GS_STACK_MAX)) {
        calls->deeper++;
        return;
    }
    if (!function->active++)
        for (int i = 0; i < GS_HAS; i++) function->entered[i] = calls->clocks[i];
    calls->stack[++calls->depth] = (struct gs_call){calls->last, entry};
}

/* The innermost call ends at `calls->last`. */
static inline void gs_calls_pop(struct gs_calls *calls) {
    uint32_t depth = calls->depth--;
    const struct gs_call *call = &calls->stack[depth];
    struct gs_function *function = &calls->function[call->function];
    if (!--function->active) gs_calls_settle(calls, function);
    uint64_t length = calls->last - call->start;
    if (unlikely(depth <= calls->announced)) {
        calls->announced = depth - 1;
        gs_calls_record(calls, GS_R_CLOSE, depth - 1, 0, 0);
    } else if (unlikely(length >= atomic_load_explicit(&gs_calls_min_ns, memory_order_relaxed)) && depth <= GS_SHOWN_DEPTH && !GS_IS_OWN(function->key))
        gs_calls_record(calls, GS_R_CALL, depth - 1, function->site, length);
}

/* A call of the function ends, which is nearly always the innermost. */
static inline void gs_calls_leave(struct gs_calls *calls, uintptr_t key, uint64_t now) {
    gs_calls_spend(calls, now);
    if (unlikely(calls->deeper)) calls->deeper--;
    else if (likely(GS_KEY(gs_calls_top(calls)->key) == key)) gs_calls_pop(calls);
    else gs_calls_pop_to(calls, key);
}

#endif
