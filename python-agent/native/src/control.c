/* See control.h and docs/protocol.md. JSON is written by hand: only numbers and fixed words of ours go into it. */
#define _GNU_SOURCE
#include "control.h"

#include "clock.h"
#include "encode.h"
#include "gils.h"
#include "hooks.h"
#include "sites.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static uint64_t frozen_counts[GS_GIL_MAX];
static _Atomic int exit_code = -1;

__attribute__((format(printf, 3, 4))) static void json(struct gs_outq *out, unsigned kind, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length > 0 && (size_t)length < sizeof text) gs_outq_frame(out, kind, text, (size_t)length);
}

bool gs_control_hello(struct gs_outq *out, const char *text, size_t length, uint64_t start_ns) {
    while (length && text[length - 1] != '}') length--;
    if (length < 3 || text[0] != '{' || length + 64 > GS_PAYLOAD_MAX) return false;
    char *at = (char *)gs_outq_room(out, GS_FRAME_HEADER + length + 64, 0);
    if (!at) return false;
    memcpy(at + GS_FRAME_HEADER, text, length - 1);
    size_t size = length - 1;
    size += (size_t)snprintf(at + GS_FRAME_HEADER + size, 64, ",\"start_ns\":\"%" PRIu64 "\"}", start_ns);
    gs_frame_header((uint8_t *)at, (uint32_t)size, GS_F_HELLO);
    gs_outq_commit(out, GS_FRAME_HEADER + size);
    return true;
}

void gs_control_state(struct gs_outq *out) {
    json(out, GS_F_STATE, "{\"drop_sites\":%s,\"sites\":%s}", gs_site_word >= 0 ? "true" : "false", gs_sites_on ? "true" : "false");
}

void gs_control_own_thread(struct gs_outq *out, uint32_t own_serial, uint32_t own_tid) {
    json(out, GS_F_THREAD, "{\"serial\":%u,\"tid\":%u,\"name\":\"gilscope\",\"own\":true}", own_serial, own_tid);
}

static void announce(struct gs_outq *out, unsigned id, uint64_t since, uint64_t count0) {
    json(out, GS_F_GIL, "{\"id\":%u,\"ns\":\"%" PRIu64 "\",\"count0\":\"%" PRIu64 "\"}", id, since, count0);
}

static void counter(struct gs_outq *out, unsigned id, uint64_t ns, uint64_t count) {
    uint8_t payload[24] = {0};
    gs_le(payload, id, 2);
    gs_le(payload + 8, ns, 8);
    gs_le(payload + 16, count, 8);
    gs_outq_frame(out, GS_F_COUNTER, payload, sizeof payload);
}

void gs_control_gils(struct gs_outq *out) {
    uint32_t count = atomic_load(&gs_gil_count);
    for (uint32_t i = 0; i < count; i++) {
        struct gs_gil *gil = &gs_gils[i];
        uint64_t since = atomic_load(&gil->since);
        if (!since || gil->announced || !atomic_load(&gil->cond)) continue;
        gil->announced = true;
        announce(out, gil->id, since, atomic_load(&gil->count0));
    }
}

void gs_control_gone(struct gs_outq *out) {
    struct gs_gone gone;
    while (gs_gils_next_gone(&gone)) {
        if (!gone.announced) announce(out, gone.id, gone.since, gone.count0);
        counter(out, gone.id, gone.ns, gone.count);
        json(out, GS_F_GIL, "{\"id\":%u,\"ns\":\"%" PRIu64 "\",\"count0\":\"%" PRIu64 "\",\"gone\":true}", gone.id, gone.ns,
             gone.count0);
    }
}

void gs_control_watermark(struct gs_outq *out, uint64_t ns) {
    uint8_t payload[8];
    gs_le(payload, ns, 8);
    gs_outq_frame(out, GS_F_WATERMARK, payload, sizeof payload);
}

/*
 * At the end, without the GIL, other threads may go on switching. What was recorded must be
 * held against the count of that very moment: the count read just before recording
 * stopped, or the last one seen by a TAKE, whichever is later.
 */
void gs_control_freeze_counts(void) {
    for (uint32_t i = 0; i < atomic_load(&gs_gil_count); i++) frozen_counts[i] = gs_gil_count_now(&gs_gils[i]);
}

void gs_control_counters(struct gs_outq *out, bool last) {
    for (uint32_t i = 0; i < atomic_load(&gs_gil_count); i++) {
        struct gs_gil *gil = &gs_gils[i];
        if (!gil->announced || !atomic_load(&gil->cond)) continue;
        uint64_t seen = atomic_load(&gil->seen), now = gs_monotonic();
        uint64_t count = last ? frozen_counts[i] : gs_gil_count_now(gil);
        counter(out, gil->id, now, count > seen ? count : seen);
    }
}

void gs_control_overflow(struct gs_outq *out, uint64_t events) {
    json(out, GS_F_LOG, "{\"level\":\"warn\",\"text\":\"%" PRIu64 " events lost: no memory for a thread's ring\"}", events);
}

void gs_control_exit_code(int status) { atomic_store(&exit_code, status < 0 ? -1 : status & 0xff); }

void gs_control_goodbye(struct gs_outq *out, const char *reason, uint64_t own_ns) {
    int code = atomic_load(&exit_code);
    char status[24] = "";
    if (code >= 0) snprintf(status, sizeof status, ",\"code\":%d", code);
    json(out, GS_F_GOODBYE, "{\"reason\":\"%s\",\"ns\":\"%" PRIu64 "\",\"cpu_ns\":\"%" PRIu64 "\",\"own_cpu_ns\":\"%" PRIu64 "\"%s}", reason, gs_monotonic(),
         gs_clock(CLOCK_PROCESS_CPUTIME_ID), own_ns, status);
}

void gs_control_refuse(struct gs_outq *out, const char *command, size_t length, const char *error) {
    static const char key[] = "\"id\"";
    const char *at = memmem(command, length, key, sizeof key - 1);
    const char *end = command + length;
    unsigned long id = 0;
    for (at = at ? at + sizeof key - 1 : end; at < end && (*at == ' ' || *at == ':'); at++) {}
    for (; at < end && *at >= '0' && *at <= '9' && id < 1000000000ul; at++) id = id * 10 + (unsigned long)(*at - '0');
    json(out, GS_F_REPLY, "{\"id\":%lu,\"ok\":false,\"error\":\"%s\"}", id, error);
}
