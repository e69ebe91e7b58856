/*
 * Start, stop and the ways in between: the exported functions of gilscope.h. One recording at a time; its
 * state changes by compare-and-swap, so that "stop", "the peer is gone" and "the process
 * ends" can happen together and only the first of them acts.
 */
#define _GNU_SOURCE
#include "../gilscope.h"

#include "calibrate.h"
#include "calls.h"
#include "children.h"
#include "clock.h"
#include "commands.h"
#include "control.h"
#include "encode.h"
#include "gils.h"
#include "hooks.h"
#include "impatient.h"
#include "leave.h"
#include "locks.h"
#include "sites.h"
#include "slots.h"
#include "stream.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define VERSION "0.1.0"
#define EXIT_FLUSH_MS 2000
#define STOP_FLUSH_MS 200
#define STOP_WAIT_MS 200
#define CALLBACK_WAIT_MS 500

enum state { IDLE, RUNNING, ENDING };

static _Atomic int state = IDLE;
static _Atomic pid_t owner;
static struct gs_object object, spawn_object;
static bool hooked, spawning; /* hooks are in; `_posixsubprocess` has its own */
static uintptr_t main_gil;
static pid_t prepared_for;
static uint32_t generation = GS_OFF;
static uint32_t forked;   /* the recording that ran in the parent when this process was forked */
static uint64_t fork_ns;
static _Thread_local bool fork_locked;
static const char *error = "";
static struct gs_sizes sizes = {.ring = 262144, .tick_ms = 20, .queue = 16u << 20};

const char *gs_version(void) { return VERSION; }
const char *gs_error(void) { return error; }
uint64_t gs_now(void) { return gs_monotonic(); }

static int fail(int code, const char *why) {
    error = why;
    return code;
}

static uint32_t power_of_two(long value) {
    uint32_t power = 16;
    while (power < (uint32_t)value && power < 1u << 20) power *= 2;
    return power;
}

int gs_configure(const char *key, long value) {
    if (atomic_load(&state) != IDLE) return fail(GS_ERR_STATE, "sizes can only be set before gs_start");
    if (strcmp(key, "ring") == 0) sizes.ring = power_of_two(value);
    else if (strcmp(key, "queue") == 0) sizes.queue = value < 1 << 20 ? 1 << 20 : (size_t)value;
    else if (strcmp(key, "looks_us") == 0) gs_sites_look_every(value <= 0 ? 0 : (uint64_t)value * 1000u);
    else if (strcmp(key, "tick_ms") == 0) sizes.tick_ms = value < 1 ? 1 : value > 500 ? 500 : (uint32_t)value;
    else return fail(GS_ERR_STATE, "unknown setting");
    return GS_OK;
}

static void before_fork(void) { fork_locked = gs_running_here() && gs_stream_before_fork(); }
static void parent_after_fork(void) {
    if (fork_locked) gs_stream_after_fork();
    fork_locked = false;
}
static void child_after_fork(void);

static void at_exit_status(int status, void *unused) {
    (void)unused;
    gs_control_exit_code(status & 0xff);
}

static bool set_up_once(void) {
    static bool done;
    if (done) return true;
    done = gs_slots_setup() && pthread_atfork(before_fork, parent_after_fork, child_after_fork) == 0;
    if (done) on_exit(at_exit_status, NULL);
    return done;
}

int gs_prepare(struct gs_info *out) {
    if (atomic_load(&state) != IDLE) return fail(GS_ERR_STATE, "a recording is already running");
    if (!out || out->size < sizeof *out) return fail(GS_ERR_STATE, "struct gs_info of another size");
    int code = gs_interpreter_find(&object, &error);
    if (code == GS_OK) code = gs_calibrate(&object, &main_gil, &error);
    memset(out, 0, sizeof *out);
    out->size = sizeof *out;
    out->pid = (uint32_t)getpid();
    out->tid = (uint32_t)syscall(SYS_gettid);
    if (object.name) snprintf(out->object, sizeof out->object, "%s", object.name);
    if (code != GS_OK) return code;
    out->drop_sites = gs_site_word >= 0;
    out->site_word = gs_site_word;
    out->switch_distance = (int32_t)gs_switch_distance;
    out->gil = main_gil;
    out->switch_count = gs_switch_number(main_gil);
    prepared_for = getpid();
    return GS_OK;
}

