/*
 * Tests of the function trace's stack, sums and records, against a model that does it the simple way. No interpreter; times are made up. Built by
 * run.mjs with the sanitizers, from the tracer's own sources.
 */
#define _GNU_SOURCE
#include "../src/calls_hot.h"
#include "../src/encode.h"
#include "../src/slots.h"
#include "../src/stream.h"
#include "check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS 40
#define DEEPEST 60
#define STEPS 300000
#define ROUNDS 200000

/* stream.c's part, which is not linked here. */
static struct gs_outq out;
_Atomic uint32_t gs_wake_word;
void gs_wake_consumer(void) {}
bool gs_running_here(void) { return true; }
void gs_stream_with_queue(void (*act)(struct gs_outq *, void (*)(void), uint32_t), int timeout_ms) {
    (void)timeout_ms;
    act(&out, NULL, atomic_load(&gs_live));
}

/* ---- reading back ---- */

struct row {
    uint64_t calls, own[3], total[3];
};
static struct row told[GS_FUNCTIONS_MAX * 2];
static uint64_t told_from, told_until, records[5], broken;
static uint32_t dropped;
static int open_calls;
static uint64_t last_ns;

static uint64_t varint(const uint8_t **at) {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
        uint8_t byte = *(*at)++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
    }
}

static void read_tally(const uint8_t *p) {
    const uint8_t *at = p + 32;
    if (gs_from_le(p + 8, 8) < told_until) broken++;
    if (!told_from) told_from = gs_from_le(p + 8, 8);
    told_until = gs_from_le(p + 16, 8);
    for (uint64_t rows = gs_from_le(p + 24, 4); rows; rows--) {
        struct row *row = &told[varint(&at)];
        row->calls += varint(&at);
        for (int i = 0; i < 3; i++) row->own[i] += varint(&at);
        for (int i = 0; i < 3; i++) row->total[i] += varint(&at);
    }
}

/* Calls that are told open close from within, and nothing else closes. */
static void read_calls(const uint8_t *p) {
    const uint8_t *at = p + 24;
    uint64_t ns = gs_from_le(p + 16, 8);
    dropped = (uint32_t)gs_from_le(p + 8, 4);
    for (uint64_t count = gs_from_le(p + 12, 4); count; count--) {
        uint8_t kind = *at++;
        ns += varint(&at);
        broken += ns < last_ns;
        last_ns = ns;
        records[kind]++;
        if (kind == GS_R_FORGET) {
            open_calls = 0;
            continue;
        }
        int depth = (int)varint(&at);
        if (kind == GS_R_OPEN) broken += depth != open_calls++;
        else if (kind == GS_R_CLOSE) broken += depth != --open_calls;
        else broken += depth < open_calls;
        if (kind == GS_R_CLOSE) continue;
        varint(&at);
        broken += varint(&at) > ns;
    }
}

static void read_all(void) {
    while (gs_outq_used(&out)) {
        const uint8_t *frame = out.bytes + out.start;
        size_t length = (size_t)gs_from_le(frame, 4);
        if (frame[4] == GS_F_TALLY) read_tally(frame + GS_FRAME_HEADER);
        if (frame[4] == GS_F_CALLS) read_calls(frame + GS_FRAME_HEADER);
        gs_outq_taken(&out, GS_FRAME_HEADER + length);
    }
}

/* ---- a thread ---- */

static struct gs_calls *begin(struct gs_slot **slot) {
    gs_calls_off();
    memset(told, 0, sizeof told);
    memset(records, 0, sizeof records);
    told_from = told_until = last_ns = broken = 0;
    open_calls = 0;
    gs_outq_taken(&out, gs_outq_used(&out));
    gs_calls_on();
    *slot = gs_slot();
    gs_slots_adopt();
    struct gs_calls *calls = gs_calls_of(*slot);
    calls->epoch = calls->trace;
    calls->last = calls->told = 1000000;
    return calls;
}

/* Low bits of a function's address are free. */
static void enter_as(struct gs_calls *calls, uintptr_t address, uint32_t key, uint64_t now) {
    uint32_t entry = gs_calls_find(calls, address, key);
    if (!entry && (entry = gs_calls_add(calls, address, key))) calls->function[entry].site = key;
    gs_calls_spend(calls, now);
    calls->function[entry].calls++;
    gs_calls_push(calls, entry);
}

static void enter(struct gs_calls *calls, uint32_t key, uint64_t now) { enter_as(calls, (uintptr_t)key << 2, key, now); }
static void leave(struct gs_calls *calls, uint32_t key, uint64_t now) { gs_calls_leave(calls, (uintptr_t)key << 2, now); }

