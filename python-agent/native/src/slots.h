/* Which thread has which ring: thread-local lookup for the hooks, a registry for the consumer. */
#ifndef GS_SLOTS_H
#define GS_SLOTS_H

#include "ring.h"

struct gs_gil;

/*
 * Generation of the recording that runs; GS_OFF when none does. A thread whose own
 * generation differs takes the slow path, so "not started", "stopped", "forked
 * child" and "new thread" cost the hot path one comparison together.
 */
#define GS_OFF 1u
extern _Atomic uint32_t gs_live;

struct gs_tls {
    struct gs_slot *slot;
    struct gs_gil *gil; /* last used, only a hint */
    void *last_init;    /* last condition variable initialised by this thread */
    uint32_t generation;
    uint32_t refused;   /* events since the last failed try to get a ring */
    struct gs_calls *calls; /* its slot's, for the function trace */
};
/* initial-exec: no call into the dynamic linker, no lazy allocation inside a hook. */
extern _Thread_local struct gs_tls gs_tls __attribute__((tls_model("initial-exec")));

/* The calling thread's slot made ready for this recording, or NULL. Keeps errno. */
struct gs_slot *gs_slot_slow(void);

static inline struct gs_slot *gs_slot(void) {
    if (likely(gs_tls.generation == atomic_load_explicit(&gs_live, memory_order_relaxed))) return gs_tls.slot;
    return gs_slot_slow();
}

/* --- the rest is for stream.c and session.c, under the consumer's lock --- */

bool gs_slots_setup(void);
/* Before a recording; returns the serial kept for the streaming thread. */
uint32_t gs_slots_open(uint32_t capacity);
void gs_slots_set_own_tid(uint32_t tid);
/* The list of all slots, newest registrations included; skip those of another generation. */
struct gs_slot **gs_slots_adopt(void);
/* Takes a finished, drained slot out of the list; its memory may be used by a new thread. */
void gs_slots_retire(struct gs_slot **link);
/* After the last drain: frees the slots of ended threads; living ones keep only their first page. */
void gs_slots_close(void);
/* In a forked child: the other threads' slots are nobody's. */
void gs_slots_child(bool lists_are_whole);
uint64_t gs_slots_overflow(void);

#endif
