/*
 * The GIL for threads of ours while they bring the agent in or carry out a command. take_gil (Python/ceval_gil.c) asks the holder
 * to let go only when a wait lasted a whole switch interval, so beside busy threads each of the agent's file reads would
 * cost that long, and a thread that lets go every millisecond and takes it back within microseconds would never be asked at all
 * (attaching then took seconds). So a wait of ours is short, counts as a time-out, and whoever lets go meanwhile wakes us and
 * nobody else. The program's own waits end with their time-outs as ever, and with our own signal when we let go.
 */
#ifndef GS_IMPATIENT_H
#define GS_IMPATIENT_H

#include "elf_patch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Of this thread. */
extern _Thread_local bool gs_impatient __attribute__((tls_model("initial-exec")));

/* pthread_cond_timedwait, and clockwait where there is one, as take_gil is to see them. */
int gs_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until);
int gs_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *until);

/* The condition an impatient thread waits for, or 0; changed and looked at with gil->mutex held. */
extern _Atomic uintptr_t gs_favoured;
bool gs_wake_favoured(void);
/* True when a signal of `cond` has been given to the impatient thread and to nobody else. */
static inline bool gs_signal_favoured(const pthread_cond_t *cond) {
    return __builtin_expect(atomic_load_explicit(&gs_favoured, memory_order_relaxed) == (uintptr_t)cond, 0) && gs_wake_favoured();
}

/* Impatience is heeded from now on in `object`, though there is no recording yet; hooks.c takes over when there is. */
void gs_first_turn_begin(const struct gs_object *object);
/* May be called at any time, from the thread that began. */
void gs_first_turn_end(void);

#endif
