/*
 * One ring of events for each thread: the thread is its only producer (from the
 * hooks), the streaming thread its only consumer. Nothing here locks, allocates
 * or enters the kernel, except when a ring fills up by a sixteenth (one wake-up).
 */
#ifndef GS_RING_H
#define GS_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

enum gs_kind {
    GS_TAKE = 0,
    GS_DROP = 1,
    GS_WAIT = 2,
    GS_REQUEST = 3,
    GS_SWITCH_WAIT = 4,
    GS_END = 5,
    GS_RELEASE_CPU = 6,
    GS_MARK = 7 /* inside a ring, without flag A: events were lost before this place; with it: SITE, a number */
};

#define GS_NO_CORE 0xffffu

struct gs_event {
    uint64_t ns;
    /* bits 0-2 kind, 3 flag A, then 4-19 core and 20-35 GIL; for RELEASE_CPU and MARK bits 4-63 are a number */
    uint64_t meta;
};

static inline uint64_t gs_meta(enum gs_kind kind, bool flag, uint32_t core, uint32_t gil) {
    return (uint64_t)kind | (uint64_t)flag << 3 | (uint64_t)core << 4 | (uint64_t)gil << 20;
}
#define GS_MARK_SITE 8u
#define GS_RELEASE_LOCK 8u /* with RELEASE_CPU: no CPU time, but from here on the thread waits for a lock */
static inline uint64_t gs_meta_number(enum gs_kind kind, uint64_t number) { return (uint64_t)kind | number << 4; }
static inline unsigned gs_meta_kind(uint64_t meta) { return meta & 7; }
static inline bool gs_meta_flag(uint64_t meta) { return meta >> 3 & 1; }
static inline uint32_t gs_meta_core(uint64_t meta) { return (uint32_t)(meta >> 4) & 0xffff; }
static inline uint32_t gs_meta_gil(uint64_t meta) { return (uint32_t)(meta >> 20) & 0xffff; }

struct gs_calls;

struct gs_slot {
    /* --- written by the producer --- */
    _Alignas(64) _Atomic uint32_t head;
    _Atomic uint32_t busy;    /* between reading the clock and publishing the event */
    uint32_t tail_seen;       /* the producer's last look at `tail` */
    uint32_t limit;           /* entries that may be used; 0 while events are being lost */
    uint32_t mask;
    bool asked;               /* a WAIT was recorded and no TAKE since */
    uint8_t exit_rounds;
    uint64_t drop_ns;         /* when a release that may be measured began, or 0 */
    uintptr_t drop_place;     /* where it let go unasked, if that place is to be learned; see hooks.c */
    uint64_t cpu_ns, cpu_at;  /* last reading of the thread's CPU clock, and when */
    uintptr_t stack_high;
    /* Where it let go last: the number told, and what sites.c remembers of it. */
    uint32_t site, site_known;
    uintptr_t site_code, site_print;
    uint64_t site_position;
    _Atomic uintptr_t state; /* its PyThreadState, once known */
    _Atomic uint32_t dropped; /* events lost here so far */
    _Atomic uint64_t end_ns;  /* the thread has ended; set once, last */
    _Atomic(struct gs_calls *) calls; /* the function trace's, from its first call on; kept for as long as the thread lives */
    /* --- written by the consumer --- */
    _Alignas(64) _Atomic uint32_t tail;
    uint32_t reported;        /* `dropped` as the reader knows it by the ring's LOST marks */
    uint32_t unsent;          /* events that left the ring and did not fit the queue */
    uint32_t told;            /* the cumulative count in the last block sent */
    uint32_t core, gil, site_seen; /* as of the last event encoded, or taken from the ring */
    struct gs_slot *next;
    /* --- set when the slot is made, or made ready for another recording --- */
    _Atomic uint32_t generation; /* the recording it belongs to; the consumer leaves others alone */
    uint32_t serial, tid;
    uintptr_t ident;             /* pthread_self */
    bool listed;                 /* in the registry or the consumer's list */
    size_t mapped;
    _Alignas(64) struct gs_event ring[];
};

/* Futex word and flag of the consumer's wake-up; see stream.c. */
extern _Atomic uint32_t gs_wake_word;
void gs_wake_consumer(void);

/* Slow path of gs_push: the ring looks full. True when there is room again. */
bool gs_ring_room(struct gs_slot *slot, uint64_t ns);
/* The process has a limit on its address space or its data: what we take is missing to the program. */
bool gs_memory_limited(void);
/* A ring without a thread, for `capacity` events (a power of two); NULL if there is no memory. */
struct gs_slot *gs_ring_map(uint32_t capacity);
void gs_ring_reset(struct gs_slot *slot);
/* Gives the entries' pages back to the kernel; the slot itself stays. */
void gs_ring_forget(struct gs_slot *slot);
void gs_ring_unmap(struct gs_slot *slot);

static inline void gs_put(struct gs_slot *slot, uint32_t head, uint64_t ns, uint64_t meta) {
    slot->ring[head & slot->mask] = (struct gs_event){ns, meta};
    atomic_store_explicit(&slot->head, head + 1, memory_order_release);
}

static inline void gs_push(struct gs_slot *slot, uint64_t ns, uint64_t meta) {
    uint32_t head = atomic_load_explicit(&slot->head, memory_order_relaxed);
    if (unlikely(head - slot->tail_seen >= slot->limit)) {
        if (!gs_ring_room(slot, ns)) return;
        head = atomic_load_explicit(&slot->head, memory_order_relaxed);
    }
    gs_put(slot, head, ns, meta);
    if (unlikely((head & (slot->mask >> 4)) == (slot->mask >> 4))) gs_wake_consumer();
}

/*
 * An event's time and its being published are bracketed by `busy`, so that the consumer
 * knows when "everything up to T" has really been seen.
 */
static inline void gs_begin(struct gs_slot *slot) {
    atomic_store_explicit(&slot->busy, 1, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
}
static inline void gs_end(struct gs_slot *slot) { atomic_store_explicit(&slot->busy, 0, memory_order_release); }

#endif
