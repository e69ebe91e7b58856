/* See python_api.h. */
#define _GNU_SOURCE
#include "python_api.h"

#include "sites.h"

#include <dlfcn.h>
#include <string.h>

struct gs_python gs_python;

static bool find(const char *name, void *into, size_t size) {
    void *found = dlsym(RTLD_DEFAULT, name);
    memcpy(into, &found, size);
    return found != NULL;
}
#define FIND(name, member) find((name), &gs_python.member, sizeof gs_python.member)

bool gs_python_find(void) {
    FIND("_PyEval_SetProfile", set_in);
    FIND("PyThreadState_GetFrame", frame_of);
    FIND("PyFrame_GetCode", code);
    FIND("PyFrame_GetBack", back);
    FIND("PyGC_Disable", collect_not);
    FIND("PyGC_Enable", collect);
    return FIND("Py_DecRef", let_go) && FIND("Py_IncRef", keep) && FIND("PyErr_Clear", clear_error) &&
           FIND("PyEval_GetFrame", current_frame) && FIND("PyEval_SetProfile", set_here) && FIND("PyThreadState_Swap", swap) &&
           FIND("PyInterpreterState_Main", main_interpreter) && FIND("PyInterpreterState_ThreadHead", first_state) &&
           FIND("PyThreadState_Next", next_state) && FIND("_Py_NoneStruct", none);
}

bool gs_python_quiet(void) { return gs_python.collect && gs_python.collect_not && gs_python.collect_not(); }

void gs_python_quiet_end(bool before) {
    if (before) gs_python.collect();
}

/* In 3.8 the state has a frame object; later it is behind a function. */
void *gs_python_frame_of(uintptr_t state) {
    if (gs_python.frame_of) return gs_python.frame_of((void *)state);
    const struct gs_site_layout *sites = gs_sites_layout();
    if (!sites || sites->frame_frame >= 0) return NULL;
    void *frame = (void *)gs_site_word_at(state + (uintptr_t)sites->state_frame);
    if (frame) gs_python.keep(frame);
    return frame;
}
