/*
 * `_exit` and exec end the process without destructors: flush first. A forked or vforked child calls them
 * too, and must not touch its parent's stream: gs_finish itself checks the process id. And CPython 3.12+
 * reads its own thread count before warning about fork in a threaded program: ours is not the program's.
 */
#define _GNU_SOURCE
#include "leave.h"

#include "../gilscope.h"

#include "children.h"
#include "control.h"
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_MS 1000

_Atomic int gs_own_threads;

__attribute__((noreturn)) static void hook_exit(int status) {
    gs_control_exit_code(status);
    gs_finish("os_exit", FLUSH_MS);
    _exit(status);
}

/*
 * After GOODBYE nothing more is sent, so an exec that cannot succeed must not end the recording:
 * os.execvp tries each folder of PATH in turn.
 */
static void leaving_by_exec(const char *path) {
    int saved = errno;
    if (path && access(path, X_OK) == 0) gs_finish("exec", FLUSH_MS);
    errno = saved;
}

int gs_hook_execve(const char *path, char *const argv[], char *const envp[]) {
    if (gs_running_here()) leaving_by_exec(path);
    return gs_child_exec(path, argv, envp);
}

int gs_hook_execv(const char *path, char *const argv[]) { return gs_hook_execve(path, argv, environ); }

/* Field 20 of /proc/self/stat is num_threads; field 2, the name, is in parentheses and may hold anything. */
static FILE *stat_without_us(FILE *real, int ours) {
    char text[1024], edited[1088];
    size_t length = fread(text, 1, sizeof text - 1, real);
    text[length] = 0;
    char *at = strrchr(text, ')');
    for (int field = 2; at && field < 20; field++) {
        at = strchr(at, ' ');
        if (at) at++;
    }
    char *end = at;
    long threads = at ? strtol(at, &end, 10) : 0;
    if (!at || end == at || threads <= ours) return NULL;
    int size = snprintf(edited, sizeof edited, "%.*s%ld%s", (int)(at - text), text, threads - ours, end);
    FILE *copy = fmemopen(NULL, (size_t)size + 1, "w+");
    if (!copy) return NULL;
    if (fwrite(edited, 1, (size_t)size, copy) != (size_t)size || fseek(copy, 0, SEEK_SET) != 0) {
        fclose(copy);
        return NULL;
    }
    return copy;
}

static FILE *hook_fopen(const char *path, const char *mode) {
    FILE *real = fopen64(path, mode);
    int ours = atomic_load(&gs_own_threads);
    if (!real || !ours || !path || strcmp(path, "/proc/self/stat") != 0) return real;
    int saved = errno;
    FILE *copy = stat_without_us(real, ours);
    if (!copy) {
        rewind(real);
        errno = saved;
        return real;
    }
    fclose(real);
    errno = saved;
    return copy;
}

struct gs_hook gs_leave_hooks[] = {
    {.name = "_exit", .replacement = (void *)hook_exit},
    {.name = "execv", .replacement = (void *)gs_hook_execv},
    {.name = "execve", .replacement = (void *)gs_hook_execve},
    {.name = "fopen", .replacement = (void *)hook_fopen},
    {.name = "fopen64", .replacement = (void *)hook_fopen},
};
const int gs_leave_hooks_total = sizeof gs_leave_hooks / sizeof *gs_leave_hooks;
