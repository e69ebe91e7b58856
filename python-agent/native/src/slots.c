/*
 * Gives threads their rings and takes them back. Called from the hooks' slow path (a
 * thread's first event), from a pthread key's destructor (its end), and by the consumer.
 */
#define _GNU_SOURCE
#include "slots.h"

#include "calls.h"
#include "clock.h"

#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FREE_MAX 16
#define RETRY_AFTER 4096
#define EXIT_ROUNDS 3
#define SMALLEST 256
#define ENDED_WAKE 8

_Atomic uint32_t gs_live = GS_OFF;
_Thread_local struct gs_tls gs_tls __attribute__((tls_model("initial-exec")));
extern void *__libc_stack_end;

static pthread_key_t end_key;
static bool end_key_made;
static uint32_t ring_capacity = 262144;
static uint32_t own_serial;
static _Atomic uint32_t own_tid;
static _Atomic uint32_t next_serial = 1;
static _Atomic uint32_t in_use; /* rings of living threads, and of ended ones not yet drained */
static _Atomic uint32_t ended;  /* of these, the ended ones */
static _Atomic uint64_t overflow;

static _Atomic(struct gs_slot *) registered; /* pushed by threads, taken as a whole by the consumer */
static struct gs_slot *adopted;              /* the consumer's list */

/* Rings of ended threads. Both sides only ever try the lock: nobody waits for it. */
static atomic_flag free_lock = ATOMIC_FLAG_INIT;
static struct gs_slot *free_slots[FREE_MAX];
static int free_count;

static struct gs_slot *take_free(uint32_t capacity) {
    struct gs_slot *slot = NULL;
    if (atomic_flag_test_and_set_explicit(&free_lock, memory_order_acquire)) return NULL;
    for (int i = free_count - 1; i >= 0 && !slot; i--) {
        if (free_slots[i]->mask + 1 < capacity) continue;
        slot = free_slots[i];
        free_slots[i] = free_slots[--free_count];
    }
    atomic_flag_clear_explicit(&free_lock, memory_order_release);
    return slot;
}

static void forget_calls(struct gs_slot *slot) {
    struct gs_calls *calls = atomic_exchange(&slot->calls, NULL);
    if (calls) gs_calls_unmap(calls);
}

static void give_back(struct gs_slot *slot) {
    bool kept = false;
    forget_calls(slot);
    atomic_fetch_sub(&in_use, 1);
    atomic_fetch_sub(&ended, 1);
    if (!atomic_flag_test_and_set_explicit(&free_lock, memory_order_acquire)) {
        kept = free_count < FREE_MAX;
        if (kept) free_slots[free_count++] = slot;
        atomic_flag_clear_explicit(&free_lock, memory_order_release);
    }
    if (!kept) gs_ring_unmap(slot);
}

/*
 * All threads together make no more events than one GIL allows, so with many threads each
 * gets a smaller ring: a thousand threads must not cost a gigabyte. The first ones hold what one thread can make in 60 ms: for so
 * long a busy machine may keep the consumer from a core (64 ki entries lost events there).
 */
static uint32_t capacity_now(void) {
    uint32_t threads = atomic_load_explicit(&in_use, memory_order_relaxed);
    /* What we take of a limit on memory is taken from the program. */
    bool modest = threads >= 64 || gs_memory_limited();
    uint32_t capacity = modest ? ring_capacity / 16 : threads < 8 ? ring_capacity : ring_capacity / 4;
    return capacity < 16 ? 16 : capacity;
}

/*
 * Words above a hook's frame are read up to here without further thought: glibc puts the thread's own
 * descriptor at the top of its stack, and the main thread's start is known to the loader.
 */
static uintptr_t stack_high(uint32_t tid) {
    return tid == (uint32_t)getpid() ? (uintptr_t)__libc_stack_end : (uintptr_t)pthread_self();
}

static struct gs_slot *new_slot(void) {
    uint32_t capacity = capacity_now();
    struct gs_slot *slot = take_free(capacity);
    if (slot) gs_ring_reset(slot);
    else slot = gs_ring_map(capacity);
    if (!slot && capacity > SMALLEST) slot = gs_ring_map(SMALLEST);
    if (slot) atomic_fetch_add(&in_use, 1);
    return slot;
}

static void register_slot(struct gs_slot *slot) {
    if (slot->listed) return;
    slot->listed = true;
    struct gs_slot *first = atomic_load_explicit(&registered, memory_order_relaxed);
    do {
        slot->next = first;
    } while (!atomic_compare_exchange_weak(&registered, &first, slot));
}

/* The calling thread's slot from an earlier recording, or a new one. */
static struct gs_slot *obtain(void) {
    struct gs_slot *slot = gs_tls.slot;
    if (!slot) return new_slot();
    gs_ring_reset(slot);
    struct gs_calls *calls = atomic_load(&slot->calls);
    if (calls) gs_calls_reset(calls);
    return slot;
}

