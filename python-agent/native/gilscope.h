/*
 * The native tracer's whole door: what the Python agent calls through ctypes
 * (gilscope_agent) and what an injected helper will call later.
 *
 * Every function is to be called through ctypes.PyDLL, that is WITH the GIL
 * held, unless it says otherwise. None of them raises, blocks for longer than
 * its stated bound, or touches Python objects.
 */
#ifndef GILSCOPE_H
#define GILSCOPE_H

#include <stddef.h>
#include <stdint.h>

#define GS_API __attribute__((visibility("default")))

enum gs_code {
    GS_OK = 0,
    GS_ERR_NO_INTERPRETER = 1, /* this process has no PyEval_SaveThread */
    GS_ERR_NO_GIL = 2,         /* free-threaded build whose GIL is off */
    GS_ERR_LAYOUT = 3,         /* a GIL that does not look like any known one */
    GS_ERR_PATCH = 4,          /* the GOT could not be found or written */
    GS_ERR_SYSTEM = 5,         /* no memory, no descriptor, no thread */
    GS_ERR_STATE = 6           /* called in the wrong order (started twice, ...) */
};

/* What gs_prepare found out. Fields are only ever added at the end. */
struct gs_info {
    uint32_t size;            /* set by the caller: sizeof(struct gs_info) */
    int32_t drop_sites;       /* 1: voluntary drops can be told from the stack */
    int32_t switch_distance;  /* bytes from gil->cond to gil->switch_cond */
    int32_t site_word;        /* where on the stack the drop site is read, or -1 */
    uint64_t gil;             /* address of gil->cond of the calling thread's GIL */
    uint64_t switch_count;    /* the interpreter's switch_number now */
    uint32_t pid;
    uint32_t tid;
    char object[256];         /* the file that holds the interpreter */
};

/*
 * Runs on the streaming thread, WITHOUT the GIL (ctypes' CFUNCTYPE takes it). Length 0: the peer is gone, and tracing has stopped.
 * `json` NULL: a tick (gs_tick_every), or with length 1 a round of the watches (gs_glance_pace).
 */
typedef void (*gs_command_cb)(const char *json, size_t length);

/* "0.1.0"; no GIL needed. */
GS_API const char *gs_version(void);
/* One sentence about the last failure; no GIL needed. */
GS_API const char *gs_error(void);
/* CLOCK_MONOTONIC in nanoseconds; no GIL needed. */
GS_API uint64_t gs_now(void);

/*
 * Sizes, to be set before gs_start: "ring" (events per thread, rounded up to a
 * power of two, 16 .. 1048576), "queue" (bytes), "tick_ms"; "looks_us" between two looks into long holds, 0: none.
 * Returns GS_OK or GS_ERR_STATE.
 */
GS_API int gs_configure(const char *key, long value);

/* Calibrates; leaves no hook behind. Says whether the exact engine can run. */
GS_API int gs_prepare(struct gs_info *out);

/*
 * Patches and starts streaming to the connected stream socket `socket_fd`,
 * which is duplicated: the caller keeps, and may close, its own. `hello` is a
 * JSON object, the HELLO payload; "start_ns" is added here because only here it is
 * known. GIL 0, STATE drop_sites and the THREAD of the streaming thread itself
 * are announced natively. `callback` may be NULL.
 */
GS_API int gs_start(int socket_fd, const char *hello, size_t length, gs_command_cb callback);

/*
 * Children are followed: texts "NAME=value", each ended by a NUL, for the environment of every Python this process or
 * an unrecorded child of it starts; the first is "PYTHONPATH=<boot folder>" and comes before the child's own. Before gs_start;
 * length 0: not followed. Programs that are no Python get their environment untouched.
 */
GS_API int gs_follow(const char *settings, size_t length);

/*
 * gs_start in a child forked while its parent was recording, without a new calibration. Its recording begins at the
 * fork: to be called by the forking thread, before the child does anything.
 */
GS_API int gs_restart(int socket_fd, const char *hello, size_t length, gs_command_cb callback);
/* A number for the recording that runs here, or 0. No GIL needed. */
GS_API uint32_t gs_recording(void);
/* That number in the parent, at the moment this process was forked; 0 if nothing ran, or after gs_restart. No GIL needed. */
GS_API uint32_t gs_forked(void);

#define GS_STR_FORMS 4
/* Where things lie in this interpreter, in bytes; found out by gilscope_agent/sites.py. Negative: there is none. */
struct gs_site_layout {
    uint32_t size;                        /* sizeof(struct gs_site_layout) */
    int32_t state_frame, frame_frame;     /* from the thread state to the frame: one pointer, or two */
    int32_t frame_code, frame_position;   /* in the frame */
    int32_t position_bytes, position_unit; /* 4: an index, in units of so many bytes; 8: an address */
    int32_t code_start, code_name, code_qualname, code_file, code_first_line; /* in the code object */
    int32_t object_type;                  /* in any object */
    int32_t str_length, str_state;        /* in a str */
    uint32_t str_state_mask;
    struct {
        uint32_t state;
        int32_t data, width;
    } str_forms[GS_STR_FORMS];
    uint64_t code_mask, code_type;        /* of the pointer to a code object, and its type */
};

