/*
 * The program sets a profile function of its own while calls are traced. The interpreter told us of the call of sys.setprofile; of its end it tells
 * whoever is set by then: a c_return without its c_call, which without us would not be, and on which the module `profile` fails. So
 * sys.setprofile is seen to the end (by the method table of that one function), and for one event the program's function has us before it.
 */
#define _GNU_SOURCE
#include "calls_enter.h"

#include "python_api.h"
#include "sites.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define STATE_WORDS 128
#define ONE_ARGUMENT 8 /* METH_O */
#define C_RETURN 6
#define FUNCTION_BEFORE 2 /* words from a state's profile function to its object: c_tracefunc lies between (cpython/pystate.h) */

typedef void *(*method)(void *module, void *argument);

/* PyMethodDef */
struct method_table {
    const char *name;
    _Atomic(method) call;
    int flags;
};

static struct method_table *table;
static int32_t table_at; /* in a function written in C */
static method set_profile;
static _Atomic size_t function_at;                   /* word of the profile function in a thread's state */
static _Atomic(gs_profile_function) programs_first;  /* what sys.setprofile sets: calls an object of Python */

static _Atomic uintptr_t *function_of(uintptr_t state) { return (_Atomic uintptr_t *)state + atomic_load(&function_at); }

/* The first event after sys.setprofile, in its thread. */
static int first_event(void *object, void *frame, int what, void *argument) {
    gs_profile_function programs = atomic_load(&programs_first);
    uintptr_t ours = (uintptr_t)first_event, state = gs_thread_state();
    if (state) atomic_compare_exchange_strong(function_of(state), &ours, (uintptr_t)programs);
    bool ends = what == C_RETURN && argument && gs_site_word_at((uintptr_t)argument + (uintptr_t)table_at) == (uintptr_t)table;
    return ends ? 0 : programs(object, frame, what, argument);
}

/* Where what was set lies in the state: the object is new there, and so is the function before it. 0: not found. */
static size_t find(const uintptr_t *before, const uintptr_t *after, size_t words, uintptr_t object) {
    size_t found = 0, count = 0;
    for (size_t i = FUNCTION_BEFORE; i < words; i++) {
        uintptr_t was = before[i - FUNCTION_BEFORE], is = after[i - FUNCTION_BEFORE];
        if (after[i] != object || before[i] == object || (was != 0 && was != (uintptr_t)gs_profile) || !is || is == was) continue;
        found = i - FUNCTION_BEFORE;
        count++;
    }
    return count == 1 ? found : 0;
}

static void *hand_over(void *module, void *argument) {
    uintptr_t before[STATE_WORDS], after[STATE_WORDS], state = gs_thread_state();
    size_t words = state ? gs_peek(state, before, sizeof before) / sizeof *before : 0;
    void *result = set_profile(module, argument);
    if (!result || !words || argument == gs_python.none) return result;
    size_t now = gs_peek(state, after, sizeof after) / sizeof *after;
    size_t at = find(before, after, words < now ? words : now, (uintptr_t)argument);
    if (!at) return result; /* it replaces one of its own, whose calls and returns were told all along */
    gs_profile_function programs;
    memcpy(&programs, &after[at], sizeof programs);
    atomic_store(&programs_first, programs);
    atomic_store(&function_at, at);
    atomic_store(function_of(state), (uintptr_t)first_event);
    return result;
}

/* Without a signal where it is read-only. */
static bool writable(void *place) {
    uintptr_t word;
    struct iovec here = {&word, sizeof word}, there = {place, sizeof word};
    return gs_peek((uintptr_t)place, &word, sizeof word) == sizeof word &&
           process_vm_writev(getpid(), &here, 1, &there, 1, 0) == (ssize_t)sizeof word;
}

int gs_calls_hand_over(uint64_t method_table, int32_t offset) {
    if (table) {
        method ours = hand_over;
        atomic_compare_exchange_strong(&table->call, &ours, set_profile);
    }
    table = NULL;
    if (!method_table) return GS_OK;
    struct method_table *wanted = (struct method_table *)(uintptr_t)method_table;
    if ((wanted->flags & 0xff) != ONE_ARGUMENT || !writable(&wanted->call) || !gs_python_find()) return GS_ERR_LAYOUT;
    if (atomic_load(&wanted->call) != hand_over) set_profile = atomic_load(&wanted->call);
    table_at = offset;
    table = wanted;
    atomic_store(&wanted->call, hand_over);
    return GS_OK;
}
