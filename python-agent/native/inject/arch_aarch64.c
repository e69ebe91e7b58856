/*
 * Registers of aarch64. Written from the kernel's documented interface and not run yet: no such machine was at hand.
 * The kernel prepares the restart of a system call before it reports the stop (pc is back on `svc`, x0 is the first
 * argument again), so putting the registers back makes the call again. A relative sleep must go on, not begin anew:
 * it is resumed by restart_syscall, which is what the kernel itself would do.
 */
#if defined(__aarch64__)
#include "inject.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <time.h>

#ifndef NT_ARM_SYSTEM_CALL
#define NT_ARM_SYSTEM_CALL 0x404
#endif
#ifndef NT_ARM_SVE
#define NT_ARM_SVE 0x405
#endif
#define EXTENDED_MAX 65536
#define SVC_0 0xd4000001u
#define BRK_MASK 0xffe0001fu
#define BRK 0xd4200000u

struct registers {
    struct user_regs_struct general;
    int syscall;
    bool sve;
    size_t extended_length;
    uint8_t extended[EXTENDED_MAX];
};

const uint64_t RED_ZONE = 0;
const uint16_t OWN_MACHINE = EM_AARCH64;

static bool move(pid_t tid, bool set, int kind, void *data, size_t *length)
{
    struct iovec vec = {data, *length};
    if (ptrace(set ? PTRACE_SETREGSET : PTRACE_GETREGSET, tid, kind, &vec) != 0)
        return false;
    *length = vec.iov_len;
    return true;
}

struct registers *registers_new(void)
{
    return calloc(1, sizeof(struct registers));
}

bool registers_get(pid_t tid, struct registers *regs)
{
    size_t general = sizeof regs->general, number = sizeof regs->syscall;
    regs->extended_length = sizeof regs->extended;
    regs->sve = move(tid, false, NT_ARM_SVE, regs->extended, &regs->extended_length);
    if (!regs->sve) {
        regs->extended_length = sizeof regs->extended;
        if (!move(tid, false, NT_PRFPREG, regs->extended, &regs->extended_length))
            return false;
    }
    return move(tid, false, NT_PRSTATUS, &regs->general, &general) &&
           move(tid, false, NT_ARM_SYSTEM_CALL, &regs->syscall, &number) && regs->extended_length < sizeof regs->extended;
}

bool registers_set(pid_t tid, const struct registers *regs)
{
    size_t general = sizeof regs->general, extended = regs->extended_length, number = sizeof regs->syscall;
    bool done = move(tid, true, regs->sve ? NT_ARM_SVE : NT_PRFPREG, (void *)(uintptr_t)regs->extended, &extended);
    done &= move(tid, true, NT_ARM_SYSTEM_CALL, (void *)(uintptr_t)&regs->syscall, &number);
    struct user_regs_struct put = regs->general;
    uint32_t at_pc = 0;
    if (mem_read(tid, put.pc, &at_pc, 4) && at_pc == SVC_0 &&
        (put.regs[8] == SYS_nanosleep || (put.regs[8] == SYS_clock_nanosleep && !(put.regs[1] & TIMER_ABSTIME))))
        put.regs[8] = SYS_restart_syscall;
    return move(tid, true, NT_PRSTATUS, &put, &general) && done;
}

bool registers_call(pid_t tid, const struct registers *from, uint64_t function, const uint64_t args[6], uint64_t stack,
                    uint64_t back)
{
    struct user_regs_struct regs = from->general;
    size_t general = sizeof regs;
    int none = -1;
    size_t number = sizeof none;
    for (int i = 0; i < 6; i++)
        regs.regs[i] = args[i];
    regs.regs[29] = 0;
    regs.regs[30] = back;
    regs.sp = stack & ~(uint64_t)15;
    regs.pc = function;
    regs.pstate &= ~(uint64_t)0xc00; /* BTYPE: arriving at a function is no indirect branch */
    return move(tid, true, NT_ARM_SYSTEM_CALL, &none, &number) && move(tid, true, NT_PRSTATUS, &regs, &general);
}

bool registers_stand(pid_t tid, struct stand *stand)
{
    struct user_regs_struct regs;
    size_t general = sizeof regs;
    uint32_t at_pc = 0;
    memset(stand, 0, sizeof *stand);
    if (!move(tid, false, NT_PRSTATUS, &regs, &general))
        return false;
    stand->pc = regs.pc;
    stand->sp = regs.sp;
    stand->result = regs.regs[0];
    stand->syscall = -1;
    /* Taken out of a call that will be made again: back on `svc`. Otherwise just behind it. */
    bool on_svc = mem_read(tid, regs.pc, &at_pc, 4) && at_pc == SVC_0;
    bool behind_svc = mem_read(tid, regs.pc - 4, &at_pc, 4) && at_pc == SVC_0;
    if (on_svc || behind_svc) {
        stand->syscall = (long)regs.regs[8];
        stand->eintr = behind_svc && (long)regs.regs[0] == -EINTR;
        stand->interrupted = on_svc || stand->eintr;
        memcpy(stand->args, regs.regs, sizeof stand->args);
    }
    return true;
}

/* x0, the first argument, is gone when a call has returned EINTR here: the call cannot be made again from outside. */
void registers_rewind(struct registers *regs)
{
    (void)regs;
}

uint64_t find_trap(pid_t pid, uint64_t from, uint64_t to)
{
    uint32_t page[1024];
    for (uint64_t at = from; at + sizeof page <= to; at += sizeof page)
        if (mem_read(pid, at, page, sizeof page))
            for (size_t i = 0; i < 1024; i++)
                if ((page[i] & BRK_MASK) == BRK)
                    return at + i * 4;
    return 0;
}
#else
typedef int not_this_architecture;
#endif
