/* What /proc says of a process before anything is done to it. Used by target.c, place.c, choose.c. */
#include "inject.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t read_task(pid_t pid, pid_t tid, const char *file, char *into, size_t capacity)
{
    char name[96];
    snprintf(name, sizeof name, "/proc/%d/task/%d/%s", pid, tid, file);
    int descriptor = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t got = descriptor < 0 ? 0 : read(descriptor, into, capacity - 1);
    if (descriptor >= 0)
        close(descriptor);
    into[got > 0 ? got : 0] = 0;
    return got > 0 ? (size_t)got : 0;
}

static const char *status_line(const char *text, const char *key)
{
    size_t length = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, length) == 0 && line[length] == ':')
            return line + length + 1;
    }
    return NULL;
}

int64_t status_number(pid_t pid, pid_t tid, const char *key, int base)
{
    char text[8192];
    read_task(pid, tid, "status", text, sizeof text);
    const char *value = status_line(text, key);
    return value ? (int64_t)strtoull(value, NULL, base) : -1;
}

/* Field `number` of /proc/PID/task/TID/stat, counted from 1 as in proc(5); the name, field 2, may contain anything. */
static const char *stat_field(pid_t pid, pid_t tid, int number, char *text, size_t capacity)
{
    read_task(pid, tid, "stat", text, capacity);
    const char *at = strrchr(text, ')');
    for (int field = 2; at && field < number; field++) {
        at = strchr(at, ' ');
        at = at ? at + 1 : NULL;
    }
    return at;
}

char task_state(pid_t pid, pid_t tid)
{
    char text[1024];
    const char *state = stat_field(pid, tid, 3, text, sizeof text);
    return state ? *state : 0;
}

int task_core(pid_t pid, pid_t tid)
{
    char text[1024];
    const char *core = stat_field(pid, tid, 39, text, sizeof text);
    return core ? atoi(core) : -1;
}

static bool check_tracer(pid_t pid, struct failure *why)
{
    char name[32] = "?";
    pid_t tracer = (pid_t)status_number(pid, pid, "TracerPid", 10);
    if (tracer <= 0)
        return true;
    read_task(tracer, tracer, "comm", name, sizeof name);
    name[strcspn(name, "\n")] = 0;
    return fail(why, "already_traced", "process %d is being traced by %s (process %d)", pid, name, tracer);
}

static bool check_executable(pid_t pid, struct failure *why)
{
    char name[64];
    Elf64_Ehdr head = {0};
    snprintf(name, sizeof name, "/proc/%d/exe", pid);
    int file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return errno == EACCES || errno == EPERM
                   ? fail(why, "permission", "may not look into process %d: %s", pid, strerror(errno))
                   : fail(why, "not_python", "process %d has no program of its own (a kernel thread)", pid);
    ssize_t got = read(file, &head, sizeof head);
    close(file);
    if (got != (ssize_t)sizeof head || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
        return fail(why, "not_python", "the program of process %d is not an ELF file", pid);
    if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_machine != OWN_MACHINE)
        return fail(why, "arch_mismatch", "process %d is a program for another kind of processor (%s)", pid,
                    head.e_ident[EI_CLASS] == ELFCLASS32 ? "32 bit" : "64 bit");
    return true;
}

/* With a hardware shadow stack a call cannot return where nobody called from. */
static bool check_shadow_stack(pid_t pid, struct failure *why)
{
    char text[8192];
    read_task(pid, pid, "status", text, sizeof text);
    const char *features = status_line(text, "x86_Thread_features");
    const char *end = features ? strchr(features, '\n') : NULL;
    const char *found = features ? strstr(features, "shstk") : NULL;
    return found && (!end || found < end) ? fail(why, "shadow_stack", "process %d runs with a hardware shadow stack", pid)
                                          : true;
}

bool target_check(pid_t pid, struct failure *why)
{
    char state = task_state(pid, pid);
    if (state == 0) {
        if (kill(pid, 0) != 0 && errno == EPERM)
            return fail(why, "permission", "process %d is hidden from this user", pid);
        pid_t group = (pid_t)status_number(pid, pid, "Tgid", 10);
        return group > 0 ? fail(why, "no_such_process", "%d is a thread of process %d", pid, group)
                         : fail(why, "no_such_process", "there is no process %d", pid);
    }
    if (state == 'Z' || state == 'X')
        return fail(why, "zombie", "process %d has ended and only waits to be reaped", pid);
    if (!check_tracer(pid, why))
        return false;
    if (state == 'T')
        return fail(why, "stopped", "process %d is stopped", pid);
    return check_executable(pid, why) && check_shadow_stack(pid, why);
}
