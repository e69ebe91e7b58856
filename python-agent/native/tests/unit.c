/*
 * Tests of the tracer's parts that need no interpreter: encoding, rings, draining under load, patching of this very
 * program. Built by run.mjs with the sanitizers, from the tracer's own sources. Argument: the golden file.
 */
#define _GNU_SOURCE
#include "../src/clock.h"
#include "../src/drain.h"
#include "../src/elf_patch.h"
#include "../src/encode.h"
#include "../src/gils.h"
#include "../src/impatient.h"
#include "../src/slots.h"
#include "../src/stream.h"
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* stream.c's part, which is not linked here. */
_Atomic uint32_t gs_wake_word;
static _Atomic int wakes;
void gs_wake_consumer(void) { atomic_fetch_add(&wakes, 1); }
bool gs_running_here(void) { return true; }
static struct gs_outq traced; /* for the function trace, whose tests have no consumer */
void gs_stream_with_queue(void (*act)(struct gs_outq *, void (*)(void), uint32_t), int timeout_ms) {
    (void)timeout_ms;
    act(&traced, NULL, atomic_load(&gs_live));
}

/* --- reading back --- */

struct seen {
    uint32_t serial, dropped, ends, blocks;
    uint64_t events, last_ns, number;
};
static struct seen seen[4096];
static uint64_t late, disorder;

static uint64_t read_varint(const uint8_t **at) {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
        uint8_t byte = *(*at)++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
    }
}

static void read_block(const uint8_t *p, uint64_t watermark) {
    struct seen *s = &seen[gs_from_le(p, 4) % 4096];
    uint64_t ns = gs_from_le(p + 16, 8), count = gs_from_le(p + 24, 4);
    const uint8_t *at = p + GS_BLOCK_HEADER;
    s->serial = (uint32_t)gs_from_le(p, 4);
    s->dropped = (uint32_t)gs_from_le(p + 8, 4);
    s->blocks++;
    for (uint64_t i = 0; i < count; i++) {
        uint8_t head = *at++;
        ns += read_varint(&at);
        if (head & 0x20) read_varint(&at);
        if (head & 0x40) read_varint(&at);
        if ((head & 7) == GS_RELEASE_CPU) {
            uint64_t number = read_varint(&at);
            disorder += number <= s->number;
            s->number = number;
        }
        late += ns <= watermark;
        disorder += ns < s->last_ns;
        s->last_ns = ns;
        if ((head & 7) == GS_END) s->ends++;
        else s->events++;
    }
}

static void read_all(struct gs_outq *out, uint64_t watermark) {
    while (gs_outq_used(out)) {
        const uint8_t *frame = out->bytes + out->start;
        size_t length = (size_t)gs_from_le(frame, 4);
        if (frame[4] == GS_F_EVENTS) read_block(frame + GS_FRAME_HEADER, watermark);
        gs_outq_taken(out, GS_FRAME_HEADER + length);
    }
}

/* --- encoding --- */

static void varints(void) {
    static const struct { uint64_t value; const char *bytes; int length; } cases[] = {
        {0, "\x00", 1}, {127, "\x7f", 1}, {128, "\x80\x01", 2}, {300, "\xac\x02", 2}, {16384, "\x80\x80\x01", 3},
        {UINT64_MAX, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t out[16];
        long length = gs_varint(out, cases[i].value) - out;
        CHECK(length == cases[i].length && memcmp(out, cases[i].bytes, (size_t)length) == 0, "varint");
    }
}

/* The events that golden/native-events.json describes; the file holds the bytes and what they mean. */
static size_t golden_block(uint8_t *out) {
    static const struct gs_event events[] = {
        {1000000000000000123u, (uint64_t)GS_TAKE | 1u << 3 | 1u << 4},
        {1000000000000005123u, (uint64_t)GS_DROP | 1u << 3 | (uint64_t)GS_NO_CORE << 4},
        {1000000000002005123u, (uint64_t)GS_RELEASE_CPU | 1500000u << 4},
        {1000000000002005123u, (uint64_t)GS_WAIT | 2u << 4},
        {1000000000007105123u, (uint64_t)GS_REQUEST | (uint64_t)GS_NO_CORE << 4},
        {1000000000007305123u, (uint64_t)GS_TAKE | 1u << 3 | 2u << 4},
        {1000000000007305223u, (uint64_t)GS_DROP | (uint64_t)GS_NO_CORE << 4},
        {1000000000007305323u, (uint64_t)GS_SWITCH_WAIT | (uint64_t)GS_NO_CORE << 4},
        {1000000000007306323u, (uint64_t)GS_TAKE | 300u << 4 | (uint64_t)7 << 20},
        {1000000000007306450u, (uint64_t)GS_DROP | 1u << 3 | (uint64_t)GS_NO_CORE << 4 | (uint64_t)7 << 20},
        {1000000003007306450u, (uint64_t)GS_END | (uint64_t)GS_NO_CORE << 4},
    };
    struct gs_slot *slot = gs_ring_map(16);
    struct gs_block block;
    slot->serial = 3;
    slot->tid = 4242;
    gs_block_open(&block, out, slot, 5, &events[0]);
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) gs_block_add(&block, &events[i]);
    gs_ring_unmap(slot);
    return gs_block_close(&block);
}

