/*
 * A lock of Python's (threading.Lock, and all that is built of it: Condition, Queue, Event, join) is a semaphore on Linux
 * (Python/thread_pthread.h, USE_SEMAPHORES; Python/parking_lot.c from 3.13 on). To acquire one that is taken a thread lets go of the
 * GIL, waits for the semaphore, and asks for the GIL again: so a wait with the GIL released is a wait for a lock, until the
 * thread's next WAIT or TAKE. Nothing of the program's own objects is touched.
 */
#define _GNU_SOURCE
#include "locks.h"

#include "clock.h"
#include "slots.h"

#include <semaphore.h>

static inline void on_lock_wait(void) {
    struct gs_slot *slot = gs_slot();
    /* Waits with the GIL held are the interpreter's own, and short. */
    if (!slot || !slot->drop_ns) return;
    gs_begin(slot);
    gs_push(slot, gs_monotonic(), gs_meta_number(GS_RELEASE_CPU, 0) | GS_RELEASE_LOCK);
    gs_end(slot);
}

static int hook_wait(sem_t *semaphore) {
    on_lock_wait();
    return sem_wait(semaphore);
}

static int hook_timedwait(sem_t *semaphore, const struct timespec *until) {
    on_lock_wait();
    return sem_timedwait(semaphore, until);
}

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 30)
static int hook_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *until) {
    on_lock_wait();
    return sem_clockwait(semaphore, clock, until);
}
#endif

struct gs_hook gs_lock_hooks[] = {
    {.name = "sem_wait", .replacement = (void *)hook_wait},
    {.name = "sem_timedwait", .replacement = (void *)hook_timedwait},
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 30)
    {.name = "sem_clockwait", .replacement = (void *)hook_clockwait},
#endif
};
const int gs_lock_hooks_total = sizeof gs_lock_hooks / sizeof *gs_lock_hooks;