/* Drops carry their function and line from now on; the layout is believed. To be called before gs_start. */
GS_API int gs_sites_set(const struct gs_site_layout *layout);
/* 0: drops will carry none, the layout is for the function trace alone. Before gs_sites_set. */
GS_API void gs_sites_drops(int wanted);
/* "name\nqualname\nfile\nfirst line\nline" of the calling function, as a drop would note it; its number, or 0. */
GS_API int gs_site_look(char *out, size_t capacity);
/* The calling thread's PyThreadState. */
GS_API uintptr_t gs_thread_state(void);
/* Reads this process's memory; fewer bytes, or 0, where there is none. */
GS_API size_t gs_peek(uintptr_t address, void *out, size_t length);

/* Where things lie in what is called, in bytes; found out by gilscope_agent/functions.py. */
struct gs_call_layout {
    uint32_t size;                                   /* sizeof(struct gs_call_layout) */
    int32_t object_frame;                            /* from a frame object to the frame, or -1 where they are one */
    int32_t object_type, type_name;                  /* in any object; of a type the C text of its name */
    int32_t function_table, function_self, function_module; /* in a function written in C; the table begins with its name */
    int32_t descriptor_table, descriptor_owner;      /* in a method of a type */
    uint32_t reserved;
    uint64_t function_type, method_type, descriptor_type, str_type, type_type; /* method_type: 0, or the other one of functions */
};

/* The function trace: what it needs to know. After gs_sites_set. */
GS_API int gs_calls_set(const struct gs_call_layout *layout);
/* The folders of the agent's modules and of the one that lets it in, whose functions nobody is told of. */
GS_API void gs_calls_own(const char *agent, const char *boot);
/* Begins: a new trace, of nothing yet. GS_ERR_STATE while nothing is recorded. */
GS_API int gs_calls_on(void);
/* Ends it, and sends what is left. The interpreter must not call the profile function any more, or may as well. */
GS_API void gs_calls_off(void);
/* Several times a second while it runs: sums are sent, calls that last are told open. */
GS_API void gs_calls_tick(void);
/* One of the callbacks for sys.monitoring (3.12 on): 0 begin, 1 end of a Python function, 2 and 3 of one in C. A new reference, or NULL with an error set. */
GS_API void *gs_calls_callback(int which);
/* 3.8 to 3.11: where a thread keeps its profile function is found out, by setting it in the calling thread, which must have none. */
GS_API int gs_calls_find_slot(void);
/*
 * Sets it (`on`), or takes it away, in every thread that has none, or ours; and reads the stacks of the threads it was set in, or without
 * gs_calls_find_slot of all. Returns how many have somebody else's, the kernel's ids of the first of them in `tids`.
 */
GS_API int gs_calls_install(int on, uint32_t *tids, int capacity);
/* Sets it in the calling thread, if that has none. Not where there are audit hooks: they would be called. */
GS_API void gs_calls_begin_here(void);
/*
 * A program that calls sys.setprofile is not told of the end of that very call, of which it would not know without us: calls_handover.c. The
 * method table of sys.setprofile, and where a function in C has it; 0: no more.
 */
GS_API int gs_calls_hand_over(uint64_t method_table, int32_t function_table);

/* Queues a control frame. 0, or -1 when the bounded queue is full or nothing runs. No GIL needed. */
GS_API int gs_send(int kind, const void *payload, size_t length);

/* Has the callback called every so many microseconds, or no more with 0; a new recording begins without. No GIL needed. */
GS_API void gs_tick_every(uint32_t us);

/* Words of memory that lead to a watched object: `*address & mask` is `expected`. */
struct gs_glance_word {
    uint64_t address, expected, mask;
};
/* The object: where its count is, from which count on nobody counts, how many words of it tell of its size, which is told in REFCOUNT. */
struct gs_glance {
    uint64_t count_at, count_mask, immortal_from, guard_at, guards, size;
};
/*
 * Rounds of the watches every `us`, 0: none. The callback is asked to look when something has changed, and at least every `agent_us`, or each
 * second. No GIL needed.
 */
GS_API void gs_glance_pace(uint32_t us, uint32_t agent_us);
/* It is asked to look at the next round in any case. No GIL needed. */
GS_API void gs_glance_hurry(void);
/* How an object is looked at without the GIL. Not GS_OK: there is no room. This and what follows: on the streaming thread only. */
GS_API int gs_glance_learn(uint32_t watch, const struct gs_glance *object, const struct gs_glance_word *words, uint32_t count);
/* Whether that is still known. */
GS_API int gs_glance_known(uint32_t watch);
GS_API void gs_glance_size(uint32_t watch, uint64_t size);
GS_API void gs_glance_forget(uint32_t watch);

/* The calling thread's serial (a slot is made if needed), or 0 when not tracing. No GIL needed. */
GS_API uint32_t gs_thread_serial(void);
/* The streaming thread's kernel tid, or 0. No GIL needed. */
GS_API uint32_t gs_own_tid(void);
/* 1 while events are being recorded. No GIL needed. */
GS_API int gs_running(void);
/* Events lost because no ring could be allocated for their thread. No GIL needed. */
GS_API uint64_t gs_overflow(void);

/*
 * From now on commands are refused natively; returns when no callback runs any
 * more (at most half a second; lets go of the GIL meanwhile). For Python's atexit.
 */
GS_API void gs_disable_commands(void);

/*
 * Detaches: hooks back, rings flushed, GOODBYE "detach". Inside a command callback the flush
 * happens when the callback has returned, so its REPLY still goes out first. Bounded: about 400 ms.
 */
GS_API int gs_stop(int flags);

/*
 * The last flush before the process ends. Also done by itself from the library's
 * destructor ("exit"), `_exit` ("os_exit") and exec ("exec"). No GIL needed.
 */
GS_API void gs_finish(const char *reason, int timeout_ms);

#endif
