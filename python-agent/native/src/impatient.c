#define _GNU_SOURCE
#include "impatient.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_NS 100000

_Thread_local bool gs_impatient;
_Atomic uintptr_t gs_favoured;
static _Atomic uint32_t woken;
static _Atomic pid_t favoured_in; /* a forked child inherits the word above, and not the thread */

bool gs_wake_favoured(void) {
    if (atomic_load(&favoured_in) != getpid()) {
        atomic_store(&gs_favoured, 0);
        return false;
    }
    atomic_store(&woken, 1);
    syscall(SYS_futex, &woken, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    return true;
}

/* False when another thread of ours waits already: then the ordinary way. */
static bool wait_favoured(const pthread_cond_t *cond, pthread_mutex_t *mutex) {
    const struct timespec patience = {0, PATIENCE_NS};
    uintptr_t nobody = 0;
    if (!gs_impatient || !atomic_compare_exchange_strong(&gs_favoured, &nobody, (uintptr_t)cond)) return false;
    atomic_store(&favoured_in, getpid());
    atomic_store(&woken, 0);
    pthread_mutex_unlock(mutex);
    syscall(SYS_futex, &woken, FUTEX_WAIT_PRIVATE, 0, &patience, NULL, 0);
    pthread_mutex_lock(mutex);
    atomic_store(&gs_favoured, 0);
    return true;
}

int gs_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until) {
    return wait_favoured(cond, mutex) ? ETIMEDOUT : pthread_cond_timedwait(cond, mutex, until);
}

static int signal_first(pthread_cond_t *cond) { return gs_signal_favoured(cond) ? 0 : pthread_cond_signal(cond); }

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 30)
int gs_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *until) {
    return wait_favoured(cond, mutex) ? ETIMEDOUT : pthread_cond_clockwait(cond, mutex, clock, until);
}
#endif

static struct gs_hook hooks[] = {
    {.name = "pthread_cond_signal", .replacement = (void *)signal_first},
    {.name = "pthread_cond_timedwait", .replacement = (void *)gs_timedwait},
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 30)
    {.name = "pthread_cond_clockwait", .replacement = (void *)gs_clockwait},
#endif
};
static const int total = sizeof hooks / sizeof *hooks;
static struct gs_object patched;

/* Without the hooks the turns only come later. */
void gs_first_turn_begin(const struct gs_object *object) {
    patched = *object;
    if (gs_hooks_find(&patched, hooks, total) > 0) gs_hooks_install(&patched, hooks, total);
}

void gs_first_turn_end(void) { gs_hooks_remove(&patched, hooks, total); }
