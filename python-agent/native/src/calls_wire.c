/* The function trace's records and sums as bytes of docs/protocol.md: CALLS and TALLY. See calls.h. */
#define _GNU_SOURCE
#include "calls.h"

#include "calls_hot.h"
#include "encode.h"
#include "slots.h"

#define CALLS_HEADER 24
#define TALLY_HEADER 32
#define FRAME_RECORDS 4096u
#define RECORD_MAX (1 + 10 + 5 + 5 + 10)
#define ROW_MAX (5 + 7 * 10)
#define KEPT_FREE (GS_RECORDS / 8) /* for what other records rest upon */

static void put(struct gs_calls *calls, uint32_t head, enum gs_record_kind kind, uint32_t depth, uint32_t site, uint64_t length) {
    calls->ring[head % GS_RECORDS] = (struct gs_record){calls->last, length, site, (uint16_t)depth, (uint8_t)kind};
    atomic_store_explicit(&calls->head, head + 1, memory_order_release);
    if (unlikely(head % (GS_RECORDS / 4) == GS_RECORDS / 4 - 1)) gs_wake_consumer();
}

/* What was told open is told anew at the next tick, as if it began now. */
static void lose_open(struct gs_calls *calls) {
    for (uint32_t depth = 1; depth <= calls->announced; depth++) calls->stack[depth].start = calls->last;
    calls->announced = 0;
    calls->forget = true;
}

bool gs_calls_record(struct gs_calls *calls, enum gs_record_kind kind, uint32_t depth, uint32_t site, uint64_t length) {
    uint32_t head = atomic_load_explicit(&calls->head, memory_order_relaxed);
    uint32_t room = GS_RECORDS - (head - atomic_load_explicit(&calls->tail, memory_order_acquire));
    calls->records++;
    if (unlikely(room < 2 || (kind == GS_R_CALL && room < KEPT_FREE))) {
        uint32_t dropped = atomic_load_explicit(&calls->dropped, memory_order_relaxed);
        atomic_store_explicit(&calls->dropped, dropped + 1, memory_order_relaxed);
        if (kind != GS_R_CALL) lose_open(calls);
        return false;
    }
    if (unlikely(calls->forget)) {
        calls->forget = false;
        put(calls, head++, GS_R_FORGET, 0, 0, 0);
        if (kind == GS_R_CLOSE || kind == GS_R_FORGET) return true;
    }
    put(calls, head, kind, depth, site, length);
    return true;
}

/* ---- CALLS ---- */

static size_t encode(const struct gs_slot *slot, struct gs_calls *calls, uint8_t *out, uint32_t from, uint32_t to) {
    uint8_t *header = out + GS_FRAME_HEADER, *at = header + CALLS_HEADER;
    uint64_t ns = calls->ring[from % GS_RECORDS].ns;
    gs_le(header, slot->serial, 4);
    gs_le(header + 4, slot->tid, 4);
    gs_le(header + 8, calls->dropped_told, 4);
    gs_le(header + 12, to - from, 4);
    gs_le(header + 16, ns, 8);
    for (; from != to; from++) {
        const struct gs_record *record = &calls->ring[from % GS_RECORDS];
        *at++ = record->kind;
        at = gs_varint(at, record->ns - ns);
        ns = record->ns;
        if (record->kind == GS_R_FORGET) continue;
        at = gs_varint(at, record->depth);
        if (record->kind == GS_R_CLOSE) continue;
        at = gs_varint(at, record->site);
        at = gs_varint(at, record->length);
    }
    gs_frame_header(out, (uint32_t)(at - header), GS_F_CALLS);
    return (size_t)(at - out);
}

static uint8_t *room_for(struct gs_outq *out, size_t bytes, void (*flush)(void)) {
    uint8_t *room = gs_outq_room(out, bytes, GS_CONTROL_RESERVE);
    if (room || !flush) return room;
    flush();
    return gs_outq_room(out, bytes, GS_CONTROL_RESERVE);
}

