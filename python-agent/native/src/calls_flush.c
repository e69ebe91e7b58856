/* The function trace as a whole: its begin and end, and several times a second what has come together in all threads. See calls.h. */
#define _GNU_SOURCE
#include "../gilscope.h"

#include "calls_hot.h"
#include "encode.h"
#include "slots.h"
#include "stream.h"
#include "ticks.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define OPEN_AFTER_NS 50000000u /* a call that goes on for so long is told open */
#define RECORDS_MOST 50000u     /* of a thread in a second; then shorter calls are left out */
#define RECORDS_FEW 10000u
#define MIN_NS_MOST 10000000u
#define LOCK_MS 200
#define SECOND 1000000000u

static uint32_t traces;       /* so many have begun */
static uint32_t frozen;       /* the one that ran when the recording ended */
static uint32_t min_ns_told;

/* ---- one thread ---- */

/* From the outermost in; depth 1 of the stack is 0 on the wire. */
static void announce(struct gs_calls *calls, uint64_t least_age) {
    while (calls->announced < calls->depth && calls->announced < GS_SHOWN_DEPTH) {
        const struct gs_call *call = &calls->stack[calls->announced + 1];
        if (calls->last - call->start < least_age || GS_IS_OWN(calls->function[call->function].key)) return;
        if (!gs_calls_record(calls, GS_R_OPEN, calls->announced, calls->function[call->function].site, calls->last - call->start)) return;
        calls->announced++;
    }
}

/* Sums are sent and zero, so entries that are on no stack can go: code that is made and thrown away would fill the table. */
static void compact(struct gs_calls *calls) {
    static uint16_t moved[GS_FUNCTIONS_MAX];
    uint32_t entries = calls->functions;
    memset(calls->index, 0, sizeof calls->index);
    calls->functions = 1;
    for (uint32_t i = 1; i < entries; i++) {
        struct gs_function function = calls->function[i];
        memset(&calls->function[i], 0, sizeof function);
        if (!function.active) continue;
        moved[i] = (uint16_t)gs_calls_add(calls, function.key, function.print);
        calls->function[moved[i]] = function;
    }
    for (uint32_t depth = 1; depth <= calls->depth; depth++)
        if (calls->stack[depth].function) calls->stack[depth].function = moved[calls->stack[depth].function];
}

/* Records that the thread made in a second, of late. */
static uint64_t flush_one(struct gs_slot *slot, struct gs_calls *calls, struct gs_outq *out, uint64_t now) {
    gs_calls_account(calls, now);
    announce(calls, OPEN_AFTER_NS);
    uint64_t since = calls->last - calls->told, rate = since ? calls->records * SECOND / since : 0;
    calls->records = 0;
    if (gs_calls_tally(slot, out) && calls->functions > GS_FUNCTIONS_MAX / 4 * 3) compact(calls);
    return rate;
}

static void end_one(struct gs_slot *slot, struct gs_calls *calls, struct gs_outq *out, void (*flush)(void), uint64_t now) {
    gs_calls_account(calls, now);
    gs_calls_drain(slot, out, flush, false);
    announce(calls, atomic_load(&gs_calls_min_ns));
    if (calls->announced) gs_calls_record(calls, GS_R_FORGET, 0, 0, 0);
    calls->announced = 0;
    if (!gs_calls_tally(slot, out) && flush) {
        flush();
        gs_calls_tally(slot, out);
    }
    gs_calls_drain(slot, out, flush, true);
}

void gs_calls_end(struct gs_slot *slot, struct gs_outq *out, void (*flush)(void), uint64_t ns) {
    struct gs_calls *calls = atomic_load(&slot->calls);
    uint32_t epoch = atomic_load(&gs_calls_epoch);
    if (!calls || !calls->trace || (calls->trace != epoch && calls->trace != frozen)) return;
    end_one(slot, calls, out, flush, ns);
    calls->trace = calls->epoch = 0;
}

/* ---- all of them ---- */

static void tell_min(struct gs_outq *out) {
    uint32_t least = atomic_load(&gs_calls_min_ns);
    char text[64];
    if (least == min_ns_told) return;
    int length = snprintf(text, sizeof text, "{\"functions_min_ns\":%u}", least);
    if (gs_outq_frame(out, GS_F_STATE, text, (size_t)length)) min_ns_told = least;
}

static void adapt(uint64_t rate) {
    uint32_t least = atomic_load(&gs_calls_min_ns);
    if (rate > RECORDS_MOST && least < MIN_NS_MOST) atomic_store(&gs_calls_min_ns, least * 2);
    else if (rate < RECORDS_FEW && least > GS_CALL_MIN_NS) atomic_store(&gs_calls_min_ns, least / 2);
}

static void flush_all(struct gs_outq *out, void (*flush)(void), uint32_t generation) {
    uint32_t epoch = atomic_load(&gs_calls_epoch);
    uint64_t most = 0, now = gs_quick_ns();
    for (struct gs_slot *slot = *gs_slots_adopt(); slot; slot = slot->next) {
        struct gs_calls *calls = atomic_load(&slot->calls);
        if (!calls || calls->trace != epoch || atomic_load(&slot->generation) != generation || atomic_load(&slot->end_ns)) continue;
        uint64_t rate = flush_one(slot, calls, out, now);
        if (rate > most) most = rate;
    }
    adapt(most);
    tell_min(out);
    if (flush) flush();
}

static void end_all(struct gs_outq *out, void (*flush)(void), uint32_t generation) {
    uint64_t now = gs_quick_ns();
    for (struct gs_slot *slot = *gs_slots_adopt(); slot; slot = slot->next) {
        uint64_t ended = atomic_load(&slot->end_ns);
        if (atomic_load(&slot->generation) == generation) gs_calls_end(slot, out, flush, ended ? ended : now);
    }
}

void gs_calls_finish(struct gs_outq *out, void (*flush)(void), uint32_t generation) {
    if (frozen) end_all(out, flush, generation);
}

/* Under the GIL their threads cannot be in here, so their memory can go back to the kernel. */
static void off_all(struct gs_outq *out, void (*flush)(void), uint32_t generation) {
    end_all(out, flush, generation);
    for (struct gs_slot *slot = *gs_slots_adopt(); slot; slot = slot->next) {
        struct gs_calls *calls = atomic_load(&slot->calls);
        if (calls && !calls->trace && !atomic_load(&slot->end_ns)) madvise(calls, sizeof *calls, MADV_DONTNEED);
    }
}

void gs_calls_freeze(void) {
    uint32_t epoch = atomic_exchange(&gs_calls_epoch, GS_CALLS_OFF);
    frozen = epoch == GS_CALLS_OFF ? 0 : epoch;
}

/* ---- the door: the GIL is held ---- */

int gs_calls_on(void) {
    if (!gs_running_here()) return GS_ERR_STATE;
    if (atomic_load(&gs_calls_epoch) != GS_CALLS_OFF) return GS_OK;
    gs_ticks_set();
    frozen = 0;
    atomic_store(&gs_calls_min_ns, GS_CALL_MIN_NS);
    min_ns_told = 0;
    atomic_store(&gs_calls_epoch, ++traces);
    gs_stream_with_queue(flush_all, LOCK_MS);
    return GS_OK;
}

void gs_calls_tick(void) {
    if (atomic_load(&gs_calls_epoch) == GS_CALLS_OFF) return;
    gs_ticks_set();
    gs_stream_with_queue(flush_all, 0);
}

void gs_calls_off(void) {
    gs_calls_freeze();
    if (frozen) gs_stream_with_queue(off_all, LOCK_MS);
    frozen = 0;
}
