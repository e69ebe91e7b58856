/* One thread of the target: interrupted, waited for, let go. Used by choose.c and call.c. */
#include "inject.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#define PTRACE_EVENT_STOP_CODE 128
/* A thread that does not stop within this waits for its turn on a crowded core, or the kernel will not interrupt it now. */
#define STOP_LIMIT_US 100000

int thread_wait(pid_t tid, int64_t deadline_us, int *status)
{
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD); /* blocked since main(), so it is never missed */
    for (;;) {
        pid_t got = waitpid(tid, status, __WALL | WNOHANG);
        if (got == tid)
            return WIFSTOPPED(*status) ? 1 : -1;
        if (got < 0)
            return -1;
        int64_t left = deadline_us - now_us();
        if (left <= 0)
            return 0;
        /* Short: SIGCHLD does not queue, and one of another thread may have taken its place. */
        struct timespec limit = {0, (left < 1000 ? left : 1000) * 1000};
        sigtimedwait(&child, NULL, &limit);
    }
}

void thread_release(pid_t tid, int signal)
{
    ptrace(PTRACE_DETACH, tid, NULL, (void *)(uintptr_t)signal);
}

/* EPERM means many things: the thread is just ending, somebody else traces it, or it is not ours to enter. */
static enum stop_result refused(pid_t tid, int error, struct failure *why)
{
    char state = task_state(tid, tid);
    if (error == ESRCH || state == 0 || state == 'Z' || state == 'X')
        return STOP_GONE;
    int64_t tracer = status_number(tid, tid, "TracerPid", 10);
    if (tracer > 0)
        fail(why, "already_traced", "thread %d is being traced by process %lld", tid, (long long)tracer);
    else
        fail(why, "permission", "the kernel refuses to let thread %d be entered: %s", tid, strerror(error));
    return STOP_REFUSED;
}

enum stop_result thread_stop(pid_t tid, bool asked, struct failure *why)
{
    int status;
    if (!asked && (ptrace(PTRACE_SEIZE, tid, NULL, NULL) != 0 || ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) != 0))
        return refused(tid, errno, why);
    int got = thread_wait(tid, now_us() + STOP_LIMIT_US, &status);
    if (got < 0)
        return STOP_GONE;
    if (got == 0)
        return STOP_LATER;
    if (status >> 16 == PTRACE_EVENT_STOP_CODE && WSTOPSIG(status) == SIGTRAP)
        return STOP_OK;
    /* A signal came first (it is passed on), or the whole process is being stopped. Not now. */
    thread_release(tid, status >> 16 == PTRACE_EVENT_STOP_CODE ? 0 : WSTOPSIG(status));
    return STOP_BUSY;
}