static void unhook(void) {
    gs_hooks_remove(&object, gs_hooks, gs_hooks_total);
    gs_hooks_remove(&object, gs_lock_hooks, gs_lock_hooks_total);
    gs_hooks_remove(&object, gs_leave_hooks, gs_leave_hooks_total);
    gs_hooks_remove(&object, gs_child_hooks, gs_child_hooks_total);
    if (spawning) gs_hooks_remove(&spawn_object, gs_spawn_hooks, gs_spawn_hooks_total);
    hooked = false;
}

static bool redirect(const struct gs_object *in, struct gs_hook *hooks, int total) {
    gs_hooks_find(in, hooks, total);
    return gs_hooks_install(in, hooks, total);
}

/* A forked child finds its parent's hooks in place. */
static bool hook(void) {
    if (hooked) return true;
    spawning = gs_spawn_object(&spawn_object);
    gs_first_turn_end(); /* the hooks to come do the same, and must not put these back one day */
    hooked = redirect(&object, gs_hooks, gs_hooks_total) && redirect(&object, gs_leave_hooks, gs_leave_hooks_total) &&
             redirect(&object, gs_lock_hooks, gs_lock_hooks_total) && redirect(&object, gs_child_hooks, gs_child_hooks_total) &&
             (!spawning || redirect(&spawn_object, gs_spawn_hooks, gs_spawn_hooks_total));
    if (!hooked) unhook();
    return hooked;
}

/* The caller holds the GIL and so has "taken" it when recording began. */
static void first_take(uint64_t now) {
    struct gs_slot *slot = gs_slot();
    if (!slot) return;
    gs_push(slot, now, gs_meta(GS_TAKE, false, gs_core(), 0));
    gs_site_learn(slot);
    atomic_store(&gs_gils[0].taken, now);
    atomic_store(&gs_gils[0].holder, (uintptr_t)slot);
}

static int start(int socket_fd, const char *hello, size_t length, gs_command_cb callback, uint64_t now) {
    if (prepared_for != getpid()) return fail(GS_ERR_STATE, "gs_prepare has not succeeded in this process");
    if (atomic_load(&state) != IDLE || gs_stream_alive()) return fail(GS_ERR_STATE, "a recording is already running");
    if (!set_up_once()) return fail(GS_ERR_SYSTEM, "no thread-specific key is left for the tracer");
    int code = gs_stream_open(socket_fd, hello, length, now, &sizes, &error);
    if (code != GS_OK) return code;
    uint32_t own = gs_slots_open(sizes.ring);
    gs_gils_open(main_gil, now);
    gs_children_open();
    if (!hook()) {
        gs_stream_close();
        return fail(GS_ERR_PATCH, "the interpreter's imports could not be redirected");
    }
    atomic_store(&owner, getpid());
    atomic_store(&gs_live, ++generation);
    first_take(now);
    atomic_store(&state, RUNNING);
    code = gs_stream_run(generation, own, callback, &error);
    if (code == GS_OK) return GS_OK;
    atomic_store(&gs_live, GS_OFF);
    atomic_store(&state, IDLE);
    unhook();
    return code;
}

int gs_start(int socket_fd, const char *hello, size_t length, gs_command_cb callback) {
    return start(socket_fd, hello, length, callback, gs_monotonic());
}

int gs_restart(int socket_fd, const char *hello, size_t length, gs_command_cb callback) {
    if (!forked || atomic_load(&state) != IDLE) return fail(GS_ERR_STATE, "this process was not forked from a recorded one");
    forked = 0;
    prepared_for = getpid();
    /* Nobody but the forking thread has run here since, and it held the GIL. */
    return start(socket_fd, hello, length, callback, fork_ns);
}

