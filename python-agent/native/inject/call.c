/*
 * A visit to a stopped thread: functions of the target are called in it, then everything is put back.
 *
 * The call returns to address 0; the fault there stops the thread again. Meanwhile the thread blocks every signal
 * but the faults, so none is handled in the middle of it and none is lost; SIGSTOP, which cannot be blocked, is held and
 * sent again. Used by enter.c.
 */
#include "inject.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PTRACE_GETSIGMASK_CODE 0x420a
#define PTRACE_SETSIGMASK_CODE 0x420b
#define EVENT_STOP 128
/* Loading from a slow disk is waited for; a wait for a lock of the loader is given up sooner. */
#define CALL_LIMIT_US 30000000
#define LOCK_LIMIT_US 2000000

static uint64_t bit(int signal)
{
    return 1ull << (signal - 1);
}

static bool mask_get(pid_t tid, uint64_t *mask)
{
    return ptrace(PTRACE_GETSIGMASK_CODE, tid, (void *)sizeof *mask, mask) == 0;
}

static bool mask_set(pid_t tid, uint64_t mask)
{
    return ptrace(PTRACE_SETSIGMASK_CODE, tid, (void *)sizeof mask, &mask) == 0;
}

bool visit_begin(struct visit *visit, const struct target *target, const struct found *found, struct failure *why)
{
    memset(visit, 0, sizeof *visit);
    visit->target = target;
    visit->tid = found->tid;
    visit->own_stack = (found->stand.sp - RED_ZONE - 256) & ~(uint64_t)15;
    visit->saved = registers_new();
    if (!visit->saved || !registers_get(visit->tid, visit->saved) || !mask_get(visit->tid, &visit->mask)) {
        free(visit->saved);
        thread_release(visit->tid, 0);
        return fail(why, "internal", "its registers cannot be saved: %s", strerror(errno));
    }
    /* A fault whose signal is blocked would kill the process instead of stopping the thread. */
    uint64_t faults = bit(SIGSEGV) | bit(SIGBUS) | bit(SIGILL) | bit(SIGFPE) | bit(SIGTRAP) | bit(SIGSYS);
    if (!mask_set(visit->tid, ~faults)) {
        free(visit->saved);
        thread_release(visit->tid, 0);
        return fail(why, "internal", "its signals cannot be held back: %s", strerror(errno));
    }
    return true;
}

static bool returned(const struct visit *visit, int signal, struct stand *stand)
{
    uint64_t trap = visit->target->trap;
    if (!registers_stand(visit->tid, stand))
        return false;
    if (trap)
        return signal == SIGTRAP && (stand->pc == trap || stand->pc == trap + 1);
    return signal == SIGSEGV && stand->pc == 0;
}

/* Waiting for a lock that its holder may give only when this very thread goes on. Nothing is half done then. */
static bool stuck_in_lock(const struct visit *visit)
{
    int status;
    struct stand stand;
    if (ptrace(PTRACE_INTERRUPT, visit->tid, NULL, NULL) != 0 ||
        thread_wait(visit->tid, now_us() + 100000, &status) != 1 || !registers_stand(visit->tid, &stand))
        return false;
    if (stand.interrupted && call_kind(stand.syscall, stand.args) == CALL_LOCK)
        return true;
    ptrace(PTRACE_CONT, visit->tid, NULL, NULL);
    return false;
}

static bool wait_longer(struct visit *visit, int64_t since_us, int *status, struct failure *why)
{
    int got = thread_wait(visit->tid, since_us + LOCK_LIMIT_US, status);
    if (got == 0 && stuck_in_lock(visit))
        return fail(why, "busy_loader", "another thread is loading a library and waits for this one");
    if (got == 0)
        got = thread_wait(visit->tid, since_us + CALL_LIMIT_US, status);
    if (got > 0)
        return true;
    if (got == 0) {
        ptrace(PTRACE_INTERRUPT, visit->tid, NULL, NULL);
        got = thread_wait(visit->tid, now_us() + 1000000, status);
        visit->gone = got <= 0; /* it cannot even be stopped: our end lets it go on with the call */
        return fail(why, "timeout", "loading the library took more than %d s", CALL_LIMIT_US / 1000000);
    }
    visit->gone = true;
    return fail(why, "process_ended", "process %d ended meanwhile", visit->target->pid);
}

/* A signal somebody sent is kept for later; a fault of the call itself ends it. */
static bool keep_signal(struct visit *visit, int signal, struct failure *why)
{
    siginfo_t info;
    if (ptrace(PTRACE_GETSIGINFO, visit->tid, NULL, &info) == 0 && info.si_code > 0 && signal != SIGSTOP &&
        signal != SIGCHLD)
        return signal == SIGSYS ? fail(why, "seccomp", "its seccomp filter forbids what loading a library needs")
                                : fail(why, "crashed", "the call inside it ended with %s", strsignal(signal));
    if (visit->held_count < sizeof visit->held / sizeof *visit->held)
        visit->held[visit->held_count++] = signal;
    return true;
}

bool visit_call(struct visit *visit, uint64_t function, const uint64_t args[6], uint64_t stack, uint64_t *result,
                struct failure *why)
{
    int status;
    struct stand stand;
    if (!registers_call(visit->tid, visit->saved, function, args, stack, visit->target->trap))
        return fail(why, "internal", "its registers cannot be set: %s", strerror(errno));
    for (int64_t since = now_us();;) {
        if (ptrace(PTRACE_CONT, visit->tid, NULL, NULL) != 0) {
            visit->gone = errno == ESRCH;
            return fail(why, "process_ended", "process %d ended meanwhile", visit->target->pid);
        }
        if (!wait_longer(visit, since, &status, why))
            return false;
        int signal = WSTOPSIG(status);
        if (status >> 16 == EVENT_STOP)
            continue; /* the process is being stopped as a whole: this thread joins when it is let go */
        if (returned(visit, signal, &stand)) {
            *result = stand.result;
            return true;
        }
        if (!keep_signal(visit, signal, why))
            return false;
    }
}

void visit_end(struct visit *visit, const struct stand *stand)
{
    if (!visit->gone) {
        mask_set(visit->tid, visit->mask);
        undo_eintr(visit->target->pid, visit->tid, stand, visit->saved);
        registers_set(visit->tid, visit->saved);
        for (size_t i = 0; i < visit->held_count; i++)
            syscall(SYS_tgkill, visit->target->pid, visit->tid, visit->held[i]);
        thread_release(visit->tid, 0);
    }
    free(visit->saved);
}
