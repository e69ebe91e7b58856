/* Sets the profile function in threads, and makes callbacks for sys.monitoring: the way in for calls_enter.c. The GIL is held. */
#define _GNU_SOURCE
#include "calls_enter.h"

#include "impatient.h"
#include "python_api.h"
#include "slots.h"
#include "stream.h"

#include <dlfcn.h>
#include <string.h>

#define STATE_BYTES 1024
#define MOST_THREADS 100000
#define LOCK_MS 200

/* ---- 3.8 to 3.11 ---- */

static size_t slot_offset; /* of the profile function in a thread's state; 0: not known */

static uintptr_t slot_word(const void *state) {
    uintptr_t value;
    memcpy(&value, (const char *)state + slot_offset, sizeof value);
    return value;
}

int gs_calls_find_slot(void) {
    if (slot_offset) return GS_OK;
    uint8_t with[STATE_BYTES], without[STATE_BYTES];
    uintptr_t state = gs_thread_state();
    if (!state || !gs_python_find()) return GS_ERR_LAYOUT;
    gs_python.set_here(gs_profile, NULL);
    size_t got = gs_peek(state, with, sizeof with);
    gs_python.set_here(NULL, NULL);
    size_t after = gs_peek(state, without, sizeof without);
    size_t found = 0, count = 0;
    for (size_t i = sizeof(uintptr_t); i + sizeof(uintptr_t) <= (got < after ? got : after); i += sizeof(uintptr_t)) {
        uintptr_t before, now;
        memcpy(&before, with + i, sizeof before);
        memcpy(&now, without + i, sizeof now);
        if (before != (uintptr_t)gs_profile || now != 0) continue;
        found = i;
        count++;
    }
    if (count != 1) return GS_ERR_LAYOUT;
    slot_offset = found;
    return GS_OK;
}

/* Another thread's state; it does not run, since we hold the GIL. */
static void set(void *state, bool on) {
    gs_profile_function function = on ? gs_profile : NULL;
    if (gs_python.set_in) {
        if (gs_python.set_in(state, function, NULL) != 0) gs_python.clear_error(); /* an audit hook of the program's forbids it */
        return;
    }
    void *own = gs_python.swap(state);
    gs_python.set_here(function, NULL);
    gs_python.swap(own);
}

struct installing {
    bool on;
    uint32_t *tids;
    int capacity, foreign;
};

/* Its calls are not seen, or were not for a while: the stack it left is not true any more. */
static void forget_stack(uintptr_t state) {
    struct gs_slot *slot = gs_calls_slot_of(state);
    struct gs_calls *calls = slot ? atomic_load(&slot->calls) : NULL;
    if (calls && calls->epoch && calls->trace == atomic_load(&gs_calls_epoch)) gs_calls_abandon(calls);
}

/* `own`: of the calling thread, which tells its stack itself. */
static void visit(struct installing *installing, void *state, bool own) {
    uintptr_t there = slot_offset ? slot_word(state) : 0;
    if (!installing->on) {
        if (there == (uintptr_t)gs_profile) set(state, false);
    } else if (!there) {
        if (slot_offset) {
            forget_stack((uintptr_t)state);
            set(state, true);
        }
        if (!own) gs_calls_seed((uintptr_t)state);
    } else if (there != (uintptr_t)gs_profile) {
        struct gs_slot *slot = gs_calls_slot_of((uintptr_t)state);
        forget_stack((uintptr_t)state);
        if (installing->foreign < installing->capacity) installing->tids[installing->foreign] = slot ? slot->tid : 0;
        installing->foreign++;
    }
}

static struct installing *task;

static void visit_all(struct gs_outq *out, void (*flush)(void), uint32_t generation) {
    (void)out, (void)flush, (void)generation;
    void *own = (void *)gs_thread_state();
    bool before = gs_python_quiet();
    void *state = gs_python.first_state(gs_python.main_interpreter());
    for (int i = 0; state && i < MOST_THREADS; i++, state = gs_python.next_state(state))
        if (state != own || !gs_impatient) visit(task, state, state == own);
    gs_python_quiet_end(before);
}

int gs_calls_install(int on, uint32_t *tids, int capacity) {
    struct installing installing = {.on = on != 0, .tids = tids, .capacity = capacity};
    task = &installing;
    if (on) gs_stream_with_queue(visit_all, LOCK_MS); /* the list of threads is the consumer's */
    else visit_all(NULL, NULL, 0);
    return installing.foreign;
}

void gs_calls_begin_here(void) {
    uintptr_t state = gs_thread_state();
    if (state && slot_offset && !slot_word((const void *)state)) gs_python.set_here(gs_profile, NULL);
}

/* ---- from 3.12 on ---- */

struct callback {
    intptr_t references;
    void *type;
    gs_vectorcall call;
};

/* Of the stable ABI: PyMemberDef, PyType_Slot, PyType_Spec. */
struct member {
    const char *name;
    int type;
    intptr_t offset;
    int flags;
    const char *doc;
};
struct type_slot {
    int slot;
    void *value;
};
struct type_spec {
    const char *name;
    int size, item_size;
    unsigned flags;
    struct type_slot *slots;
};
#define MEMBERS_SLOT 72 /* Py_tp_members */
#define CALL_SLOT 50    /* Py_tp_call */
#define SIZE_MEMBER 19  /* T_PYSSIZET */
#define READONLY 1
#define TYPE_FLAGS (1u << 18 | 1u << 11) /* Py_TPFLAGS_DEFAULT, Py_TPFLAGS_HAVE_VECTORCALL */

/* An object that is called straight away: a function object would count as recursion, and could fail at its limit. */
static void *callback_type(void) {
    static struct member members[] = {
        {"__vectorcalloffset__", SIZE_MEMBER, offsetof(struct callback, call), READONLY, NULL}, {NULL, 0, 0, 0, NULL}};
    static struct type_slot slots[] = {{MEMBERS_SLOT, members}, {CALL_SLOT, NULL}, {0, NULL}};
    static struct type_spec spec = {"gilscope.callback", sizeof(struct callback), 0, TYPE_FLAGS, slots};
    static void *type;
    if (type) return type;
    void *(*make)(struct type_spec *);
    void *function = dlsym(RTLD_DEFAULT, "PyType_FromSpec");
    memcpy(&make, &function, sizeof make);
    slots[1].value = dlsym(RTLD_DEFAULT, "PyVectorcall_Call");
    return type = make && slots[1].value ? make(&spec) : NULL;
}

void *gs_calls_callback(int which) {
    void *(*make)(void *, intptr_t);
    void *function = dlsym(RTLD_DEFAULT, "PyType_GenericAlloc");
    memcpy(&make, &function, sizeof make);
    void *type = which >= 0 && which < GS_CALLBACKS && make ? callback_type() : NULL;
    struct callback *callback = type ? make(type, 0) : NULL;
    if (callback) callback->call = gs_calls_callbacks[which];
    return callback;
}
