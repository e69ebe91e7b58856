/* Registers of x86-64: saved whole, changed for a call, put back. Its twin is arch_aarch64.c. */
#if defined(__x86_64__)
#include "inject.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

/* AVX-512 and AMX together take about 11 KiB. */
#define EXTENDED_MAX 65536
#define FLAG_TRAP 0x100u
#define FLAG_DIRECTION 0x400u
#define FLAG_ALIGNMENT 0x40000u
/* What a system call holds, inside the kernel, when it is to be made again; user code never sees these. */
#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514
#define ERESTART_RESTARTBLOCK 516

struct registers {
    struct user_regs_struct general;
    size_t extended_length;
    uint8_t extended[EXTENDED_MAX];
};

const uint64_t RED_ZONE = 128;
const uint16_t OWN_MACHINE = EM_X86_64;

struct registers *registers_new(void)
{
    return calloc(1, sizeof(struct registers));
}

bool registers_get(pid_t tid, struct registers *regs)
{
    struct iovec extended = {regs->extended, sizeof regs->extended};
    if (ptrace(PTRACE_GETREGS, tid, NULL, &regs->general) != 0 ||
        ptrace(PTRACE_GETREGSET, tid, NT_X86_XSTATE, &extended) != 0)
        return false;
    regs->extended_length = extended.iov_len;
    return extended.iov_len < sizeof regs->extended;
}

bool registers_set(pid_t tid, const struct registers *regs)
{
    struct iovec extended = {(void *)(uintptr_t)regs->extended, regs->extended_length};
    bool both = ptrace(PTRACE_SETREGSET, tid, NT_X86_XSTATE, &extended) == 0;
    return ptrace(PTRACE_SETREGS, tid, NULL, &regs->general) == 0 && both;
}

bool registers_call(pid_t tid, const struct registers *from, uint64_t function, const uint64_t args[6], uint64_t stack,
                    uint64_t back)
{
    struct user_regs_struct regs = from->general;
    regs.rsp = (stack & ~(uint64_t)15) - 8;
    regs.rip = function;
    regs.rdi = args[0];
    regs.rsi = args[1];
    regs.rdx = args[2];
    regs.rcx = args[3];
    regs.r8 = args[4];
    regs.r9 = args[5];
    regs.rax = 0;
    /* No system call is in progress any more: nothing to restart on the way back to user code. */
    regs.orig_rax = (unsigned long long)-1;
    regs.eflags &= ~(unsigned long long)(FLAG_TRAP | FLAG_DIRECTION | FLAG_ALIGNMENT);
    return mem_write(tid, regs.rsp, &back, sizeof back) && ptrace(PTRACE_SETREGS, tid, NULL, &regs) == 0;
}

bool registers_stand(pid_t tid, struct stand *stand)
{
    struct user_regs_struct regs;
    memset(stand, 0, sizeof *stand);
    if (ptrace(PTRACE_GETREGS, tid, NULL, &regs) != 0)
        return false;
    long result = (long)regs.rax;
    stand->pc = regs.rip;
    stand->sp = regs.rsp;
    stand->result = regs.rax;
    stand->syscall = (long)regs.orig_rax;
    const uint64_t args[6] = {regs.rdi, regs.rsi, regs.rdx, regs.r10, regs.r8, regs.r9};
    memcpy(stand->args, args, sizeof args);
    if (stand->syscall >= 0) {
        stand->eintr = result == -EINTR;
        stand->interrupted = stand->eintr || result == -ERESTARTSYS || result == -ERESTARTNOINTR ||
                             result == -ERESTARTNOHAND || result == -ERESTART_RESTARTBLOCK;
    }
    return true;
}

void registers_rewind(struct registers *regs)
{
    regs->general.rip -= 2; /* the length of `syscall` */
    regs->general.rax = regs->general.orig_rax;
    regs->general.orig_rax = (unsigned long long)-1;
}

uint64_t find_trap(pid_t pid, uint64_t from, uint64_t to)
{
    uint8_t page[4096];
    for (uint64_t at = from; at + sizeof page <= to; at += sizeof page) {
        const uint8_t *hit = mem_read(pid, at, page, sizeof page) ? memchr(page, 0xcc, sizeof page) : NULL;
        if (hit)
            return at + (uint64_t)(hit - page);
    }
    return 0;
}
#else
typedef int not_this_architecture;
#endif
