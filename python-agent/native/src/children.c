/*
 * Follows children. An exec may happen between vfork and exec, in our own memory, while every other thread of ours runs on:
 * nothing here allocates or locks on that path; the new environment lies on the caller's stack, and what must
 * be told is left in a shared page for the streaming thread.
 */
#define _GNU_SOURCE
#include "children.h"

#include "../gilscope.h"

#include "clock.h"
#include "encode.h"
#include "launch.h"
#include "leave.h"
#include "stream.h"

#include <errno.h>
#include <inttypes.h>
#include <link.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define SETTINGS_MAX 12288
#define SETTINGS_COUNT 12
#define ENVIRONMENT_MAX 4096 /* variables; with more the child gets just what it was given */
#define PATH_BYTES_MAX 8192  /* of the child's own PYTHONPATH */
#define NOTES 128
#define NOTE_TEXT 400

/* ---- what a Python child is given ---- */

static char settings[SETTINGS_MAX];
static char *setting[SETTINGS_COUNT];
static int settings_count;
static char boot_file[4200];
static const char *boot;

int gs_follow(const char *text, size_t length) {
    settings_count = 0;
    boot = NULL;
    if (!text || length == 0) return GS_OK;
    if (length > sizeof settings || text[length - 1] != 0 || strncmp(text, "PYTHONPATH=", 11) != 0) return GS_ERR_STATE;
    if (strlen(text) + 32 > sizeof boot_file) return GS_ERR_STATE;
    memcpy(settings, text, length);
    int count = 0;
    for (char *at = settings + strlen(settings) + 1; at < settings + length; at += strlen(at) + 1) {
        if (count == SETTINGS_COUNT) return GS_ERR_STATE;
        setting[count++] = at;
    }
    strcpy(stpcpy(boot_file, settings + 11), "/sitecustomize.py");
    gs_launch_setup();
    settings_count = count;
    boot = settings + 11;
    return GS_OK;
}

enum call { EXECVE, FEXECVE, SPAWN, SPAWNP };

struct launch {
    enum call call;
    int fd;
    const char *path;
    char *const *argv;
    pid_t *pid;
    const posix_spawn_file_actions_t *actions;
    const posix_spawnattr_t *attributes;
};

static int run(const struct launch *l, char *const envp[]) {
    switch (l->call) {
    case EXECVE: return execve(l->path, l->argv, envp);
    case FEXECVE: return fexecve(l->fd, l->argv, envp);
    case SPAWN: return posix_spawn(l->pid, l->path, l->actions, l->attributes, l->argv, envp);
    default: return posix_spawnp(l->pid, l->path, l->actions, l->attributes, l->argv, envp);
    }
}

static int run_followed(const struct launch *l, char *const envp[]) {
    static const char path_key[] = "PYTHONPATH=", old_key[] = "GILSCOPE_PYTHONPATH=";
    const char *old = NULL;
    size_t count = 0, bytes = strlen(boot);
    for (; envp && envp[count]; count++) {
        if (!old && strncmp(envp[count], path_key, sizeof path_key - 1) == 0) old = envp[count] + sizeof path_key - 1;
        /* Somebody else's recording, within ours or around it, has the right of way. */
        if (strncmp(envp[count], "GILSCOPE_SOCKET=", 16) == 0) return run(l, envp);
    }
    size_t old_bytes = old ? strlen(old) : 0;
    if (count > ENVIRONMENT_MAX || old_bytes > PATH_BYTES_MAX || access(boot_file, R_OK) != 0) return run(l, envp);
    char *env[count + (size_t)settings_count + 3];
    char path[sizeof path_key + bytes + 1 + old_bytes + 1], kept[sizeof old_key + old_bytes + 1];
    size_t n = 0;
    /* As in src/engine/launch.ts: an empty PYTHONPATH counts as none, and is given back all the same, in its place. */
    strcpy(stpcpy(stpcpy(stpcpy(path, path_key), boot), old_bytes ? ":" : ""), old ? old : "");
    for (size_t i = 0; i < count; i++) env[n++] = old == envp[i] + sizeof path_key - 1 ? path : envp[i];
    for (int i = 0; i < settings_count; i++) env[n++] = setting[i];
    if (old) strcpy(stpcpy(kept, old_key), old);
    env[n++] = old ? kept : path;
    env[n] = NULL;
    return run(l, env);
}

/* ---- notes for the streaming thread ---- */

enum { FREE, WRITING, READY };

struct note {
    _Atomic uint32_t state;
    int32_t pid, ppid;
    uint32_t kind, length;
    uint64_t ns;
    char text[NOTE_TEXT]; /* the arguments, each ended by a NUL */
};

static struct notes {
    _Atomic uint32_t next, written, lost;
    struct note entry[NOTES];
} *notes;
static uint32_t notes_read, lost_told;

