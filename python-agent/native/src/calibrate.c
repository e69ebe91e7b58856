/*
 * Self-calibration: call PyEval_SaveThread and PyEval_RestoreThread and see which condition
 * variables this thread signals, and how the stack looks then. Nothing is known beforehand of
 * any version of CPython, and what was found is checked before it is believed.
 */
#define _GNU_SOURCE
#include "calibrate.h"

#include "gils.h"
#include "hooks.h"

#include <dlfcn.h>
#include <string.h>

static void *(*save_thread)(void);
static void (*restore_thread)(void *);

struct round {
    uintptr_t cond, switch_cond;
    int locked_after_drop, locked_after_take, site;
};

int gs_interpreter_find(struct gs_object *object, const char **why) {
    void *save = dlsym(RTLD_DEFAULT, "PyEval_SaveThread");
    void *restore = dlsym(RTLD_DEFAULT, "PyEval_RestoreThread");
    if (!save || !restore) {
        *why = "no CPython interpreter in this process: PyEval_SaveThread is not exported";
        return GS_ERR_NO_INTERPRETER;
    }
    memcpy(&save_thread, &save, sizeof save);
    memcpy(&restore_thread, &restore, sizeof restore);
    if (!gs_object_of(object, save)) {
        *why = "the ELF object that holds the interpreter could not be read";
        return GS_ERR_PATCH;
    }
    gs_site_start = (uintptr_t)save;
    gs_site_size = gs_symbol_size(save);
    return GS_OK;
}

void *gs_gil_save(void) { return save_thread(); }
void gs_gil_restore(void *state) { restore_thread(state); }

/* Old return addresses below us must not be taken for those of the call we are about to make. */
__attribute__((noinline)) static void wipe_stack(void) {
    volatile uintptr_t words[512];
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) words[i] = 0;
}

__attribute__((noinline)) static void one_round(struct round *out) {
    struct gs_tap tap = {.armed = true};
    gs_tap_set(&tap);
    void *state = save_thread();
    out->cond = tap.armed ? 0 : tap.cond;
    out->locked_after_drop = tap.locked;
    out->site = tap.site;
    tap = (struct gs_tap){.armed = true};
    restore_thread(state);
    out->switch_cond = tap.armed ? 0 : tap.cond;
    gs_tap_set(NULL);
    /* The word relative to gil->cond, which the trap could not know. The GIL is ours again. */
    out->locked_after_take = out->cond ? gs_locked(out->cond) : 0;
}

static int believe(const struct round *a, const struct round *b, const char **why) {
    if (!a->cond && !a->switch_cond) {
        *why = "this interpreter runs without a GIL: nothing to trace";
        return GS_ERR_NO_GIL;
    }
    bool same = a->cond == b->cond && a->switch_cond == b->switch_cond;
    bool near = a->switch_cond > a->cond && a->switch_cond - a->cond <= 512 && a->cond % sizeof(long) == 0;
    bool word = a->locked_after_drop == 0 && a->locked_after_take == 1 && b->locked_after_drop == 0 && b->locked_after_take == 1;
    if (same && near && word) return GS_OK;
    *why = "this interpreter's GIL does not have the layout that tracing relies on";
    return GS_ERR_LAYOUT;
}

int gs_calibrate(const struct gs_object *object, uintptr_t *cond, const char **why) {
    struct gs_hook *signal = &gs_hooks[GS_HOOK_SIGNAL];
    struct round first, second;
    if (gs_hooks_find(object, signal, 1) != 1 || !gs_hooks_install(object, signal, 1)) {
        *why = "the interpreter's import of pthread_cond_signal could not be redirected";
        return GS_ERR_PATCH;
    }
    wipe_stack();
    one_round(&first);
    wipe_stack();
    one_round(&second);
    gs_hooks_remove(object, signal, 1);
    int code = believe(&first, &second, why);
    if (code != GS_OK) return code;
    gs_switch_distance = first.switch_cond - first.cond;
    gs_site_word = gs_site_size && first.site == second.site ? first.site : -1;
    *cond = first.cond;
    return GS_OK;
}
