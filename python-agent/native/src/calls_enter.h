/* How calls come to be known; see calls_enter.c. Used by calls_install.c. */
#ifndef GS_CALLS_ENTER_H
#define GS_CALLS_ENTER_H

#include "../gilscope.h"
#include "calls.h"

#include <stdbool.h>
#include <stddef.h>

/* As PyEval_SetProfile takes it. */
int gs_profile(void *unused, void *frame, int what, void *argument);

typedef void *(*gs_vectorcall)(void *self, void *const *arguments, size_t count, void *names);
/* For sys.monitoring: a Python function begins or goes on, it ends or yields, one in C is called, it ends. */
#define GS_CALLBACKS 4
extern const gs_vectorcall gs_calls_callbacks[GS_CALLBACKS];

/* Fills a thread's empty stack from its frames; `without_top`: the innermost call is yet to be told. */
void gs_calls_read_stack(struct gs_calls *calls, void *frame, bool without_top);

/* --- calls_seed.c, with the GIL and the consumer's lock --- */

/* The slot of the thread with that state, or NULL. */
struct gs_slot *gs_calls_slot_of(uintptr_t state);
/* Reads the stack of a thread that does not run, if that has not been done. */
void gs_calls_seed(uintptr_t state);

#endif
