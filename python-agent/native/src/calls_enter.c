/*
 * Where the interpreter tells of calls: its profile function (3.8 to 3.11), or callbacks of `sys.monitoring` (from 3.12 on), which cost half as
 * much, see every thread, and leave sys.setprofile to the program. Which function it is, is read from the very objects
 * that are called; where things lie in them was found out by gilscope_agent/functions.py.
 */
#define _GNU_SOURCE
#include "calls_enter.h"

#include "calls_hot.h"
#include "python_api.h"
#include "sites.h"
#include "sites_table.h"
#include "slots.h"
#include "ticks.h"

#include <string.h>

/* The profile function's `what`. */
enum { PY_CALL = 0, PY_RETURN = 3, C_CALL = 4, C_EXCEPTION = 5, C_RETURN = 6 };

static struct gs_call_layout at;
static int32_t frame_code;
static uintptr_t code_mask;

static inline uintptr_t code_of(uintptr_t frame) {
    if (at.object_frame >= 0) frame = gs_site_word_at(frame + (uintptr_t)at.object_frame);
    return gs_site_word_at(frame + (uintptr_t)frame_code) & code_mask;
}

/* ---- which function ---- */

/* The first call in this thread; of our own functions every one of those that do not come from one. */
__attribute__((noinline)) static uint32_t new_python(struct gs_calls *calls, uintptr_t key, uintptr_t print) {
    uint32_t site = gs_site_function(GS_KEY(key), print);
    bool own = !GS_IS_OWN(key) && gs_site_own(site);
    uint32_t entry = own ? gs_calls_find(calls, key | GS_OWN, print) : 0;
    if (!entry) entry = gs_calls_add(calls, own ? key | GS_OWN : key, print);
    if (entry) calls->function[entry].site = site;
    return entry;
}

/* What a function of ours calls is ours as well. */
static inline uintptr_t key_of(const struct gs_calls *calls, uintptr_t address) {
    return address | (calls->function[calls->stack[calls->depth].function].key & GS_OWN);
}

static inline uint32_t python_entry(struct gs_calls *calls, uintptr_t code) {
    /* Recursion; what is on the stack is alive, so nothing else can be at that address. */
    uint32_t top = calls->stack[calls->depth].function;
    if (calls->function[top].key == code) return top;
    uintptr_t print = gs_site_print(code);
    uintptr_t key = key_of(calls, code);
    uint32_t entry = gs_calls_find(calls, key, print);
    return likely(entry != 0) ? entry : new_python(calls, key, print);
}

/* The method table of a function written in C, as sys.setprofile knows them; 0 of anything else that is called. */
static inline uintptr_t table_of(uintptr_t called) {
    uintptr_t type = gs_site_word_at(called + (uintptr_t)at.object_type);
    if (type == at.function_type || type == at.method_type) return gs_site_word_at(called + (uintptr_t)at.function_table);
    if (type == at.descriptor_type) return gs_site_word_at(called + (uintptr_t)at.descriptor_table);
    return 0;
}

static uintptr_t name_of_type(uintptr_t type) { return gs_site_word_at(type + (uintptr_t)at.type_name); }

__attribute__((noinline)) static uint32_t new_builtin(struct gs_calls *calls, uintptr_t called, uintptr_t table, uintptr_t print) {
    uint32_t entry = gs_calls_add(calls, key_of(calls, table), print);
    if (!entry) return 0;
    struct gs_builtin about = {.table = table, .print = print, .name = gs_site_word_at(table)};
    if (gs_site_word_at(called + (uintptr_t)at.object_type) == at.descriptor_type) {
        about.type_name = name_of_type(gs_site_word_at(called + (uintptr_t)at.descriptor_owner));
    } else {
        uintptr_t owner = gs_site_word_at(called + (uintptr_t)at.function_self), module = gs_site_word_at(called + (uintptr_t)at.function_module);
        uintptr_t type = owner ? gs_site_word_at(owner + (uintptr_t)at.object_type) : 0;
        if (module && gs_site_word_at(module + (uintptr_t)at.object_type) == at.str_type) about.module = module;
        else if (type) about.type_name = name_of_type(type == at.type_type ? owner : type);
    }
    calls->function[entry].site = gs_site_builtin(&about);
    return entry;
}

static inline uint32_t builtin_entry(struct gs_calls *calls, uintptr_t called, uintptr_t table) {
    uintptr_t print = gs_site_word_at(table); /* the address of its name: tables that come and go tell another one by it */
    uint32_t entry = gs_calls_find(calls, key_of(calls, table), print);
    return likely(entry != 0) ? entry : new_builtin(calls, called, table, print);
}

static inline void enter(struct gs_calls *calls, uint32_t entry, uint64_t now) {
    gs_calls_spend(calls, now);
    calls->function[entry].calls++;
    gs_calls_push(calls, entry);
}

/* ---- the first event of a thread: what it is in already ---- */

/* None of this may call audit hooks, as reading attributes of frames does: they could let go of the GIL. */
static void *back_of(void *frame) {
    if (gs_python.back) return gs_python.back(frame);
    /* 3.8: f_back lies before f_code (cpython/frameobject.h); functions.py has seen that it does. */
    void *back = (void *)gs_site_word_at((uintptr_t)frame + (uintptr_t)frame_code - sizeof(uintptr_t));
    if (back) gs_python.keep(back);
    return back;
}

