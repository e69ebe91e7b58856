/*
 * May a thread be entered where it stands? Two kinds of places are safe: code of the interpreter itself (it is then not
 * inside malloc or the loader, whose locks the entry needs), and a blocking system call that neither of them makes.
 */
#include "inject.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

/* glibc puts the arenas of its allocator, locks first, at the start of areas of this size. */
#define ARENA_ALIGN (64ull << 20)
#define ARENA_HEAD 4096
/* A mask that blocks a signal the program handles is either a thread's habit or a handler that is running. */
#define MASK_HABIT 3

/* Best first: one that has nothing to do is not even delayed. */
enum { RANK_IDLE, RANK_WAITING, RANK_RUNNING, RANK_TIMED };

static bool inside(struct span span, uint64_t address)
{
    return address >= span.start && address < span.end;
}

static bool own_lock(const struct target *target, uint64_t futex)
{
    return !target->foreign_allocator && !target->python_allocates && !inside(target->libc, futex) &&
           !inside(target->loader, futex) && futex % ARENA_ALIGN >= ARENA_HEAD;
}

static bool loader_is_libc(const struct target *target)
{
    return target->loader.start == target->libc.start;
}

static bool call_is_safe(const struct target *target, long number, const uint64_t args[6], uint64_t pc, bool wide)
{
    enum call_kind kind = call_kind(number, args);
    if (kind == CALL_UNSAFE || (kind == CALL_LOCK && !(wide && own_lock(target, args[0]))))
        return false;
    /* musl's loader is its libc; a call in which it can be interrupted is none of the loader's. */
    return loader_is_libc(target) || !inside(target->loader, pc);
}

int place_rank(const struct target *target, struct candidate *who, bool wide)
{
    char name[80], line[256];
    uint64_t args[6], sp, pc;
    long number;
    char state = who->state = task_state(target->pid, who->tid);
    who->call = -1;
    if (state == 0 || strchr("DZXTt", state))
        return -1;
    snprintf(name, sizeof name, "/proc/%d/task/%d/syscall", target->pid, who->tid);
    FILE *file = fopen(name, "re");
    const char *got = file ? fgets(line, sizeof line, file) : NULL;
    if (file)
        fclose(file);
    if (!got || sscanf(line, "%ld %lx %lx %lx %lx %lx %lx %lx %lx", &number, &args[0], &args[1], &args[2], &args[3],
                       &args[4], &args[5], &sp, &pc) != 9)
        return RANK_RUNNING; /* or the kernel does not tell */
    who->call = number;
    enum call_kind kind = call_kind(number, args);
    if (!call_is_safe(target, number, args, pc, wide))
        return kind == CALL_UNSAFE && state == 'R' ? RANK_RUNNING : -1;
    if (kind != CALL_PLAIN)
        return RANK_TIMED;
    /* With a time limit it is most likely one that waits for the GIL, and is to go on soon. */
    return number == SYS_futex && args[3] != 0 ? RANK_WAITING : RANK_IDLE;
}

/* A Python signal handler's C half may have interrupted malloc: then code of the interpreter runs with its lock held. */
static bool in_handler(const struct target *target, struct candidate *who)
{
    uint64_t blocked = (uint64_t)status_number(target->pid, who->tid, "SigBlk", 16);
    uint64_t caught = (uint64_t)status_number(target->pid, who->tid, "SigCgt", 16);
    if ((blocked & caught) == 0)
        return false;
    who->same_mask = blocked == who->mask ? who->same_mask + 1 : 1;
    who->mask = blocked;
    return who->same_mask < MASK_HABIT;
}

static bool code_is_safe(const struct target *target, uint64_t pc, bool wide)
{
    const struct region *region = maps_at(&target->maps, pc);
    if (!region || !region->executable || region->inode == 0)
        return false;
    if (region->dev == target->python_dev && region->inode == target->python_inode)
        return !target->python_allocates;
    return wide && !target->foreign_allocator && !inside(target->libc, pc) && !inside(target->loader, pc);
}

const char *place_judge(const struct target *target, struct candidate *who, const struct stand *stand, bool wide)
{
    if (stand->syscall >= 0) {
        /* A call that has finished proves nothing: malloc makes calls as well. */
        bool safe = stand->interrupted && call_is_safe(target, stand->syscall, stand->args, stand->pc, wide);
        return safe ? "blocked in a system call" : NULL;
    }
    if (!code_is_safe(target, stand->pc, wide) || in_handler(target, who))
        return NULL;
    return "running in the interpreter";
}
