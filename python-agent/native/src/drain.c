/*
 * Watermarks. A producer marks itself busy, reads the clock, publishes, and is no longer busy. The
 * watermark is a clock reading at least a millisecond old (stream.c), by which time that mark is visible
 * on every core. So if a slot is not busy now, or has published enough events since it was seen
 * busy, then whatever it stamped up to the watermark is in the ring. Slots are registered
 * before their first stamp, so the same holds for new threads.
 */
#define _GNU_SOURCE
#include "drain.h"

#include "calls.h"
#include "encode.h"
#include "slots.h"

#include <sched.h>

/* More than one busy bracket can publish: RELEASE_CPU and TAKE, each with a LOST mark. */
#define BRACKET_MAX 4
#define SPINS 4000
#define YIELD_EVERY 200

struct writer {
    const struct gs_drain *drain;
    struct gs_slot *slot;
    struct gs_block block;
    bool open, full;
};

static uint32_t settled_head(struct gs_slot *slot, bool *settled) {
    uint32_t before = atomic_load_explicit(&slot->head, memory_order_acquire);
    for (int i = 1; i <= SPINS; i++) {
        bool busy = atomic_load_explicit(&slot->busy, memory_order_acquire);
        uint32_t head = atomic_load_explicit(&slot->head, memory_order_acquire);
        if (!busy || head - before > BRACKET_MAX) return head;
        if (i % YIELD_EVERY == 0) sched_yield();
    }
    *settled = false;
    return before;
}

static void close_block(struct writer *w) {
    if (!w->open) return;
    w->slot->core = w->block.core;
    w->slot->gil = w->block.gil;
    gs_outq_commit(w->drain->out, gs_block_close(&w->block));
    w->open = false;
}

static bool open_block(struct writer *w, const struct gs_event *first) {
    struct gs_slot *slot = w->slot;
    uint8_t *room = NULL;
    if (!w->full) room = gs_outq_room(w->drain->out, GS_BLOCK_MAX, GS_CONTROL_RESERVE);
    if (!room && !w->full && w->drain->flush) {
        w->drain->flush();
        room = gs_outq_room(w->drain->out, GS_BLOCK_MAX, GS_CONTROL_RESERVE);
    }
    if (!room) {
        w->full = true;
        return false;
    }
    slot->told = slot->reported + slot->unsent;
    gs_block_open(&w->block, room, slot, slot->told, first);
    w->open = true;
    return true;
}

/* Each block says anew where the thread is: one before it may be lost. */
static void repeat_site(struct writer *w, uint64_t ns) {
    const struct gs_event site = {ns, gs_meta_number(GS_MARK, w->slot->site_seen) | GS_MARK_SITE};
    if (w->slot->site_seen) gs_block_add(&w->block, &site);
}

static void write_event(struct writer *w, const struct gs_event *event) {
    if (w->open && gs_block_add(&w->block, event)) return;
    close_block(w);
    if (open_block(w, event)) {
        repeat_site(w, event->ns);
        gs_block_add(&w->block, event);
    } else
        w->slot->unsent++;
}

static void write_site(struct writer *w, const struct gs_event *event) {
    w->slot->site_seen = (uint32_t)(event->meta >> 4);
    if (w->open && !gs_block_add(&w->block, event)) close_block(w); /* the next block begins with it */
}

/* Events lost after the last one in the ring. */
static void note_lost(struct writer *w) {
    uint32_t dropped = atomic_load_explicit(&w->slot->dropped, memory_order_relaxed);
    if (dropped == w->slot->reported) return;
    close_block(w);
    w->slot->reported = dropped;
}

/* A block without events, only to say how many were lost. */
static void tell_lost(struct writer *w) {
    struct gs_slot *slot = w->slot;
    struct gs_event now = {.meta = gs_meta_number(GS_RELEASE_CPU, 0)};
    note_lost(w);
    if (slot->told == slot->reported + slot->unsent) return;
    close_block(w);
    uint32_t last = atomic_load_explicit(&slot->head, memory_order_relaxed) - 1;
    now.ns = slot->ring[last & slot->mask].ns;
    if (open_block(w, &now)) close_block(w);
}

static void drain_slot(const struct gs_drain *drain, struct gs_slot *slot, uint32_t head, uint64_t end_ns) {
    struct writer w = {.drain = drain, .slot = slot};
    if (end_ns) gs_calls_end(slot, drain->out, drain->flush, end_ns);
    else gs_calls_drain(slot, drain->out, drain->flush, drain->last);
    uint32_t tail = atomic_load_explicit(&slot->tail, memory_order_relaxed);
    while (tail != head) {
        const struct gs_event *event = &slot->ring[tail++ & slot->mask];
        if (gs_meta_kind(event->meta) == GS_MARK && gs_meta_flag(event->meta)) {
            write_site(&w, event);
        } else if (gs_meta_kind(event->meta) == GS_MARK) {
            close_block(&w);
            slot->site_seen = 0;
            slot->reported = (uint32_t)(event->meta >> 4);
        } else
            write_event(&w, event);
        if (tail % GS_BLOCK_EVENTS == 0) atomic_store_explicit(&slot->tail, tail, memory_order_release);
    }
    atomic_store_explicit(&slot->tail, tail, memory_order_release);
    if (end_ns) {
        note_lost(&w);
        write_event(&w, &(struct gs_event){end_ns, gs_meta(GS_END, false, GS_NO_CORE, 0)});
    } else if (drain->last)
        tell_lost(&w);
    close_block(&w);
}

bool gs_drain_all(const struct gs_drain *drain) {
    bool settled = true;
    struct gs_slot **link = gs_slots_adopt();
    while (*link) {
        struct gs_slot *slot = *link;
        /* In this order: when the end is seen, so is everything before it. */
        uint64_t end_ns = atomic_load_explicit(&slot->end_ns, memory_order_acquire);
        if (atomic_load_explicit(&slot->generation, memory_order_acquire) == drain->generation)
            drain_slot(drain, slot, settled_head(slot, &settled), end_ns);
        if (end_ns) gs_slots_retire(link);
        else link = &slot->next;
    }
    return settled;
}