/* True for the one caller that is to end the recording. Nothing is recorded after it. */
static bool begin_end(bool hooks_out) {
    int running = RUNNING;
    if (!atomic_compare_exchange_strong(&state, &running, ENDING)) return false;
    gs_control_freeze_counts();
    gs_calls_freeze();
    atomic_store(&gs_live, GS_OFF);
    if (hooks_out) unhook();
    return true;
}

void gs_finish(const char *reason, int timeout_ms) {
    if (atomic_load(&state) == IDLE || atomic_load(&owner) != getpid()) return;
    if (!begin_end(true)) {
        gs_stream_wait(timeout_ms < STOP_FLUSH_MS ? timeout_ms : STOP_FLUSH_MS);
        return;
    }
    gs_stream_finish(reason, timeout_ms);
    atomic_store(&state, IDLE);
}

int gs_stop(int flags) {
    (void)flags;
    if (atomic_load(&owner) != getpid() || !begin_end(true)) return fail(GS_ERR_STATE, "no recording is running");
    if (gs_stream_on_thread()) {
        gs_stream_stop_after_callback();
        return GS_OK;
    }
    void *python = gs_gil_save();
    gs_stream_finish("detach", STOP_FLUSH_MS);
    gs_stream_wait(STOP_WAIT_MS);
    gs_gil_restore(python);
    atomic_store(&state, IDLE);
    return GS_OK;
}

void gs_session_deferred_stop(void) {
    gs_stream_finish("detach", STOP_FLUSH_MS);
    atomic_store(&state, IDLE);
}

/*
 * A program that closes every descriptor it does not know, to run as a daemon or to exec, has not ended the session: its
 * children are still followed, so the hooks stay, and pass straight through.
 */
void gs_session_broken(bool by_peer) {
    if (!begin_end(by_peer)) return;
    atomic_store(&state, IDLE);
    if (by_peer) gs_commands_gone();
}

void gs_disable_commands(void) {
    gs_commands_refuse();
    if (!gs_commands_running() || gs_stream_on_thread()) return;
    void *python = gs_gil_save();
    struct timespec ms = {0, 1000000};
    for (int i = 0; gs_commands_running() && i < CALLBACK_WAIT_MS; i++) nanosleep(&ms, NULL);
    gs_gil_restore(python);
}

int gs_send(int kind, const void *payload, size_t length) {
    if (atomic_load(&state) != RUNNING && !gs_stream_on_thread()) return -1;
    if (!gs_stream_post((unsigned)kind & 0xff, payload, length)) return -1;
    /* Rare, and what the window shows of the whole process: not to be lost with a process killed within the next round. */
    if (kind == GS_F_STATE) gs_wake_consumer();
    return 0;
}

uint32_t gs_thread_serial(void) {
    struct gs_slot *slot = gs_slot();
    return slot ? slot->serial : 0;
}

uint32_t gs_own_tid(void) { return gs_stream_tid(); }
bool gs_running_here(void) { return atomic_load(&state) == RUNNING && atomic_load(&owner) == getpid(); }
uint32_t gs_recording(void) { return atomic_load(&state) == RUNNING ? generation : 0; }
uint32_t gs_forked(void) { return forked; }
int gs_running(void) { return atomic_load(&state) == RUNNING; }
uint64_t gs_overflow(void) { return gs_slots_overflow(); }

/*
 * A forked child does not record until it calls gs_restart (or gs_prepare and gs_start): its hooks pass straight
 * through. A vforked child never comes here, shares our memory, and must leave it alone: `owner` tells.
 */
static void child_after_fork(void) {
    forked = atomic_load(&state) == RUNNING ? generation : 0;
    fork_ns = gs_monotonic();
    atomic_store(&gs_live, GS_OFF);
    atomic_store(&state, IDLE);
    prepared_for = 0;
    gs_control_exit_code(-1);
    gs_stream_child();
    gs_slots_child(fork_locked);
    fork_locked = false;
    gs_gils_child();
    gs_sites_child();
    gs_calls_child();
}

__attribute__((destructor)) static void at_exit(void) { gs_finish("exit", EXIT_FLUSH_MS); }
