/*
 * Finds a thread that stands at a safe place, stopping one at a time, the most promising first. Called by main.c.
 */
#include "inject.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* Beyond this many threads the rest are not looked at: some of these will do. */
#define MAX_THREADS 512
/* How long only the best places are taken; then other libraries' code and plain futex waits will do. */
#define NARROW_US 300000
#define ROUND_NAP_US 300

struct crowd {
    struct candidate list[MAX_THREADS];
    size_t count;
};

static struct candidate *remembered(struct crowd *crowd, size_t known, pid_t tid)
{
    for (size_t i = 0; i < known; i++)
        if (crowd->list[i].tid == tid)
            return &crowd->list[i];
    return NULL;
}

static int by_rank(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    return a->rank != b->rank ? (a->rank > b->rank) - (a->rank < b->rank) : (a->tid > b->tid) - (a->tid < b->tid);
}

/* The threads there are now, ranked; what was learnt of them in earlier rounds is kept. False when the process is gone. */
static bool look(const struct target *target, struct crowd *crowd, bool wide)
{
    char name[64];
    struct crowd *before = malloc(sizeof *before);
    snprintf(name, sizeof name, "/proc/%d/task", target->pid);
    DIR *folder = before ? opendir(name) : NULL;
    if (!folder) {
        free(before);
        return false;
    }
    *before = *crowd;
    crowd->count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) && crowd->count < MAX_THREADS;) {
        pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (tid <= 0)
            continue;
        const struct candidate *old = remembered(before, before->count, tid);
        crowd->list[crowd->count] = old ? *old : (struct candidate){.tid = tid};
        struct candidate *who = &crowd->list[crowd->count++];
        who->rank = who->asked ? 0 : place_rank(target, who, wide);
    }
    closedir(folder);
    free(before);
    qsort(crowd->list, crowd->count, sizeof *crowd->list, by_rank);
    return true;
}

void undo_eintr(pid_t pid, pid_t tid, const struct stand *stand, struct registers *regs)
{
    if (!stand->eintr || call_kind(stand->syscall, stand->args) == CALL_TIMED)
        return;
    int64_t own = status_number(pid, tid, "SigPnd", 16), shared = status_number(pid, tid, "ShdPnd", 16);
    int64_t blocked = status_number(pid, tid, "SigBlk", 16);
    /* A real signal is waiting to be handled: then EINTR is the truth. */
    if (own < 0 || shared < 0 || blocked < 0 || ((own | shared) & ~blocked) != 0)
        return;
    registers_rewind(regs);
}

static void let_go_unharmed(const struct target *target, pid_t tid, const struct stand *stand)
{
    struct registers *regs = stand->eintr ? registers_new() : NULL;
    if (regs && registers_get(tid, regs)) {
        undo_eintr(target->pid, tid, stand, regs);
        registers_set(tid, regs);
    }
    free(regs);
    thread_release(tid, 0);
}

/*
 * Same core as the thread: the visit is a chain of hand-overs between it and us, and waking a core that has gone to
 * sleep costs more than all the rest.
 */
static void stand_beside(pid_t pid, pid_t tid)
{
    cpu_set_t one;
    int core = task_core(pid, tid);
    if (core < 0 || core >= CPU_SETSIZE)
        return;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    sched_setaffinity(0, sizeof one, &one); /* only a matter of speed */
}

/* 1: stands at a safe place, stopped. 0: not this time. -1: no thread of this process may be stopped. */
static int try_one(const struct target *target, struct candidate *who, bool wide, struct found *found, struct failure *why)
{
    found->tries++;
    stand_beside(target->pid, who->tid);
    if (!who->asked)
        who->since_us = now_us();
    found->since_us = who->since_us;
    enum stop_result result = thread_stop(who->tid, who->asked, why);
    who->asked = result == STOP_LATER;
    if (result == STOP_REFUSED)
        return -1;
    if (result != STOP_OK)
        return 0;
    found->tid = who->tid;
    if (registers_stand(who->tid, &found->stand)) {
        found->place = place_judge(target, who, &found->stand, wide);
        if (found->place)
            return 1;
        let_go_unharmed(target, who->tid, &found->stand);
    } else {
        thread_release(who->tid, 0);
    }
    return 0;
}

bool choose_thread(const struct target *target, int64_t deadline_us, struct found *found, struct failure *why)
{
    struct crowd *crowd = calloc(1, sizeof *crowd);
    int64_t begin = now_us();
    int got = 0;
    if (!crowd)
        return fail(why, "internal", "no memory");
    while (got == 0 && now_us() < deadline_us) {
        bool wide = now_us() - begin > NARROW_US;
        if (!look(target, crowd, wide) || crowd->count == 0) {
            fail(why, "process_ended", "process %d ended", target->pid);
            got = -1;
        }
        for (size_t i = 0; got == 0 && i < crowd->count && now_us() < deadline_us; i++)
            if (crowd->list[i].rank >= 0)
                got = try_one(target, &crowd->list[i], wide, found, why);
        if (got == 0)
            nap_us(ROUND_NAP_US);
    }
    if (got == 0)
        fail(why, "no_safe_point",
             "none of its %zu threads came to a place where it can be entered (%u tries; thread %d: state %c, system call %ld)",
             crowd->count, found->tries, crowd->list[0].tid, crowd->list[0].state ? crowd->list[0].state : '-',
             crowd->list[0].call);
    free(crowd);
    return got == 1;
}