/* Objects stay alive after we have let go of them: their thread runs in them. */
static void push_frame(struct gs_calls *calls, void *frame) {
    uintptr_t code = gs_python.code ? (uintptr_t)gs_python.code(frame) : code_of((uintptr_t)frame);
    gs_calls_push(calls, python_entry(calls, code));
    if (gs_python.code) gs_python.let_go((void *)code);
}

/* `frame` and what called it, outermost first. The innermost is left out when its call is yet to be told. */
void gs_calls_read_stack(struct gs_calls *calls, void *frame, bool without_top) {
    static void *frames[GS_STACK_MAX]; /* one reads at a time: the GIL is held, and nothing here lets go of it (gs_python_quiet) */
    uint32_t count = 0;
    for (void *next = frame; next && count < GS_STACK_MAX; next = back_of(next)) frames[count++] = next;
    gs_calls_account(calls, gs_quick_ns());
    for (uint32_t i = count; i-- > (without_top ? 1u : 0u);) push_frame(calls, frames[i]);
    for (uint32_t i = 1; i < count; i++) gs_python.let_go(frames[i]);
}

__attribute__((noinline)) static struct gs_calls *begin(void *frame, bool called) {
    bool fresh = false;
    struct gs_calls *calls = gs_calls_slow(&fresh);
    if (!calls || !fresh) return calls;
    bool before = gs_python_quiet();
    gs_calls_read_stack(calls, frame ? frame : gs_python.current_frame(), called);
    gs_python_quiet_end(before);
    return calls;
}

static inline struct gs_calls *mine(void *frame, bool called) {
    struct gs_calls *calls = gs_tls.calls;
    uint32_t epoch = atomic_load_explicit(&gs_calls_epoch, memory_order_relaxed);
    if (likely(calls && calls->epoch == epoch)) return calls;
    return epoch == GS_CALLS_OFF ? NULL : begin(frame, called);
}

/* ---- 3.8 to 3.11 ---- */

/* The trace is over and could not take its function out of this thread (functions.py, _Profile.remove): the thread does it. */
__attribute__((noinline)) static int left_over(void) {
    if (atomic_load(&gs_calls_epoch) != GS_CALLS_OFF) return 0;
    gs_python.set_here(NULL, NULL);
    gs_python.clear_error(); /* an audit hook of the program's */
    return 0;
}

int gs_profile(void *unused, void *frame, int what, void *argument) {
    (void)unused;
    struct gs_calls *calls = mine(frame, what == PY_CALL);
    if (unlikely(!calls)) return left_over();
    uint64_t now = gs_quick_ns();
    if (what == PY_CALL) enter(calls, python_entry(calls, code_of((uintptr_t)frame)), now);
    else if (what == PY_RETURN) gs_calls_leave(calls, code_of((uintptr_t)frame), now);
    else if (what == C_CALL || what == C_RETURN || what == C_EXCEPTION) {
        uintptr_t table = argument ? table_of((uintptr_t)argument) : 0;
        if (table && what == C_CALL) enter(calls, builtin_entry(calls, (uintptr_t)argument, table), now);
        else if (table) gs_calls_leave(calls, table, now);
    }
    return 0;
}

/* ---- from 3.12 on: arguments are (code, offset, ...), the called object third ---- */

static void *on_start(void *self, void *const *arguments, size_t count, void *names) {
    (void)self, (void)count, (void)names;
    struct gs_calls *calls = mine(NULL, true);
    if (likely(calls != NULL)) enter(calls, python_entry(calls, (uintptr_t)arguments[0]), gs_quick_ns());
    return gs_python.none;
}

static void *on_end(void *self, void *const *arguments, size_t count, void *names) {
    (void)self, (void)count, (void)names;
    struct gs_calls *calls = mine(NULL, false);
    if (likely(calls != NULL)) gs_calls_leave(calls, (uintptr_t)arguments[0], gs_quick_ns());
    return gs_python.none;
}

static void *on_builtin(void *self, void *const *arguments, size_t count, void *names) {
    (void)self, (void)count, (void)names;
    uintptr_t called = (uintptr_t)arguments[2], table = table_of(called);
    struct gs_calls *calls = table ? mine(NULL, false) : NULL;
    if (calls) enter(calls, builtin_entry(calls, called, table), gs_quick_ns());
    return gs_python.none;
}

static void *on_builtin_end(void *self, void *const *arguments, size_t count, void *names) {
    (void)self, (void)count, (void)names;
    uintptr_t table = table_of((uintptr_t)arguments[2]);
    struct gs_calls *calls = table ? mine(NULL, false) : NULL;
    if (calls) gs_calls_leave(calls, table, gs_quick_ns());
    return gs_python.none;
}

const gs_vectorcall gs_calls_callbacks[GS_CALLBACKS] = {on_start, on_end, on_builtin, on_builtin_end};

/* ---- the door ---- */

int gs_calls_set(const struct gs_call_layout *layout) {
    const struct gs_site_layout *sites = gs_sites_layout();
    if (!layout || layout->size != sizeof *layout || !sites || !gs_python_find()) return GS_ERR_LAYOUT;
    at = *layout;
    frame_code = sites->frame_code;
    code_mask = sites->code_mask;
    return GS_OK;
}
