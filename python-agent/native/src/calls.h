/*
 * The function trace: every thread keeps the stack of its calls and sums by function itself. The profile function (calls_enter.c) is its only
 * writer while it holds the GIL; the hooks of hooks.c tell it of changes of the GIL, which happen under that GIL's own mutex; and whoever else
 * holds the GIL may settle and send its sums (calls_flush.c). So nothing here needs a lock. Only records go from the
 * thread to the consumer without one, by a ring (calls_wire.c).
 */
#ifndef GS_CALLS_H
#define GS_CALLS_H

#include "outq.h"
#include "ring.h"

#define GS_CALLS_OFF UINT32_MAX
#define GS_STACK_MAX 65536u    /* deeper calls are only counted */
#define GS_FUNCTIONS_MAX 8192u /* of a thread; what is more goes to the entry 0 */
#define GS_INDEX_SIZE (2 * GS_FUNCTIONS_MAX)
#define GS_RECORDS 8192u
#define GS_SHOWN_DEPTH 1000u /* deeper calls are only summed */
#define GS_CALL_MIN_NS 10000u

/*
 * The low bit of a key: a function of gilscope's own that the program's thread runs, or what that calls. They are on the stack as others are,
 * and nobody is told of them: their time counts as spent outside of all functions.
 */
#define GS_OWN ((uintptr_t)1)
#define GS_KEY(key) ((key) & ~GS_OWN)
#define GS_IS_OWN(key) (((key) & GS_OWN) != 0)

/* What a thread has of the GIL, in the order of TALLY. */
enum gs_has { GS_HOLDS, GS_WAITS, GS_FREE, GS_HAS };

struct gs_function {
    uintptr_t key, print; /* its code object, or the method table of one written in C, and GS_OWN; and what tells another at that address */
    uint32_t site;
    uint32_t active; /* how often it is on the stack */
    uint64_t calls;
    uint64_t own[GS_HAS], total[GS_HAS]; /* ns, not sent yet */
    uint64_t entered[GS_HAS];            /* the thread's clocks when `total` was last right */
    uint64_t unused[3];                  /* a power of two, so that an entry is found by a shift */
};

struct gs_call {
    uint64_t start;
    uint32_t function;
};

enum gs_record_kind { GS_R_CALL = 1, GS_R_OPEN = 2, GS_R_CLOSE = 3, GS_R_FORGET = 4 };

struct gs_record {
    uint64_t ns, length; /* `length`: duration or age */
    uint32_t site;
    uint16_t depth;
    uint8_t kind;
};

struct gs_calls {
    /* --- under the GIL --- */
    uint32_t epoch;     /* the trace in which its stack is true; 0: it is to be read anew */
    uint32_t trace;     /* the one its sums belong to */
    uint32_t depth;     /* of the stack; entry 0 of it stands for what runs outside of all functions */
    uint32_t announced; /* so many of the outermost calls are told open */
    uint32_t deeper;    /* calls beyond the stack */
    uint32_t functions; /* entries in use */
    bool forget;        /* a record was lost that others rest upon */
    enum gs_has has;
    uint64_t last;      /* time is accounted for up to here, ns */
    uint64_t told;      /* sums have been sent up to here */
    uint64_t clocks[GS_HAS];
    uint64_t records;   /* since the last look */
    /* --- the thread without the GIL --- */
    _Atomic uint64_t asked_at; /* when it asked for the GIL, or 0 */
    /* --- the ring --- */
    _Alignas(64) _Atomic uint32_t head;
    _Atomic uint32_t dropped;
    _Alignas(64) _Atomic uint32_t tail;
    uint32_t dropped_told;
    _Alignas(64) struct gs_call stack[GS_STACK_MAX];
    uint16_t index[GS_INDEX_SIZE]; /* entries of `function` by hash; 0: free */
    struct gs_function function[GS_FUNCTIONS_MAX];
    struct gs_record ring[GS_RECORDS];
};

/* The trace that runs, a number from 1, or GS_CALLS_OFF. */
extern _Atomic uint32_t gs_calls_epoch;
/* Shorter calls are only summed, ns. */
extern _Atomic uint32_t gs_calls_min_ns;

/* --- the thread itself, holding the GIL (calls.c) --- */

/* The calling thread's own, or NULL while it is not to be traced; `fresh`: its stack is to be read first. */
struct gs_calls *gs_calls_slow(bool *fresh);
/* Any thread's, made ready for the trace that runs; NULL when none does. */
struct gs_calls *gs_calls_of(struct gs_slot *slot);
/* Ends calls down to the one of that function; nothing if there is none. */
void gs_calls_pop_to(struct gs_calls *calls, uintptr_t key);
/* Forgets the stack: what it holds is not true any more, and is to be read anew at the next call. */
void gs_calls_abandon(struct gs_calls *calls);
/* Time of a thread with or without the GIL, up to `now`. */
void gs_calls_account(struct gs_calls *calls, uint64_t now);
/* Adds an entry for a function that has none; 0 when there is no room. */
uint32_t gs_calls_add(struct gs_calls *calls, uintptr_t key, uintptr_t print);

/* --- hooks.c: the GIL changes --- */

void gs_calls_taken(struct gs_calls *calls, uint64_t now);
void gs_calls_dropped(struct gs_calls *calls, uint64_t now);
static inline void gs_calls_asked(struct gs_calls *calls, uint64_t now) {
    atomic_store_explicit(&calls->asked_at, now, memory_order_relaxed);
}

/* --- records: written under the GIL, read by the consumer (calls_wire.c) --- */

/* False when there is no room: counted. */
bool gs_calls_record(struct gs_calls *calls, enum gs_record_kind kind, uint32_t depth, uint32_t site, uint64_t length);
/* CALLS frames of what the ring holds, as far as the queue takes them; `flush` makes room in it. */
void gs_calls_drain(struct gs_slot *slot, struct gs_outq *out, void (*flush)(void), bool last);
/* A TALLY frame; the sums are zero afterwards. False, and nothing is changed, when the queue is full. */
bool gs_calls_tally(struct gs_slot *slot, struct gs_outq *out);

/* --- the consumer, with its lock (calls_flush.c) --- */

/* Whatever is left of a thread that has ended. */
void gs_calls_end(struct gs_slot *slot, struct gs_outq *out, void (*flush)(void), uint64_t ns);
/* The trace is over: all that is left of all threads. */
void gs_calls_finish(struct gs_outq *out, void (*flush)(void), uint32_t generation);
/* The recording ends here, whoever holds the GIL: threads leave their stacks alone from now on. */
void gs_calls_freeze(void);
void gs_calls_unmap(struct gs_calls *calls);
/* Empties the ring for another recording; nobody reads it yet. */
void gs_calls_reset(struct gs_calls *calls);
/* In a forked child. */
void gs_calls_child(void);

#endif
