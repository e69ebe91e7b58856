/*
 * Threads that are in a call already when the trace begins, and may stay in it for long: a main thread that waits for the others. Their stacks
 * are read for them, by whoever begins the trace and holds the GIL; see calls.h.
 */
#define _GNU_SOURCE
#include "calls_enter.h"

#include "calls_hot.h"
#include "python_api.h"
#include "sites.h"
#include "slots.h"
#include "ticks.h"

#include <string.h>

#define STATE_BYTES 1024

/* The interpreter may have used the memory of a state that is gone for another thread's. */
static bool belongs(uintptr_t state, const struct gs_slot *slot) {
    uintptr_t words[STATE_BYTES / sizeof(uintptr_t)];
    size_t got = gs_peek(state, words, sizeof words) / sizeof *words;
    for (size_t i = 0; i < got; i++)
        if (words[i] == slot->ident) return true;
    return false;
}

struct gs_slot *gs_calls_slot_of(uintptr_t state) {
    for (struct gs_slot *slot = *gs_slots_adopt(); slot; slot = slot->next)
        if (atomic_load(&slot->state) == state && atomic_load(&slot->generation) == atomic_load(&gs_live) &&
            !atomic_load(&slot->end_ns) && belongs(state, slot))
            return slot;
    return NULL;
}

void gs_calls_seed(uintptr_t state) {
    struct gs_slot *slot = gs_calls_slot_of(state);
    void *frame = slot ? gs_python_frame_of(state) : NULL;
    struct gs_calls *before = slot ? atomic_load(&slot->calls) : NULL;
    bool known = before && before->trace == atomic_load(&gs_calls_epoch); /* then the hooks have told what it has of the GIL */
    struct gs_calls *calls = frame ? gs_calls_of(slot) : NULL;
    if (calls && !known) {
        calls->has = GS_FREE;
        /* It may ask just now: then what it waits counts as released, this once. */
        atomic_store(&calls->asked_at, slot->asked ? calls->last : 0);
    }
    if (calls && calls->epoch != calls->trace) {
        calls->epoch = calls->trace;
        gs_calls_read_stack(calls, frame, false);
    }
    if (frame) gs_python.let_go(frame);
}