void gs_calls_drain(struct gs_slot *slot, struct gs_outq *out, void (*flush)(void), bool last) {
    struct gs_calls *calls = atomic_load(&slot->calls);
    if (!calls) return;
    uint32_t tail = atomic_load_explicit(&calls->tail, memory_order_relaxed);
    uint32_t head = atomic_load_explicit(&calls->head, memory_order_acquire);
    uint32_t dropped = atomic_load_explicit(&calls->dropped, memory_order_relaxed);
    while (tail != head || (last && dropped != calls->dropped_told)) {
        uint32_t count = head - tail < FRAME_RECORDS ? head - tail : FRAME_RECORDS;
        uint8_t *room = room_for(out, GS_FRAME_HEADER + CALLS_HEADER + count * RECORD_MAX, flush);
        if (!room) return; /* they stay in the ring, and when that is full the thread counts what it loses */
        calls->dropped_told = dropped;
        gs_outq_commit(out, encode(slot, calls, room, tail, tail + count));
        tail += count;
        atomic_store_explicit(&calls->tail, tail, memory_order_release);
    }
}

/* ---- TALLY ---- */

static bool has_sums(const struct gs_function *function) {
    uint64_t any = function->calls;
    for (int i = 0; i < GS_HAS; i++) any |= function->own[i] | function->total[i];
    return any != 0;
}

static uint8_t *row(uint8_t *at, struct gs_function *function) {
    at = gs_varint(at, function->site);
    at = gs_varint(at, function->calls);
    for (int i = 0; i < GS_HAS; i++) at = gs_varint(at, function->own[i]);
    for (int i = 0; i < GS_HAS; i++) at = gs_varint(at, function->total[i]);
    function->calls = 0;
    for (int i = 0; i < GS_HAS; i++) function->own[i] = function->total[i] = 0;
    return at;
}

/* What our own functions took is outside of all functions; their totals are nobody's business. */
static void fold_own(struct gs_calls *calls) {
    for (uint32_t i = 1; i < calls->functions; i++) {
        struct gs_function *function = &calls->function[i];
        if (likely(!GS_IS_OWN(function->key))) continue;
        function->calls = 0;
        for (int has = 0; has < GS_HAS; has++) {
            calls->function[0].own[has] += function->own[has];
            function->own[has] = function->total[has] = 0;
            function->entered[has] = calls->clocks[has];
        }
    }
}

bool gs_calls_tally(struct gs_slot *slot, struct gs_outq *out) {
    struct gs_calls *calls = atomic_load(&slot->calls);
    uint32_t rows = 0;
    fold_own(calls);
    for (uint32_t i = 0; i < calls->functions; i++) {
        struct gs_function *function = &calls->function[i];
        for (int has = 0; i == 0 && has < GS_HAS; has++) function->total[has] = function->own[has];
        if (i && function->active) {
            gs_calls_settle(calls, function);
            for (int has = 0; has < GS_HAS; has++) function->entered[has] = calls->clocks[has];
        }
        rows += has_sums(function);
    }
    if (!rows) return true;
    uint8_t *frame = gs_outq_room(out, GS_FRAME_HEADER + TALLY_HEADER + (size_t)rows * ROW_MAX, GS_CONTROL_RESERVE);
    if (!frame) return false;
    uint8_t *header = frame + GS_FRAME_HEADER, *at = header + TALLY_HEADER;
    gs_le(header, slot->serial, 4);
    gs_le(header + 4, slot->tid, 4);
    gs_le(header + 8, calls->told, 8);
    gs_le(header + 16, calls->last, 8);
    gs_le(header + 28, 0, 4);
    /* Counted again: at the very end of a recording a thread may still be at its sums. */
    uint32_t written = 0;
    for (uint32_t i = 0; i < calls->functions && written < rows; i++) {
        if (!has_sums(&calls->function[i])) continue;
        at = row(at, &calls->function[i]);
        written++;
    }
    gs_le(header + 24, written, 4);
    gs_frame_header(frame, (uint32_t)(at - header), GS_F_TALLY);
    gs_outq_commit(out, (size_t)(at - frame));
    calls->told = calls->last;
    return true;
}
