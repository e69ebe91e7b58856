/* Asks the interpreter in this process where its GIL is. Called by session.c (gs_prepare). */
#ifndef GS_CALIBRATE_H
#define GS_CALIBRATE_H

#include "elf_patch.h"
#include "../gilscope.h"

/* Finds the interpreter's object and PyEval_SaveThread; GS_OK or a code with *why. */
int gs_interpreter_find(struct gs_object *object, const char **why);
/* With the GIL held: fills gs_switch_distance, gs_site_*; gives gil->cond of this thread's GIL. */
int gs_calibrate(const struct gs_object *object, uintptr_t *cond, const char **why);
/* Let go of the GIL and take it back: around a wait that another thread with the GIL must end. */
void *gs_gil_save(void);
void gs_gil_restore(void *state);

#endif
