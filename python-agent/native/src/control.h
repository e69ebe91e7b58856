/* Control frames that the tracer itself writes. Called by stream.c with its lock held. */
#ifndef GS_CONTROL_H
#define GS_CONTROL_H

#include "outq.h"

#include <stdbool.h>
#include <stdint.h>

/* HELLO: the agent's JSON object with start_ns added. False if it is no object or too large. */
bool gs_control_hello(struct gs_outq *out, const char *json, size_t length, uint64_t start_ns);
/* Whether drop sites are known. */
void gs_control_state(struct gs_outq *out);
/* Who the streaming thread is. */
void gs_control_own_thread(struct gs_outq *out, uint32_t own_serial, uint32_t own_tid);
/* GILs taken for the first time since the last call. */
void gs_control_gils(struct gs_outq *out);
/* GILs destroyed since the last call, each with its last count. */
void gs_control_gone(struct gs_outq *out);
void gs_control_watermark(struct gs_outq *out, uint64_t ns);
/* The switch count of every GIL announced. */
void gs_control_counters(struct gs_outq *out, bool last);
/* Remembers the counts at the moment recording ends; see gils.h. */
void gs_control_freeze_counts(void);
void gs_control_overflow(struct gs_outq *out, uint64_t events);
/* The status this process is about to end with; GOODBYE tells it. -1: not known. */
void gs_control_exit_code(int status);
/* `own_ns`: CPU time of our thread, part of the process's. */
void gs_control_goodbye(struct gs_outq *out, const char *reason, uint64_t own_ns);
/* {id, ok: false, error}; the id is picked out of the command's text. */
void gs_control_refuse(struct gs_outq *out, const char *command, size_t length, const char *error);

#endif
