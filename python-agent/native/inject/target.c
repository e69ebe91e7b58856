/*
 * What the target consists of: the object that holds the interpreter, its libc, and whether our library is there already.
 * All of it is found before any thread is stopped. Called by main.c.
 */
#include "inject.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool same_file(const struct region *a, const struct region *b)
{
    return a->inode == b->inode && a->dev == b->dev;
}

/* From the object's first page to its last, the anonymous bss behind it included. */
static struct span span_of(const struct maps *maps, size_t first)
{
    struct span span = {maps->list[first].start, maps->list[first].end};
    for (size_t i = first + 1; i < maps->count; i++) {
        const struct region *region = &maps->list[i];
        bool bss = region->inode == 0 && region->path[0] == 0 && region->start == span.end;
        if (!same_file(region, &maps->list[first]) && !bss)
            break;
        span.end = region->end;
    }
    return span;
}

/* An ELF file can also be mapped as data; then nothing of it is executable. */
static bool is_loaded_object(const struct maps *maps, size_t first)
{
    const struct region *head = &maps->list[first];
    if (head->offset != 0 || head->inode == 0 || !head->readable)
        return false;
    for (size_t i = first; i < maps->count && (same_file(&maps->list[i], head) || maps->list[i].inode == 0); i++)
        if (maps->list[i].executable && same_file(&maps->list[i], head))
            return true;
    return false;
}

static bool is_libc(const char *name)
{
    return begins(name, "libc.so") || begins(name, "libc-2.") || begins(name, "ld-musl") || begins(name, "libc.musl");
}

static bool is_loader(const char *name)
{
    return begins(name, "ld-") || begins(name, "ld64") || begins(name, "ld.so");
}

static void take_libc(struct target *target, const struct image *image, struct span span)
{
    target->libc = span;
    target->fn_mmap = image_symbol(image, "mmap");
    target->fn_munmap = image_symbol(image, "munmap");
    target->fn_errno = image_symbol(image, "__errno_location");
}

static void take_dlopen(struct target *target, const struct image *image)
{
    uint64_t found = image_symbol(image, "dlopen");
    if (!found)
        return;
    target->fn_dlopen = found;
    target->fn_dlerror = image_symbol(image, "dlerror");
}

static bool take_python(struct target *target, const struct image *image, const struct region *head)
{
    if (!image_symbol(image, "PyEval_SaveThread") || target->python[0])
        return false;
    snprintf(target->python, sizeof target->python, "%s", head->path);
    target->python_dev = head->dev;
    target->python_inode = head->inode;
    target->python_allocates = image_symbol(image, "malloc") != 0;
    return true;
}

/* Two builds of our library in one process are two tracers: only the very same one is used again. */
static void take_ours(struct target *target, const struct image *image, const struct region *head, const char *library,
                      const uint8_t *build_id, size_t build_id_length)
{
    uint64_t attach = image_symbol(image, "gs_attach");
    if (!attach)
        return;
    if (build_id_length && image->build_id_length == build_id_length &&
        memcmp(image->build_id, build_id, build_id_length) == 0)
        target->fn_attach = attach;
    else if (begins(head->path, library))
        target->stale_library = true;
}

static void look_at_objects(struct target *target, const char *library, const uint8_t *build_id, size_t build_id_length)
{
    for (size_t i = 0; i < target->maps.count; i++) {
        const struct region *head = &target->maps.list[i];
        struct image image;
        if (!is_loaded_object(&target->maps, i))
            continue;
        const char *name = base_name(head->path);
        struct span span = span_of(&target->maps, i);
        if (is_loader(name))
            target->loader = span;
        if (!image_open(target->pid, head->start, &image))
            continue;
        if (is_libc(name))
            take_libc(target, &image, span);
        if (is_libc(name) || (begins(name, "libdl") && !target->fn_dlopen))
            take_dlopen(target, &image);
        else if (!take_python(target, &image, head) && !is_loader(name) && image_symbol(&image, "malloc"))
            target->foreign_allocator = true;
        take_ours(target, &image, head, library, build_id, build_id_length);
    }
}

/* A fault whose signal is ignored would change what the process does with it: come back by a trap instead. */
static bool choose_return(struct target *target, struct failure *why)
{
    uint64_t ignored = (uint64_t)status_number(target->pid, target->pid, "SigIgn", 16);
    if (!(ignored >> (SIGSEGV - 1) & 1))
        return true;
    for (size_t i = 0; !target->trap && !(ignored >> (SIGTRAP - 1) & 1) && i < target->maps.count; i++) {
        const struct region *region = &target->maps.list[i];
        if (region->executable && region->start >= target->libc.start && region->end <= target->libc.end)
            target->trap = find_trap(target->pid, region->start, region->end);
    }
    return target->trap ? true : fail(why, "no_safe_point", "process %d ignores SIGSEGV and SIGTRAP", target->pid);
}

static bool check_library(pid_t pid, const char *library, uint8_t *build_id, size_t *length, struct failure *why)
{
    char seen[4200];
    snprintf(seen, sizeof seen, "/proc/%d/root%s", pid, library);
    if (access(seen, R_OK) != 0)
        return fail(why, "library_not_visible", "process %d does not see %s: %s", pid, library, strerror(errno));
    *length = file_build_id(seen, build_id, *length);
    return true;
}

bool target_open(pid_t pid, const char *library, struct target *target, struct failure *why)
{
    uint8_t build_id[32];
    size_t build_id_length = sizeof build_id;
    memset(target, 0, sizeof *target);
    target->pid = pid;
    if (!maps_read(pid, &target->maps, why) || !check_library(pid, library, build_id, &build_id_length, why))
        return false;
    uint64_t probe;
    if (target->maps.count && !mem_read(pid, target->maps.list[0].start, &probe, sizeof probe) && errno == EPERM)
        return fail(why, "permission", "may not look into process %d: %s", pid, strerror(errno));
    look_at_objects(target, library, build_id, build_id_length);
    if (!target->python[0])
        return fail(why, "not_python", "there is no CPython interpreter in process %d", pid);
    if (!target->fn_dlopen || !target->fn_mmap || !target->fn_munmap || !target->fn_errno)
        return fail(why, "static_no_dlopen", "process %d is linked statically and cannot load a library", pid);
    if (target->stale_library && !target->fn_attach)
        return fail(why, "stale_library", "process %d has another build of %s loaded", pid, library);
    return choose_return(target, why);
}

void target_close(struct target *target)
{
    maps_free(&target->maps);
}