void gs_children_open(void) {
    if (notes) munmap(notes, sizeof *notes);
    void *memory = mmap(NULL, sizeof *notes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    notes = memory == MAP_FAILED ? NULL : memory;
    notes_read = lost_told = 0;
}

static void note(int pid, int ppid, enum gs_launch kind, char *const argv[]) {
    struct notes *all = notes;
    if (!all) return;
    struct note *entry = &all->entry[atomic_fetch_add(&all->next, 1) % NOTES];
    uint32_t expected = FREE;
    if (!atomic_compare_exchange_strong(&entry->state, &expected, WRITING)) {
        atomic_fetch_add(&all->lost, 1);
        return;
    }
    entry->pid = pid;
    entry->ppid = ppid;
    entry->kind = kind;
    entry->ns = gs_monotonic();
    entry->length = 0;
    for (int i = 0; argv && argv[i]; i++) {
        size_t length = strlen(argv[i]) + 1, room = NOTE_TEXT - entry->length;
        if (length > room && room < 2) break;
        if (length > room) length = room;
        memcpy(entry->text + entry->length, argv[i], length - 1);
        entry->length += (uint32_t)length;
        entry->text[entry->length - 1] = 0;
    }
    atomic_store_explicit(&entry->state, READY, memory_order_release);
    atomic_fetch_add(&all->written, 1);
}

/* Bytes that are no UTF-8 become '?': what is sent is JSON. */
static size_t utf8_length(const unsigned char *at, const unsigned char *end) {
    size_t more = *at < 0x80 ? 0 : *at >= 0xc2 && *at < 0xe0 ? 1 : (*at & 0xf0) == 0xe0 ? 2 : *at >= 0xf0 && *at < 0xf5 ? 3 : 9;
    if (more > (size_t)(end - at) - 1) return 0;
    for (size_t i = 1; i <= more; i++)
        if ((at[i] & 0xc0) != 0x80) return 0;
    return more + 1;
}

static char *put_text(char *out, const char *text, size_t length) {
    const unsigned char *at = (const unsigned char *)text, *end = at + length;
    *out++ = '"';
    while (at < end) {
        size_t whole = utf8_length(at, end);
        if (*at < 0x20) out += sprintf(out, "\\u%04x", *at++);
        else if (whole == 0) *out++ = '?', at++;
        else {
            if (*at == '"' || *at == '\\') *out++ = '\\';
            for (; whole; whole--) *out++ = (char)*at++;
        }
    }
    *out++ = '"';
    return out;
}

static void tell(const struct note *entry) {
    static const char *const kinds[] = {"other", "python", "isolated"};
    char json[256 + NOTE_TEXT * 7];
    char *out = json + sprintf(json, "{\"pid\":%d,\"ppid\":%d,\"ns\":\"%" PRIu64 "\",\"kind\":\"%s\",\"argv\":[", entry->pid,
                               entry->ppid, entry->ns, kinds[entry->kind < 3 ? entry->kind : 0]);
    for (uint32_t at = 0; at < entry->length && at < NOTE_TEXT; at++) {
        size_t length = strnlen(entry->text + at, entry->length - at);
        if (at) *out++ = ',';
        out = put_text(out, entry->text + at, length);
        at += (uint32_t)length;
    }
    out += sprintf(out, "]}");
    gs_stream_post(GS_F_CHILD, json, (size_t)(out - json));
}

void gs_children_report(void) {
    struct notes *all = notes;
    if (!all) return;
    uint32_t written = atomic_load(&all->written);
    if (written != notes_read) {
        notes_read = written;
        for (uint32_t i = 0; i < NOTES; i++) {
            struct note *entry = &all->entry[i];
            if (atomic_load_explicit(&entry->state, memory_order_acquire) != READY) continue;
            tell(entry);
            atomic_store_explicit(&entry->state, FREE, memory_order_release);
        }
    }
    uint32_t lost = atomic_load(&all->lost);
    if (lost == lost_told) return;
    lost_told = lost;
    char text[128];
    int length = sprintf(text, "{\"level\":\"warn\",\"text\":\"%u starts of child processes were too quick to be noted\"}", lost);
    gs_stream_post(GS_F_LOG, text, (size_t)length);
}

void gs_child_ended(int pid, int status) {
    char json[160];
    const char *key = WIFSIGNALED(status) ? "signal" : "exit_code";
    int value = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    if (pid <= 0 || (!WIFSIGNALED(status) && !WIFEXITED(status)) || !gs_running_here()) return;
    int saved = errno;
    int length = sprintf(json, "{\"pid\":%d,\"ns\":\"%" PRIu64 "\",\"%s\":%d}", pid, gs_monotonic(), key, value);
    gs_stream_post(GS_F_CHILD, json, (size_t)length);
    errno = saved;
}

/* ---- the hooks ---- */

static int start(const struct launch *l, enum gs_launch kind, char *const envp[]) {
    return kind == GS_PYTHON && boot ? run_followed(l, envp) : run(l, envp);
}

int gs_child_exec(const char *path, char *const argv[], char *const envp[]) {
    struct launch l = {.call = EXECVE, .path = path, .argv = argv};
    enum gs_launch kind = boot ? gs_launch_judge(path, argv) : GS_OTHER;
    int saved = errno;
    /* Our own exec is told by GOODBYE; a child's may fail, and then another path is tried. */
    if (boot && !gs_running_here() && access(path, X_OK) == 0) note(getpid(), getppid(), kind, argv);
    errno = saved;
    return start(&l, kind, envp);
}

static int hook_fexecve(int fd, char *const argv[], char *const envp[]) {
    char path[32];
    struct launch l = {.call = FEXECVE, .fd = fd, .argv = argv};
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (gs_running_here()) gs_finish("exec", 1000);
    return start(&l, boot ? gs_launch_judge(path, argv) : GS_OTHER, envp);
}

static int spawn(const struct launch *l, const char *found, char *const envp[]) {
    enum gs_launch kind = boot && found ? gs_launch_judge(found, l->argv) : GS_OTHER;
    int code = start(l, kind, envp);
    if (code == 0 && boot && l->pid && gs_running_here()) note(*l->pid, getpid(), kind, l->argv);
    return code;
}

static int hook_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                      char *const argv[], char *const envp[]) {
    struct launch l = {.call = SPAWN, .path = path, .argv = argv, .pid = pid, .actions = actions, .attributes = attributes};
    return spawn(&l, path, envp);
}