static void golden(const char *path) {
    uint8_t frame[GS_BLOCK_HEADER + 1024];
    char hex[2048] = "\"frame\": \"", text[16384];
    size_t at = strlen(hex), length = golden_block(frame);
    for (size_t i = 0; i < length; i++) at += (size_t)sprintf(hex + at, "%02x", frame[i]);
    strcpy(hex + at, "\"");
    FILE *file = fopen(path, "r");
    size_t got = file ? fread(text, 1, sizeof text - 1, file) : 0;
    text[got] = 0;
    if (file) fclose(file);
    CHECK(got > 0, "the golden file is there");
    CHECK(strstr(text, hex) != NULL, "an EVENTS frame has the golden bytes");
    if (!strstr(text, hex)) printf("# %s\n", hex);
}

/* --- rings --- */

static void open_session(uint32_t generation, uint32_t capacity) {
    memset(seen, 0, sizeof seen);
    late = disorder = 0;
    gs_slots_open(capacity);
    atomic_store(&gs_live, generation);
}

static void overflow_is_counted(void) {
    struct gs_outq out;
    gs_outq_open(&out, 4u << 20);
    open_session(10, 64);
    struct gs_slot *slot = gs_slot();
    struct gs_drain drain = {.out = &out, .generation = 10};
    const uint32_t each = 200, rounds = 5;
    for (uint32_t r = 0; r < rounds; r++) {
        for (uint32_t i = 0; i < each; i++) gs_push(slot, gs_monotonic(), gs_meta(GS_TAKE, false, 0, 0));
        drain.last = r == rounds - 1;
        gs_drain_all(&drain);
        read_all(&out, 0);
        if (r == 1) CHECK(seen[slot->serial % 4096].dropped == each - 64, "the next events after a loss tell of it");
    }
    const struct seen *s = &seen[slot->serial % 4096];
    CHECK(s->events >= 64 && s->events < each * rounds, "a full ring loses events");
    CHECK(s->events + s->dropped == each * rounds, "captured and dropped make all");
    CHECK(s->blocks >= rounds, "a loss begins a new block");
    atomic_store(&gs_live, GS_OFF);
    gs_outq_close(&out);
}

static void full_queue_is_counted(void) {
    struct gs_outq out;
    gs_outq_open(&out, 512u << 10); /* with the control reserve: room for two blocks or so */
    open_session(11, 1u << 16);
    struct gs_slot *slot = gs_slot();
    struct gs_drain drain = {.out = &out, .generation = 11};
    const uint32_t total = 60000;
    for (uint32_t i = 0; i < total; i++) gs_push(slot, gs_monotonic() + i * 1000000ull, gs_meta(GS_WAIT, false, i & 1, 0));
    CHECK(gs_drain_all(&drain), "a drain into a full queue still settles");
    read_all(&out, 0);
    drain.last = true;
    gs_drain_all(&drain);
    read_all(&out, 0);
    const struct seen *s = &seen[slot->serial % 4096];
    CHECK(s->dropped > 0 && s->events + s->dropped == total, "what the queue has no room for is counted as dropped");
    atomic_store(&gs_live, GS_OFF);
    gs_outq_close(&out);
}

/* --- many threads against one consumer --- */

#define STRESS_EVENTS 20000
#define STRESS_THREADS 24