/* ---- sums against the model ---- */

static struct row model[KEYS + 1];

static void model_spends(const uint32_t *stack, int depth, int has, uint64_t spent) {
    bool seen[KEYS + 1] = {true};
    model[depth ? stack[depth - 1] : 0].own[has] += spent;
    if (!depth) model[0].total[has] += spent;
    for (int i = 0; i < depth; i++) {
        if (!seen[stack[i]]) model[stack[i]].total[has] += spent;
        seen[stack[i]] = true;
    }
}

static void sums(unsigned seed) {
    struct gs_slot *slot;
    struct gs_calls *calls = begin(&slot);
    uint64_t now = calls->last;
    uint32_t stack[DEEPEST];
    int depth = 0, has = GS_HOLDS;
    memset(model, 0, sizeof model);
    srand(seed);
    for (int step = 0; step < STEPS; step++) {
        uint64_t spent = (uint64_t)rand() % 3000 + (rand() % 500 == 0 ? 1000000u : 0);
        int what = rand() % 100;
        now += spent;
        model_spends(stack, depth, has, spent);
        if (has != GS_HOLDS) {
            if (has == GS_FREE && what < 50) {
                gs_calls_asked(calls, now);
                has = GS_WAITS;
            } else if (what < 80) {
                gs_calls_taken(calls, now);
                has = GS_HOLDS;
            } else {
                gs_calls_account(calls, now);
                gs_calls_tally(slot, &out);
            }
        } else if (what < 45 && depth < DEEPEST) {
            stack[depth] = 1 + (uint32_t)rand() % KEYS;
            model[stack[depth]].calls++;
            enter(calls, stack[depth++], now);
        } else if (what < 90 && depth) {
            int levels = rand() % 50 == 0 ? 1 + rand() % depth : 1; /* as when ends are not told */
            uint32_t key = stack[depth - levels];
            while (stack[depth - 1] != key) depth--;
            depth--;
            leave(calls, key, now);
        } else if (what < 95) {
            gs_calls_dropped(calls, now);
            has = GS_FREE;
        } else if (what < 96) {
            leave(calls, KEYS + 5, now); /* never begun */
            gs_calls_tick();
            now = calls->last > now ? (model_spends(stack, depth, has, calls->last - now), calls->last) : now;
        }
        if (step % 1000 == 0) {
            gs_calls_drain(slot, &out, NULL, false);
            read_all();
        }
    }
    CHECK(calls->depth == (uint32_t)depth, "the stack is as deep as the model's");
    gs_calls_account(calls, now);
    gs_calls_tally(slot, &out);
    gs_calls_drain(slot, &out, NULL, true);
    read_all();
    uint64_t all = 0;
    for (int key = 0; key <= KEYS; key++)
        for (int i = 0; i < 3; i++) all += told[key].own[i];
    CHECK(memcmp(told, model, sizeof model) == 0, "sums of functions are the model's, to the nanosecond");
    CHECK(all == told_until - told_from, "own times add up to the time");
    CHECK(records[GS_R_CALL] > 1000 && broken == 0, "records make sense");
    CHECK(dropped == 0, "nothing was lost");
}

/* ---- losses ---- */

