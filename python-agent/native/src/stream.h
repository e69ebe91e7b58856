/* The streaming thread, its queue and its socket. Used by session.c and commands.c. */
#ifndef GS_STREAM_H
#define GS_STREAM_H

#include "../gilscope.h"

#include "outq.h"

#include <stdbool.h>

struct gs_sizes {
    uint32_t ring, tick_ms;
    size_t queue;
};

/* Takes over a duplicate of `fd` and puts HELLO into the queue. */
int gs_stream_open(int fd, const char *hello, size_t length, uint64_t start_ns, const struct gs_sizes *sizes, const char **why);
/* Starts the thread: events flow from now on. On failure the stream is closed. */
int gs_stream_run(uint32_t generation, uint32_t own_serial, gs_command_cb callback, const char **why);
/* Undoes gs_stream_open when no thread runs. */
void gs_stream_close(void);

/*
 * From any thread, once recording is off: the last round, GOODBYE, a bounded flush; the thread then ends
 * by itself. False when the lock could not be had in time.
 */
bool gs_stream_finish(const char *reason, int timeout_ms);
/* Waits for the thread to end; false after `timeout_ms`. */
bool gs_stream_wait(int timeout_ms);
bool gs_stream_alive(void);
bool gs_stream_on_thread(void);
uint32_t gs_stream_tid(void);
/* Asks the thread to call gs_session_deferred_stop when its callback has returned. */
void gs_stream_stop_after_callback(void);
bool gs_stream_post(unsigned kind, const void *payload, size_t length);
/* Runs `act` as the consumer, with its lock; not at all when that cannot be had in time, or nothing is sent any more. */
void gs_stream_with_queue(void (*act)(struct gs_outq *out, void (*flush)(void), uint32_t generation), int timeout_ms);
void gs_stream_refuse(const char *command, size_t length, const char *error);
/* Around a fork: the consumer is held off, for a bounded time, so that the child finds its lists whole. True if it is. */
bool gs_stream_before_fork(void);
void gs_stream_after_fork(void);
/* In a forked child: there is no thread, and the descriptor is closed. */
void gs_stream_child(void);

/* --- given by session.c, called on the streaming thread --- */

/* 1 while this very process, not a vforked child of it, records. */
bool gs_running_here(void);
/* The connection is gone, by the peer or by the program itself: nothing more is recorded. */
void gs_session_broken(bool by_peer);
/* The rest of a gs_stop that came from a command callback. */
void gs_session_deferred_stop(void);

#endif
