/* See glance.h. */
#define _GNU_SOURCE
#include "glance.h"

#include "clock.h"
#include "commands.h"
#include "encode.h"
#include "stream.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define WATCHES 64
#define WORDS 256 /* of a watch */
#define AT_ONCE 1024 /* so many the kernel reads (IOV_MAX) */
#define GUARDS 8
#define HEAD 16
#define ROW 20
#define IMMORTAL 1u
#define RECHECK_NS 1000000000u /* the agent looks for itself at least so often */
#define RESIZE_NS 100000000u   /* and so often when what sizes depend on has changed */

struct watch {
    uint32_t id; /* 0: free */
    uint32_t words, guards;
    struct gs_glance_word word[WORDS];
    uint64_t count_at, count_mask, immortal_from, guard_at, guard[GUARDS], size;
    bool guarded; /* `guard` holds what was there when the size was told */
};

static struct watch watches[WATCHES];
static _Atomic uint64_t every, agent_every; /* ns */
static _Atomic bool at_once;                 /* the agent is to look at the next round */
static uint64_t next, agent_next;

void gs_glance_open(void) {
    atomic_store(&every, 0);
    for (int i = 0; i < WATCHES; i++) watches[i].id = 0;
}

static struct watch *find(uint32_t id) {
    for (int i = 0; i < WATCHES; i++)
        if (watches[i].id == id) return &watches[i];
    return NULL;
}

#define ALL (WATCHES * (WORDS + 1 + GUARDS))
static struct iovec from[ALL]; /* words of all watches, then of each its count and guards */
static uint64_t before[ALL], after[ALL];

static void add(size_t *at, uint64_t address) { from[(*at)++] = (struct iovec){(void *)(uintptr_t)address, sizeof(uint64_t)}; }

/* How many words could be read; the next one is not there any more. */
static size_t read_words(size_t count, uint64_t *out) {
    for (size_t at = 0; at < count;) {
        size_t part = count - at < AT_ONCE ? count - at : AT_ONCE;
        struct iovec here = {out + at, part * sizeof *out};
        ssize_t got = process_vm_readv(getpid(), &here, 1, from + at, part, 0);
        if (got != (ssize_t)here.iov_len) return at + (got < 0 ? 0 : (size_t)got / sizeof *out);
        at += part;
    }
    return count;
}

/* From its first word on that the watch before it has not: they all come from `sys`, and mostly through one module. */
static uint32_t first_of(int i) {
    int other = i - 1;
    while (other >= 0 && !watches[other].id) other--;
    if (other < 0) return 0;
    const struct watch *mine = &watches[i], *its = &watches[other];
    uint32_t least = mine->words < its->words ? mine->words : its->words, same = 0;
    while (same < least && memcmp(&mine->word[same], &its->word[same], sizeof *mine->word) == 0) same++;
    return same;
}

/* Words lead to their objects, before and after counts are read. Otherwise the first watch of which that is not so is forgotten. */
static bool look(size_t *words) {
    size_t at = 0;
    for (int i = 0; i < WATCHES; i++)
        for (uint32_t w = watches[i].id ? first_of(i) : WORDS; w < watches[i].words; w++) add(&at, watches[i].word[w].address);
    size_t all = *words = at;
    for (int i = 0; i < WATCHES; i++) {
        if (!watches[i].id) continue;
        add(&all, watches[i].count_at);
        for (uint32_t g = 0; g < watches[i].guards; g++) add(&all, watches[i].guard_at + g * sizeof(uint64_t));
    }
    size_t first = read_words(all, before), second = first == all ? read_words(*words, after) : 0;
    at = 0;
    for (int i = 0; i < WATCHES; i++) {
        for (uint32_t w = watches[i].id ? first_of(i) : WORDS; w < watches[i].words; w++, at++) {
            const struct gs_glance_word *word = &watches[i].word[w];
            if (at < first && at < second && (before[at] & word->mask) == word->expected && (after[at] & word->mask) == word->expected) continue;
            watches[i].id = 0;
            return false;
        }
    }
    return first == all && second == *words;
}

/* False when the agent is to look for itself. */
static bool round_without(uint64_t now) {
    uint8_t payload[HEAD + WATCHES * ROW], *out = payload + HEAD;
    uint32_t rows = 0;
    size_t at;
    bool resized = false;
    if (!look(&at)) return false;
    for (int i = 0; i < WATCHES; i++) {
        struct watch *watch = &watches[i];
        if (!watch->id) continue;
        uint64_t count = before[at++] & watch->count_mask;
        size_t bytes = watch->guards * sizeof(uint64_t);
        if (!watch->guarded) memcpy(watch->guard, before + at, bytes);
        else if (memcmp(watch->guard, before + at, bytes) != 0) resized = true;
        watch->guarded = true;
        at += watch->guards;
        bool immortal = count >= watch->immortal_from;
        gs_le(out, watch->id, 2);
        gs_le(out + 2, immortal ? IMMORTAL : 0, 2);
        gs_le(out + 4, immortal ? 0 : count, 8);
        gs_le(out + 12, watch->size, 8);
        out += ROW;
        rows++;
    }
    if (resized && agent_next > now + RESIZE_NS) agent_next = now + RESIZE_NS;
    gs_le(payload, now, 8);
    gs_le(payload + 8, gs_monotonic() - now, 4);
    gs_le(payload + 12, rows, 4);
    if (rows) gs_stream_post(GS_F_REFCOUNT, payload, (size_t)(out - payload));
    return true;
}

uint64_t gs_glance_tick(uint64_t now) {
    uint64_t pace = atomic_load(&every);
    if (!pace) return UINT64_MAX;
    if (next > now + pace) next = now; /* it is to be faster than before */
    if (next > now) return next;
    next = next + pace > now ? next + pace : now + pace; /* what was missed is not made up for */
    if (!atomic_exchange(&at_once, false) && now < agent_next && round_without(now)) return next;
    gs_commands_call(NULL, 1);
    uint64_t later = atomic_load(&agent_every);
    agent_next = now + (later > pace ? later : pace) - pace / 2;
    return next;
}

/* ---- the door ---- */

void gs_glance_pace(uint32_t us, uint32_t agent_us) {
    atomic_store(&agent_every, agent_us * 1000ull < RECHECK_NS ? agent_us * 1000ull : RECHECK_NS);
    atomic_store(&every, us * 1000ull);
}

void gs_glance_hurry(void) { atomic_store(&at_once, true); }

int gs_glance_known(uint32_t id) { return id && find(id) != NULL; }

void gs_glance_size(uint32_t id, uint64_t size) {
    struct watch *watch = find(id);
    if (!watch) return;
    watch->guarded = watch->guarded && watch->size == size;
    watch->size = size;
}

int gs_glance_learn(uint32_t id, const struct gs_glance *object, const struct gs_glance_word *words, uint32_t count) {
    struct watch *watch = find(id) ? find(id) : find(0);
    if (!id || !watch || count > WORDS || object->guards > GUARDS) return GS_ERR_STATE;
    *watch = (struct watch){.id = id, .words = count, .guards = (uint32_t)object->guards, .count_at = object->count_at, .count_mask = object->count_mask,
                            .immortal_from = object->immortal_from, .guard_at = object->guard_at, .size = object->size};
    memcpy(watch->word, words, count * sizeof *words);
    return GS_OK;
}

void gs_glance_forget(uint32_t id) {
    struct watch *watch = id ? find(id) : NULL;
    if (watch) watch->id = 0;
}