static void losses(void) {
    struct gs_slot *slot;
    struct gs_calls *calls = begin(&slot);
    uint64_t now = calls->last;
    for (uint32_t key = 1; key <= 20; key++) enter(calls, key, now += 100);
    now += 60000000;
    gs_calls_account(calls, now);
    for (int i = 0; i < 20; i++, calls->announced++) gs_calls_record(calls, GS_R_OPEN, (uint32_t)i, (uint32_t)i + 1, 60000000);
    for (int i = 0; i < 20000; i++) {
        enter(calls, 30, now += 100);
        leave(calls, 30, now += 20000);
    }
    for (uint32_t key = 20; key > 12; key--) leave(calls, key, now += 100);
    CHECK(atomic_load(&calls->dropped) > 10000, "what does not fit is counted");
    gs_calls_drain(slot, &out, NULL, false);
    read_all();
    CHECK(records[GS_R_OPEN] == 20 && records[GS_R_CLOSE] == 8 && open_calls == 12, "there is room kept for ends of open calls");
    for (int round = 0; round < 3000; round++) { /* no drain: the last room goes, too */
        gs_calls_account(calls, now += 60000000);
        if (calls->announced < calls->depth && gs_calls_record(calls, GS_R_OPEN, calls->announced, 1, 1)) calls->announced++;
        enter(calls, 40, now);
        gs_calls_account(calls, now += 60000000);
        if (calls->announced + 1 == calls->depth && gs_calls_record(calls, GS_R_OPEN, calls->announced, 1, 1)) calls->announced++;
        leave(calls, 40, now += 10);
        gs_calls_record(calls, GS_R_CALL, 0x7fff, 1, 1);
    }
    for (int i = 0; i < 20000 && !calls->forget; i++) {
        calls->announced = calls->depth;
        enter(calls, 41, now += 10);
        calls->announced++;
        leave(calls, 41, now += 10);
    }
    CHECK(calls->forget && calls->announced == 0, "an end that is lost makes the rest untrue");
    gs_calls_drain(slot, &out, NULL, false);
    gs_outq_taken(&out, gs_outq_used(&out));
    open_calls = 5;
    broken = 0;
    enter(calls, 42, now += 10);
    leave(calls, 42, now += 20000);
    gs_calls_drain(slot, &out, NULL, true);
    memset(records, 0, sizeof records);
    last_ns = 0;
    read_all();
    CHECK(records[GS_R_FORGET] == 1 && records[GS_R_CALL] == 1 && open_calls == 0 && broken == 0, "which is told before anything else");
    CHECK(dropped == atomic_load(&calls->dropped), "the losses are told");
}

static void limits(void) {
    struct gs_slot *slot;
    struct gs_calls *calls = begin(&slot);
    uint64_t now = calls->last, calls_made = 0;
    for (uint32_t key = 1; key < GS_FUNCTIONS_MAX + 1000; key++) {
        enter(calls, key, now += 10);
        leave(calls, key, now += 10);
    }
    CHECK(calls->depth == 0, "functions beyond the table end, too");
    calls->last = now;
    enter(calls, 7, now);
    gs_calls_tick();
    CHECK(calls->functions == 2, "what is on no stack makes room");
    enter(calls, 9999, calls->last + 10);
    CHECK(gs_calls_top(calls)->key == 9999 << 2 && gs_calls_find(calls, 7 << 2, 7) == 1, "and what is stays");
    leave(calls, 9999, calls->last + 10);
    leave(calls, 7, calls->last + 10);
    for (uint32_t i = 0; i < GS_STACK_MAX + 5000; i++) enter(calls, 5, calls->last + 1);
    CHECK(calls->deeper > 0 && calls->depth == GS_STACK_MAX - 1, "deeper calls are only counted");
    gs_calls_tick();
    for (uint32_t i = 0; i < GS_STACK_MAX + 5000; i++) leave(calls, 5, calls->last + 1);
    CHECK(calls->depth == 0 && calls->deeper == 0, "and end");
    gs_calls_tick();
    gs_calls_drain(slot, &out, NULL, true);
    read_all();
    for (uint32_t key = 0; key < GS_FUNCTIONS_MAX * 2; key++) calls_made += told[key].calls;
    CHECK(calls_made == GS_FUNCTIONS_MAX + 999 + 2 + GS_STACK_MAX + 5000, "every call is counted");
    gs_calls_off();
    CHECK(calls->trace == 0 && calls->functions == 0, "afterwards its memory is given back");
}

/* The program's function 3 calls 4 of ours, which calls 5, and then 7, the program's again. */
static void own(void) {
    struct gs_slot *slot;
    struct gs_calls *calls = begin(&slot);
    uint64_t start = calls->last, length = 10 * GS_CALL_MIN_NS;
    enter(calls, 3, start + 10);
    enter_as(calls, 4 << 2 | GS_OWN, 4, calls->last + 20);
    enter_as(calls, 5 << 2 | GS_OWN, 5, calls->last + 30);
    gs_calls_account(calls, calls->last + 60000000);
    gs_calls_tick();
    leave(calls, 5, calls->last + 40);
    leave(calls, 4, calls->last + 50);
    enter(calls, 7, calls->last);
    leave(calls, 7, calls->last + length);
    leave(calls, 3, calls->last + 1000);
    uint64_t until = calls->last;
    gs_calls_off();
    read_all();
    const struct row *outside = &told[0], *around = &told[3], *after = &told[7];
    CHECK(told[4].calls + told[5].calls + told[4].total[GS_HOLDS] + told[5].total[GS_HOLDS] == 0, "nobody is told of our own functions");
    CHECK(around->calls == 1 && around->own[GS_HOLDS] == 1020 && after->own[GS_HOLDS] == length, "the program's around and after them are told");
    CHECK(outside->own[GS_HOLDS] + around->own[GS_HOLDS] + after->own[GS_HOLDS] >= until - start, "our time is outside of all functions");
    CHECK(records[GS_R_CALL] == 1 && records[GS_R_OPEN] == 1 && records[GS_R_CLOSE] == 1, "and is not drawn");
}

