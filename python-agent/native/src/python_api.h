/* The few functions of the interpreter that the function trace calls, found by name: there are no Python headers here. */
#ifndef GS_PYTHON_API_H
#define GS_PYTHON_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int (*gs_profile_function)(void *object, void *frame, int what, void *argument);

struct gs_python {
    void *(*code)(void *frame); /* PyFrame_GetCode and PyFrame_GetBack, from 3.9 on; new references */
    void *(*back)(void *frame);
    void (*let_go)(void *object);                       /* Py_DecRef */
    void (*clear_error)(void);                          /* PyErr_Clear */
    void *(*current_frame)(void);                       /* PyEval_GetFrame */
    void (*set_here)(gs_profile_function function, void *object); /* PyEval_SetProfile */
    int (*set_in)(void *state, gs_profile_function function, void *object); /* _PyEval_SetProfile; may be NULL */
    void *(*swap)(void *state);                         /* PyThreadState_Swap */
    void *(*main_interpreter)(void);
    void *(*first_state)(void *interpreter);
    void *(*next_state)(void *state);
    void *(*frame_of)(void *state); /* PyThreadState_GetFrame; from 3.9 on */
    void (*keep)(void *object);     /* Py_IncRef */
    int (*collect_not)(void); /* PyGC_Disable and PyGC_Enable, from 3.10 on; true: garbage was collected before */
    int (*collect)(void);
    void *none;
};

extern struct gs_python gs_python;
/* Once is enough. False when one of them is missing. */
bool gs_python_find(void);
/*
 * Between the two no garbage is collected. Up to 3.10 frames are objects already; in 3.11 looking at one makes an object, which may collect
 * garbage there and then, and so run code of the program's and let go of the GIL (Modules/gcmodule.c, gc_alloc); later that waits.
 */
bool gs_python_quiet(void);
void gs_python_quiet_end(bool before);
/* The innermost frame of a thread that does not run, a new reference; NULL when it has none. */
void *gs_python_frame_of(uintptr_t state);

#endif