struct gs_slot *gs_slot_slow(void) {
    uint32_t generation = atomic_load(&gs_live);
    if (generation == GS_OFF) return NULL;
    if (gs_tls.refused && gs_tls.refused++ % RETRY_AFTER != 0) {
        atomic_fetch_add(&overflow, 1);
        return NULL;
    }
    int saved = errno;
    struct gs_slot *slot = obtain();
    if (slot) {
        slot->tid = (uint32_t)syscall(SYS_gettid);
        slot->serial = slot->tid == atomic_load(&own_tid) ? own_serial : atomic_fetch_add(&next_serial, 1);
        slot->ident = (uintptr_t)pthread_self();
        slot->stack_high = stack_high(slot->tid);
        gs_tls.slot = slot;
        gs_tls.generation = generation;
        gs_tls.refused = 0;
        pthread_setspecific(end_key, slot);
        /* The consumer sees it from here on, that is before its first event reads the clock: see drain.c. */
        atomic_store_explicit(&slot->generation, generation, memory_order_release);
        register_slot(slot);
    } else {
        gs_tls.refused += !gs_tls.refused;
        atomic_fetch_add(&overflow, 1);
    }
    errno = saved;
    return slot;
}

/*
 * Runs when a thread ends. Other destructors may still use the GIL (PyGILState in
 * a C++ thread_local), so the end is put off to the last round that POSIX gives.
 */
static void thread_ends(void *value) {
    struct gs_slot *slot = value;
    if (slot != gs_tls.slot) return;
    if (++slot->exit_rounds < EXIT_ROUNDS && pthread_setspecific(end_key, slot) == 0) return;
    gs_tls.slot = NULL;
    gs_tls.generation = 0;
    gs_tls.calls = NULL;
    /* The slot stays in the consumer's list; whoever walks it next frees it. A burst of short threads is not left to pile up. */
    if (atomic_fetch_add(&ended, 1) % ENDED_WAKE == ENDED_WAKE - 1) gs_wake_consumer();
    atomic_store_explicit(&slot->end_ns, gs_monotonic(), memory_order_release);
}

bool gs_slots_setup(void) {
    if (!end_key_made) end_key_made = pthread_key_create(&end_key, thread_ends) == 0;
    return end_key_made;
}

uint32_t gs_slots_open(uint32_t capacity) {
    ring_capacity = capacity;
    own_serial = atomic_fetch_add(&next_serial, 1);
    atomic_store(&overflow, 0);
    return own_serial;
}

void gs_slots_set_own_tid(uint32_t tid) { atomic_store(&own_tid, tid); }

struct gs_slot **gs_slots_adopt(void) {
    struct gs_slot *fresh = atomic_exchange(&registered, NULL);
    while (fresh) {
        struct gs_slot *next = fresh->next;
        fresh->next = adopted;
        adopted = fresh;
        fresh = next;
    }
    return &adopted;
}

void gs_slots_retire(struct gs_slot **link) {
    struct gs_slot *slot = *link;
    *link = slot->next;
    slot->listed = false;
    give_back(slot);
}

void gs_slots_close(void) {
    struct gs_slot **link = gs_slots_adopt();
    while (*link) {
        if (atomic_load_explicit(&(*link)->end_ns, memory_order_acquire)) gs_slots_retire(link);
        else {
            gs_ring_forget(*link);
            link = &(*link)->next;
        }
    }
}

/* Copies of the parent's rings are of no use here, and would be copied page by page as the parent goes on writing. */
static void unmap_inherited(void) {
    struct gs_slot *slot = *gs_slots_adopt();
    while (slot) {
        struct gs_slot *next = slot->next;
        if (slot != gs_tls.slot) {
            forget_calls(slot);
            gs_ring_unmap(slot);
        }
        slot = next;
    }
    if (!atomic_flag_test_and_set(&free_lock))
        for (int i = 0; i < free_count; i++) gs_ring_unmap(free_slots[i]);
}

void gs_slots_child(bool lists_are_whole) {
    if (lists_are_whole) unmap_inherited();
    atomic_store(&next_serial, 1);
    atomic_store(&registered, NULL);
    adopted = NULL;
    free_count = 0;
    atomic_store(&in_use, gs_tls.slot != NULL);
    atomic_store(&ended, 0);
    atomic_flag_clear(&free_lock);
    if (!gs_tls.slot) return;
    gs_tls.slot->listed = false;
    /* What its parent called is not its own. */
    forget_calls(gs_tls.slot);
    gs_tls.calls = NULL;
}

uint64_t gs_slots_overflow(void) { return atomic_load(&overflow); }