static void *produce(void *given) {
    uint64_t *pushed = given;
    for (int i = 0; i < STRESS_EVENTS; i++) {
        struct gs_slot *slot = gs_slot();
        gs_begin(slot);
        gs_push(slot, gs_monotonic(), gs_meta_number(GS_RELEASE_CPU, (uint64_t)i + 1));
        gs_end(slot);
        ++*pushed;
        if (i % 512 == 0) sched_yield();
    }
    return NULL;
}

static void drain_under_load(void) {
    struct gs_outq out;
    gs_outq_open(&out, 32u << 20);
    open_session(12, 4096);
    pthread_t threads[4];
    static uint64_t pushed[STRESS_THREADS];
    struct gs_drain drain = {.out = &out, .generation = 12};
    uint64_t watermark = 0, marks = 0;
    for (int batch = 0; batch < STRESS_THREADS; batch += 4) {
        for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, produce, &pushed[batch + i]);
        for (int round = 0; round < 60; round++) {
            uint64_t mark = gs_monotonic() - 1000000;
            bool settled = gs_drain_all(&drain);
            read_all(&out, watermark);
            if (settled) watermark = mark, marks++;
            usleep(200);
        }
        for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    }
    drain.last = true;
    gs_drain_all(&drain);
    read_all(&out, watermark);
    uint64_t events = 0, dropped = 0, ends = 0, total = 0;
    for (int i = 0; i < 4096; i++) events += seen[i].events, dropped += seen[i].dropped, ends += seen[i].ends;
    for (int i = 0; i < STRESS_THREADS; i++) total += pushed[i];
    CHECK(events + dropped == total && total == (uint64_t)STRESS_EVENTS * STRESS_THREADS, "every event is captured or counted");
    CHECK(ends == STRESS_THREADS, "every thread's end is told, even with a full ring");
    CHECK(disorder == 0, "order is kept within each thread");
    CHECK(marks > 10 && late == 0, "no event comes after a watermark that covers it");
    atomic_store(&gs_live, GS_OFF);
    gs_slots_close();
    gs_outq_close(&out);
}

