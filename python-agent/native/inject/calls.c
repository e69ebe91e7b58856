/*
 * Which system calls a thread may be taken out of. A thread blocked in one of these holds no lock of an allocator or of
 * the loader. Used by place.c (before and after a stop) and choose.c (EINTR).
 */
#include "inject.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>

/* The time limit of epoll_wait and its kin: negative or NULL is none. */
static enum call_kind timed_if(bool limited)
{
    return limited ? CALL_TIMED : CALL_PLAIN;
}

static enum call_kind futex_kind(uint64_t operation)
{
    switch (operation & FUTEX_CMD_MASK) {
    /* Conditions, semaphores and joins of glibc; its internal locks use the plain FUTEX_WAIT. */
    case FUTEX_WAIT_BITSET: return CALL_PLAIN;
    case FUTEX_WAIT: return CALL_LOCK;
    default: return CALL_UNSAFE;
    }
}

enum call_kind call_kind(long number, const uint64_t args[6])
{
    switch (number) {
    case SYS_futex: return futex_kind(args[1]);
#ifdef SYS_epoll_wait
    case SYS_epoll_wait:
#endif
    case SYS_epoll_pwait: return timed_if((int32_t)args[3] >= 0);
#ifdef SYS_epoll_pwait2
    case SYS_epoll_pwait2: return timed_if(args[3] != 0);
#endif
    case SYS_semtimedop:
    case SYS_rt_sigtimedwait: return timed_if(args[number == SYS_semtimedop ? 3 : 2] != 0);
#ifdef SYS_poll
    case SYS_poll:
    case SYS_select:
    case SYS_pause:
#endif
    /* A sleep, poll or timed futex that somebody has interrupted before. */
    case SYS_restart_syscall:
    case SYS_ppoll:
    case SYS_pselect6:
    case SYS_rt_sigsuspend:
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
    case SYS_read:
    case SYS_readv:
    case SYS_write:
    case SYS_writev:
    case SYS_accept:
    case SYS_accept4:
    case SYS_connect:
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_wait4:
    case SYS_waitid:
    case SYS_flock:
    case SYS_msgrcv:
    case SYS_msgsnd:
    case SYS_semop: return CALL_PLAIN;
    default: return CALL_UNSAFE;
    }
}
