/*
 * What is done inside: memory for a stack of our own (the thread's may be small), dlopen, gs_attach, memory given back,
 * errno as it was. Called by main.c.
 */
#include "inject.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>

#define SCRATCH (256u << 10)

/* The two paths (PATH_MAX each at most, see main.c) lie at its foot, the stack grows down from its head. */
struct scratch {
    uint64_t base, library, config, stack;
};

static bool scratch_get(struct visit *visit, const char *library, const char *config, struct scratch *into, struct failure *why)
{
    const uint64_t args[6] = {0, SCRATCH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t)-1, 0};
    size_t length = strlen(library) + 1;
    if (!visit_call(visit, visit->target->fn_mmap, args, visit->own_stack, &into->base, why))
        return false;
    if (into->base == (uint64_t)(uintptr_t)MAP_FAILED) {
        into->base = 0;
        return fail(why, "no_memory", "it cannot have %u KiB more memory (a limit on its address space?)", SCRATCH >> 10);
    }
    into->library = into->base;
    into->config = into->base + length;
    into->stack = into->base + SCRATCH;
    if (!mem_write(visit->target->pid, into->library, library, length) ||
        !mem_write(visit->target->pid, into->config, config, strlen(config) + 1))
        return fail(why, "internal", "its memory cannot be written");
    return true;
}

static bool refused_by_loader(struct visit *visit, const struct scratch *scratch, struct failure *why)
{
    const uint64_t none[6] = {0};
    uint64_t message = 0;
    char text[400] = "no reason given";
    if (visit->target->fn_dlerror &&
        visit_call(visit, visit->target->fn_dlerror, none, scratch->stack, &message, why) && message)
        mem_text(visit->target->pid, message, text, sizeof text);
    bool unseen = strstr(text, "No such file") != NULL;
    return fail(why, unseen ? "library_not_visible" : "dlopen_failed", "its loader refuses the library: %s", text);
}

/* Address of gs_attach, loading the library first if there is none. */
static bool load(struct visit *visit, const struct scratch *scratch, uint64_t *attach, struct failure *why)
{
    const uint64_t args[6] = {scratch->library, RTLD_NOW};
    uint64_t handle = 0, base = 0;
    struct image image;
    *attach = visit->target->fn_attach;
    if (*attach)
        return true;
    if (!visit_call(visit, visit->target->fn_dlopen, args, scratch->stack, &handle, why))
        return false;
    if (handle == 0)
        return refused_by_loader(visit, scratch, why);
    /* Both glibc's and musl's handle begin with the address the library was loaded at. */
    if (mem_read(visit->target->pid, handle, &base, sizeof base) && image_open(visit->target->pid, base, &image))
        *attach = image_symbol(&image, "gs_attach");
    return *attach ? true : fail(why, "dlopen_failed", "the library was loaded but has no gs_attach");
}

static bool attach(struct visit *visit, const struct scratch *scratch, struct failure *why)
{
    const uint64_t args[6] = {scratch->config};
    uint64_t function = 0, result = 0;
    if (!load(visit, scratch, &function, why) || !visit_call(visit, function, args, scratch->stack, &result, why))
        return false;
    int code = (int)(uint32_t)result;
    return code == 0 ? true : fail(why, "no_thread", "it cannot start another thread: %s", strerror(code));
}

static void scratch_return(struct visit *visit, const struct scratch *scratch)
{
    const uint64_t args[6] = {scratch->base, SCRATCH};
    uint64_t result;
    struct failure ignored = {0};
    if (scratch->base && !visit->gone)
        visit_call(visit, visit->target->fn_munmap, args, visit->own_stack, &result, &ignored);
}

bool enter(const struct target *target, const struct found *found, const char *library, const char *config,
           struct failure *why)
{
    struct visit visit;
    struct scratch scratch = {0};
    const uint64_t none[6] = {0};
    uint64_t errno_at = 0;
    int32_t errno_was = 0;
    if (!visit_begin(&visit, target, found, why))
        return false;
    bool done = visit_call(&visit, target->fn_errno, none, visit.own_stack, &errno_at, why) &&
                mem_read(target->pid, errno_at, &errno_was, sizeof errno_was);
    if (!done && !why->code)
        fail(why, "internal", "its errno cannot be read");
    if (done) {
        done = scratch_get(&visit, library, config, &scratch, why) && attach(&visit, &scratch, why);
        /* After a call that never came back the loader may still stand on that memory. */
        if (done || (why->code && strcmp(why->code, "timeout") != 0))
            scratch_return(&visit, &scratch);
        mem_write(target->pid, errno_at, &errno_was, sizeof errno_was);
    }
    visit_end(&visit, &found->stand);
    return done;
}