static void forked_child(void) {
    open_session(13, 1024);
    CHECK(gs_slot() != NULL, "a slot in the parent");
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        atomic_store(&gs_live, GS_OFF);
        gs_slots_child(true);
        bool inert = gs_slot() == NULL;
        gs_slots_open(1024);
        atomic_store(&gs_live, 14);
        struct gs_slot *slot = gs_slot();
        _exit(inert && slot && *gs_slots_adopt() == slot && !slot->next ? 0 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    CHECK(status == 0, "a forked child records nothing, and can begin afresh");
    atomic_store(&gs_live, GS_OFF);
}

/* --- patching --- */

static pid_t forty_two(void) { return 42; }

static void patching(void) {
    struct gs_object object;
    struct gs_hook hooks[] = {{.name = "getppid", .replacement = (void *)forty_two}, {.name = "no_such_import"}};
    pid_t real = getppid();
    CHECK(gs_object_of(&object, (void *)patching), "the object of an address");
    CHECK(gs_hooks_find(&object, hooks, 2) == 1 && hooks[0].count > 0 && hooks[1].count == 0, "finds imports by name");
    CHECK(gs_hooks_install(&object, hooks, 1) && getppid() == 42, "a call goes to the hook");
    CHECK(gs_hooks_install(&object, hooks, 1) && getppid() == 42, "installing twice changes nothing");
    CHECK(gs_hooks_remove(&object, hooks, 1) && getppid() == real, "and back to the real function");
    CHECK(!gs_object_of(&object, (void *)&real), "a stack address belongs to no object");
}

static void gil_table(void) {
    static struct { long before[4], number; char cond[88], switch_cond[48]; } a = {.number = 5}, b;
    uintptr_t ca = (uintptr_t)a.cond, cb = (uintptr_t)b.cond;
    gs_switch_distance = 88;
    gs_gils_open(ca, 1);
    CHECK(gs_gil_of(a.cond, NULL) == &gs_gils[0] && gs_gil_of(a.switch_cond, NULL) == &gs_gils[0], "both conditions name the GIL");
    CHECK(gs_gil_of(b.cond, &gs_gils[0]) == NULL && gs_gil_count_now(&gs_gils[0]) == 5, "others do not; the count is read");
    gs_gil_maybe_born(cb + 80, cb);
    CHECK(gs_gil_of(b.cond, NULL) == NULL, "another distance is no GIL");
    gs_gil_maybe_born(cb + 88, cb);
    struct gs_gil *second = gs_gil_of(b.cond, NULL);
    CHECK(second && second->id == 1, "a new GIL gets the next id");
    atomic_store(&second->since, 9);
    gs_gil_maybe_gone(cb);
    struct gs_gone gone;
    CHECK(gs_gils_next_gone(&gone) && gone.id == 1 && !gs_gils_next_gone(&gone) && !gs_gil_of(b.cond, NULL), "and goes once");
    gs_gil_maybe_born(cb + 88, cb);
    CHECK(gs_gil_of(b.cond, NULL)->id == 2, "ids are never used again");
    atomic_store(&gs_gil_of(b.cond, NULL)->since, 10);
    gs_gil_maybe_born(cb, ca);
    CHECK(!gs_gil_of(b.cond, NULL) && gs_gils_next_gone(&gone) && gone.id == 2, "memory of a GIL that is used anew ends it");
    gs_gil_maybe_born(cb + 88, cb);
    CHECK(gs_gil_of(b.cond, NULL)->id == 3, "and begins the next");
    for (uintptr_t i = 1; i <= 2 * GS_GIL_MAX; i++) gs_gil_maybe_born(i * 4096 + 88, i * 4096);
    CHECK(gs_gil_of(a.cond, NULL) == &gs_gils[0] && gs_gil_of((void *)(2 * GS_GIL_MAX * 4096ul), NULL), "a full table keeps GIL 0 and the newest");
    gs_gils_open(ca, 1);
    gs_gil_maybe_born(cb + 88, cb);
    atomic_store(&gs_gils[1].cond, 4096 * 3 + 16);
    CHECK(gs_gil_count_now(&gs_gils[1]) == 0, "a GIL whose memory is gone is no crash");
}

/* --- impatience: as take_gil and drop_gil call it --- */

static pthread_mutex_t gil_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gil_cond = PTHREAD_COND_INITIALIZER;
static bool locked = true;

static void *newcomer(void *result) {
    struct timespec far = {.tv_sec = 1ll << 40};
    int last = 0;
    gs_impatient = true;
    pthread_mutex_lock(&gil_mutex);
    while (locked) last = gs_timedwait(&gil_cond, &gil_mutex, &far);
    locked = true;
    pthread_mutex_unlock(&gil_mutex);
    *(int *)result = last;
    return NULL;
}

static void impatience(void) {
    pthread_t thread;
    int result = 0;
    pthread_create(&thread, NULL, newcomer, &result);
    bool given = false, in_child = true;
    while (!given) {
        pthread_mutex_lock(&gil_mutex);
        if (atomic_load(&gs_favoured) && in_child) {
            pid_t child = fork();
            if (child == 0) {
                bool nobody = !gs_signal_favoured(&gil_cond) && atomic_load(&gs_favoured) == 0;
                _exit(nobody ? 0 : 1);
            }
            int status = -1;
            waitpid(child, &status, 0);
            CHECK(status == 0, "a forked child has nobody to favour");
            in_child = false;
        }
        locked = false;
        given = gs_signal_favoured(&gil_cond);
        if (!given) locked = true;
        pthread_mutex_unlock(&gil_mutex);
    }
    pthread_join(thread, NULL);
    CHECK(result == ETIMEDOUT, "every wait of an impatient thread looks like a time-out");
    CHECK(!gs_signal_favoured(&gil_cond), "nobody is favoured when nobody waits");
    struct timespec past = {0, 0};
    pthread_mutex_lock(&gil_mutex);
    CHECK(gs_timedwait(&gil_cond, &gil_mutex, &past) == ETIMEDOUT && !atomic_load(&gs_favoured), "others wait as ever");
    pthread_mutex_unlock(&gil_mutex);
}

int main(int argc, char **argv) {
    if (argc < 2 || !gs_slots_setup()) return 2;
    varints();
    golden(argv[1]);
    overflow_is_counted();
    full_queue_is_counted();
    drain_under_load();
    forked_child();
    patching();
    gil_table();
    impatience();
    return counted();
}