/* As posix_spawnp will find it; NULL when it will not. */
static const char *on_path(const char *file, char *out, size_t room) {
    const char *at = getenv("PATH");
    size_t name = strlen(file);
    if (strchr(file, '/')) return file;
    for (; at && *at; at += *at == ':') {
        size_t length = strcspn(at, ":");
        if (length && length + name + 2 <= room) {
            memcpy(out, at, length);
            out[length] = '/';
            memcpy(out + length + 1, file, name + 1);
            if (access(out, X_OK) == 0) return out;
        }
        at += length;
    }
    return NULL;
}

static int hook_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                       char *const argv[], char *const envp[]) {
    char found[4096];
    struct launch l = {.call = SPAWNP, .path = file, .argv = argv, .pid = pid, .actions = actions, .attributes = attributes};
    return spawn(&l, on_path(file, found, sizeof found), envp);
}

static pid_t hook_waitpid(pid_t pid, int *status, int options) {
    int own = 0;
    pid_t ended = waitpid(pid, &own, options);
    if (ended > 0) gs_child_ended(ended, own);
    if (status && ended >= 0) *status = own;
    return ended;
}

static pid_t hook_wait(int *status) { return hook_waitpid(-1, status, 0); }

static pid_t hook_wait4(pid_t pid, int *status, int options, struct rusage *usage) {
    int own = 0;
    pid_t ended = wait4(pid, &own, options, usage);
    if (ended > 0) gs_child_ended(ended, own);
    if (status && ended >= 0) *status = own;
    return ended;
}

static pid_t hook_wait3(int *status, int options, struct rusage *usage) { return hook_wait4(-1, status, options, usage); }

static int hook_waitid(idtype_t type, id_t id, siginfo_t *info, int options) {
    int code = waitid(type, id, info, options);
    if (code != 0 || !info || !info->si_pid) return code;
    if (info->si_code == CLD_EXITED) gs_child_ended(info->si_pid, W_EXITCODE(info->si_status, 0));
    if (info->si_code == CLD_KILLED || info->si_code == CLD_DUMPED) gs_child_ended(info->si_pid, W_EXITCODE(0, info->si_status));
    return code;
}

struct gs_hook gs_child_hooks[] = {
    {.name = "fexecve", .replacement = (void *)hook_fexecve}, {.name = "posix_spawn", .replacement = (void *)hook_spawn},
    {.name = "posix_spawnp", .replacement = (void *)hook_spawnp}, {.name = "waitpid", .replacement = (void *)hook_waitpid},
    {.name = "wait", .replacement = (void *)hook_wait}, {.name = "wait3", .replacement = (void *)hook_wait3},
    {.name = "wait4", .replacement = (void *)hook_wait4}, {.name = "waitid", .replacement = (void *)hook_waitid},
};
const int gs_child_hooks_total = sizeof gs_child_hooks / sizeof *gs_child_hooks;

struct gs_hook gs_spawn_hooks[] = {
    {.name = "execv", .replacement = (void *)gs_hook_execv},
    {.name = "execve", .replacement = (void *)gs_hook_execve},
};
const int gs_spawn_hooks_total = sizeof gs_spawn_hooks / sizeof *gs_spawn_hooks;

static int find_spawn_object(struct dl_phdr_info *info, size_t size, void *found) {
    (void)size;
    const char *base = info->dlpi_name ? strrchr(info->dlpi_name, '/') : NULL;
    if (!base || strncmp(base + 1, "_posixsubprocess.", 17) != 0) return 0;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC) *(const void **)found = (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    return 1;
}

bool gs_spawn_object(struct gs_object *object) {
    const void *inside = NULL;
    dl_iterate_phdr(find_spawn_object, &inside);
    return inside && gs_object_of(object, inside);
}