static void ended(void) {
    struct gs_slot *slot;
    struct gs_calls *calls = begin(&slot);
    enter(calls, 3, calls->last + 10);
    gs_calls_dropped(calls, calls->last + 40);
    atomic_store(&slot->end_ns, calls->last + 100);
    gs_calls_off();
    read_all();
    CHECK(told[3].calls == 1 && told[3].own[GS_HOLDS] == 40 && told[3].own[GS_FREE] == 100, "a thread that ended just before the trace is told");
    atomic_store(&slot->end_ns, 0);
}

/* ---- bytes ---- */

/* The records of the golden file's first CALLS frame, put into a ring and taken out, are its bytes again. */
static void golden(const char *beside) {
    static uint8_t file[65536];
    char path[4096];
    snprintf(path, sizeof path, "%.*s/python-functions.bin", (int)(strrchr(beside, '/') - beside), beside);
    FILE *stream = fopen(path, "rb");
    size_t bytes = stream ? fread(file, 1, sizeof file, stream) : 0;
    if (stream) fclose(stream);
    const uint8_t *frame = file;
    while (frame + GS_FRAME_HEADER < file + bytes && frame[4] != GS_F_CALLS) frame += GS_FRAME_HEADER + gs_from_le(frame, 4);
    size_t length = GS_FRAME_HEADER + (size_t)gs_from_le(frame, 4);
    CHECK(bytes && frame + length <= file + bytes, "the golden file is there");
    if (!bytes || frame + length > file + bytes) return;

    struct gs_slot *slot;
    struct gs_calls *calls = begin(&slot);
    const uint8_t *head = frame + GS_FRAME_HEADER, *at = head + 24;
    slot->serial = (uint32_t)gs_from_le(head, 4);
    slot->tid = (uint32_t)gs_from_le(head + 4, 4);
    atomic_store(&calls->dropped, (uint32_t)gs_from_le(head + 8, 4));
    calls->last = gs_from_le(head + 16, 8);
    for (uint64_t count = gs_from_le(head + 12, 4); count; count--) {
        enum gs_record_kind kind = *at++;
        calls->last += varint(&at);
        uint32_t depth = kind == GS_R_FORGET ? 0 : (uint32_t)varint(&at);
        bool whole = kind == GS_R_CALL || kind == GS_R_OPEN;
        uint32_t site = whole ? (uint32_t)varint(&at) : 0;
        gs_calls_record(calls, kind, depth, site, whole ? varint(&at) : 0);
    }
    gs_outq_taken(&out, gs_outq_used(&out)); /* the STATE that a trace begins with */
    gs_calls_drain(slot, &out, NULL, false);
    CHECK(gs_outq_used(&out) == length && memcmp(out.bytes + out.start, frame, length) == 0, "a CALLS frame has the golden bytes");
}

/* ---- the ring, from two threads ---- */

static _Atomic bool done;
static struct gs_slot *shared;

static void *produce(void *unused) {
    (void)unused;
    struct gs_calls *calls = atomic_load(&shared->calls);
    for (int i = 0; i < ROUNDS; i++) {
        calls->last += 5;
        gs_calls_record(calls, GS_R_CALL, 3, (uint32_t)i, 5);
    }
    atomic_store(&done, true);
    return NULL;
}

static void ring(void) {
    struct gs_calls *calls = begin(&shared);
    pthread_t thread;
    pthread_create(&thread, NULL, produce, NULL);
    do {
        gs_calls_drain(shared, &out, NULL, false);
        read_all();
    } while (!atomic_load(&done));
    pthread_join(thread, NULL);
    gs_calls_drain(shared, &out, NULL, true);
    read_all();
    CHECK(records[GS_R_CALL] + dropped == ROUNDS && broken == 0, "what is read and what is lost is all there was");
    CHECK(atomic_load(&calls->dropped) == dropped, "losses are told");
}

int main(int count, char **arguments) {
    gs_outq_open(&out, 64u << 20);
    gs_slots_setup();
    gs_slots_open(256);
    atomic_store(&gs_live, 2);
    for (unsigned seed = 1; seed <= 4; seed++) sums(seed);
    losses();
    limits();
    if (count > 1) golden(arguments[1]);
    own();
    ended();
    ring();
    return counted();
}
