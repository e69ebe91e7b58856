/*
 * What the tracer and the injector read from outside, on odd inputs made of regular ones by a seed: commands and configuration from the
 * engine, /proc/PID/maps, ELF objects in memory and on disk. Built with the address sanitizer and run for a moment by run.mjs, for
 * as long as you like by fuzz.mjs.
 *
 *   fuzz LIBRARY SEED FIRST CASES SECONDS      cases from FIRST on, until both so many have been run and so much time has passed
 */
#define _GNU_SOURCE
#define main inject_main /* for `fail`; never run */
#include "../inject/main.c"
#undef main
#include "../inject/maps.c"
#include "../src/attach.h"
#include "../src/commands.h"
#include "../src/control.h"
#include "../src/encode.h"
#include "check.h"

#include <dlfcn.h>
#include <elf.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

void __sanitizer_set_death_callback(void (*callback)(void));

static uint64_t seed, now_case, state;
static const char *now_target = "";

/* The last words, whichever sanitizer ends us. */
static void tell_case(void) {
    fprintf(stderr, "%s: fuzz LIBRARY %" PRIu64 " %" PRIu64 " 1 0 repeats it\n", now_target, seed, now_case);
}

/* splitmix64 (public domain, Sebastiano Vigna). */
static uint64_t any(void) {
    uint64_t z = state += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}
static size_t below(size_t n) { return n ? (size_t)(any() % n) : 0; }

struct bytes {
    uint8_t *at;
    size_t length;
};

/* In memory of exactly that length, so that one byte too many is seen. */
static struct bytes copy(const void *from, size_t length) {
    struct bytes out = {malloc(length ? length : 1), length};
    memcpy(out.at, from, length);
    return out;
}

/* Bits, edges of integers and stretches within [from, to) change; the length does too where it may. */
static void mutate(struct bytes *b, size_t from, size_t to, bool resize) {
    static const uint64_t edges[] = {0, 1, 0x7f, 0xff, 0xffff, 0x7fffffff, 0xffffffff, UINT64_MAX, INT64_MAX, 1ull << 63};
    if (to > b->length) to = b->length;
    if (from >= to) return;
    for (size_t n = 1 + below(below(4) ? 3 : 40); n > 0; n--) {
        size_t at = from + below(to - from), size = 1u << below(4);
        switch (below(4)) {
        case 0:
        case 1: b->at[at] ^= (uint8_t)(1u << below(8)); break;
        case 2:
            if (at + size <= b->length) memcpy(b->at + at, &edges[below(sizeof edges / sizeof *edges)], size);
            break;
        default: {
            size_t other = from + below(to - from), part = below(16);
            if (at + part <= b->length && other + part <= b->length) memmove(b->at + at, b->at + other, part);
        }
        }
    }
    if (resize && !below(3)) {
        struct bytes cut = copy(b->at, below(b->length + 1));
        free(b->at);
        *b = cut;
    }
}

/* --- commands: a stream of frames, in any pieces --- */

static volatile uint64_t sum;
static void read_command(const char *json, size_t length) {
    if (json == NULL) return;
    for (size_t i = 0; i < length; i++) sum += (uint8_t)json[i];
}

static void fuzz_commands(void) {
    static const char *const texts[] = {"{\"id\":1,\"cmd\":\"ping\"}", "{\"id\":18446744073709551616,\"cmd\":\"stop\"}", "{\"id\"", "", "{\"id\" : 7}"};
    int pair[2];
    uint8_t frames[2048];
    size_t length = 0;
    for (size_t n = 1 + below(8); n > 0; n--) {
        const char *text = texts[below(5)];
        gs_frame_header(frames + length, (uint32_t)strlen(text), below(5) ? GS_F_COMMAND : (unsigned)below(256));
        memcpy(frames + length + GS_FRAME_HEADER, text, strlen(text));
        length += GS_FRAME_HEADER + strlen(text);
    }
    struct bytes stream = copy(frames, length);
    if (below(8)) mutate(&stream, 0, stream.length, true);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) abort();
    gs_commands_open(below(3) ? read_command : NULL);
    if (!below(4)) gs_commands_refuse();
    bool open = true;
    for (size_t at = 0, part; open && at < stream.length; at += part) {
        part = 1 + below(stream.length - at);
        if (send(pair[0], stream.at + at, part, 0) != (ssize_t)part) abort();
        open = gs_commands_read(pair[1]);
    }
    close(pair[0]);
    if (gs_commands_read(pair[1])) abort(); /* the other end has gone, and that is told */
    close(pair[1]);
    free(stream.at);
}

static void fuzz_control(void) {
    static const char text[] = "{\"id\":42,\"cmd\":\"set_switch_interval\",\"seconds\":0.5}";
    struct bytes command = copy(text, sizeof text - 1);
    struct gs_outq out;
    mutate(&command, 0, command.length, true);
    if (!gs_outq_open(&out, 1 << 20)) abort();
    gs_control_refuse(&out, (const char *)command.at, command.length, "no");
    gs_control_hello(&out, (const char *)command.at, command.length, any());
    if (gs_outq_used(&out) < GS_FRAME_HEADER + 2) abort(); /* a refusal is never left out */
    gs_outq_close(&out);
    free(command.at);
}

static void fuzz_configuration(void) {
    static const char text[] = "{\"socket\":\"/tmp/x\\u00e9\\ud83d\\ude00\\n\", \"token\" : \"abc\",\"engine\":\"exact\"}";
    struct bytes json = copy(text, sizeof text);
    mutate(&json, 0, json.length - 1, true);
    char *whole = strndup((const char *)json.at, json.length);
    size_t room = 1 + below(24);
    char *into = malloc(room);
    if (gs_json_text(whole, below(2) ? "token" : "socket", into, room) && strlen(into) >= room) abort();
    free(into);
    free(whole);
    free(json.at);
}

/* --- the injector's readers --- */

static struct bytes own_maps, object, object_file;
static size_t dynamic_at, dynamic_length;

static void fuzz_maps(void) {
    struct bytes text = copy(own_maps.at, own_maps.length);
    mutate(&text, 0, text.length - 1, true);
    struct maps maps = {.text = malloc(text.length + 1)};
    memcpy(maps.text, text.at, text.length);
    maps.text[text.length] = 0;
    if (!parse_all(&maps)) abort();
    for (size_t i = 0; i < maps.count; i++) {
        sum += strlen(maps.list[i].path);
        maps_at(&maps, maps.list[i].start);
    }
    maps_at(&maps, any());
    maps_free(&maps);
    free(text.at);
}

static void fuzz_image(void) {
    struct image image;
    uint8_t *at = aligned_alloc(4096, (object.length + 4095) & ~(size_t)4095);
    memcpy(at, object.at, object.length);
    struct bytes odd = {at, object.length};
    size_t which = below(4);
    if (which == 0) mutate(&odd, 0, 1024, false);
    else if (which == 1) mutate(&odd, dynamic_at, dynamic_at + dynamic_length, false);
    else if (which == 2) mutate(&odd, 0, 16384, false);
    if (image_open(getpid(), (uint64_t)(uintptr_t)at, &image))
        for (size_t i = 0; i < 3; i++) {
            static const char *const names[] = {"gs_attach", "malloc", "no_such_symbol"};
            bool found = image_symbol(&image, names[i]) != 0;
            if (which == 3 && found != (i == 0)) abort(); /* what is sound is read */
        }
    else if (which == 3) abort();
    free(at);
}

static void fuzz_build_id(void) {
    char path[64];
    uint8_t id[20];
    struct bytes odd = copy(object_file.at, object_file.length < 8192 ? object_file.length : 8192);
    mutate(&odd, 0, 1024, true);
    int file = memfd_create("odd", MFD_CLOEXEC);
    if (file < 0 || write(file, odd.at, odd.length) != (ssize_t)odd.length) abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (file_build_id(path, id, sizeof id) > sizeof id) abort();
    close(file);
    free(odd.at);
}

/* The library as the loader mapped it, its tables told relative to its begin as musl leaves them. */
static bool copy_object(const char *path) {
    struct failure why;
    struct maps maps;
    FILE *file = fopen(path, "re");
    if (!file || !dlopen(path, RTLD_LAZY) || !maps_read(getpid(), &maps, &why)) return false;
    object_file.at = malloc(1 << 16);
    object_file.length = fread(object_file.at, 1, 1 << 16, file);
    fclose(file);
    uint64_t base = 0, end = 0;
    for (size_t i = 0; i < maps.count; i++)
        if (strcmp(maps.list[i].path, path) == 0) {
            if (!base) base = maps.list[i].start;
            end = maps.list[i].end;
        }
    object = (struct bytes){calloc(1, end - base), end - base};
    for (uint64_t page = base; page < end; page += 4096) mem_read(getpid(), page, object.at + (page - base), 4096);
    maps_free(&maps);
    const Elf64_Ehdr *head = (const Elf64_Ehdr *)object.at;
    const Elf64_Phdr *parts = (const Elf64_Phdr *)(object.at + head->e_phoff);
    for (int i = 0; i < head->e_phnum; i++)
        if (parts[i].p_type == PT_DYNAMIC) dynamic_at = parts[i].p_vaddr, dynamic_length = parts[i].p_memsz;
    for (Elf64_Dyn *d = (Elf64_Dyn *)(object.at + dynamic_at); d->d_tag != DT_NULL; d++)
        if (d->d_un.d_ptr >= base && d->d_un.d_ptr < end) d->d_un.d_ptr -= base;
    return dynamic_length > 0;
}

static bool copy_maps(void) {
    FILE *file = fopen("/proc/self/maps", "re");
    if (!file) return false;
    own_maps.at = (uint8_t *)read_all(file);
    own_maps.length = own_maps.at ? strlen((char *)own_maps.at) : 0;
    fclose(file);
    return own_maps.length > 0;
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*run)(void);
    } targets[] = {{"commands", fuzz_commands},           {"control", fuzz_control}, {"configuration", fuzz_configuration},
                   {"maps", fuzz_maps},                   {"image", fuzz_image},     {"build id", fuzz_build_id}};
    if (argc != 6) return 2;
    seed = strtoull(argv[2], NULL, 10);
    uint64_t first = strtoull(argv[3], NULL, 10), cases = strtoull(argv[4], NULL, 10);
    time_t end = time(NULL) + atol(argv[5]);
    CHECK(copy_maps(), "own maps can be read");
    CHECK(copy_object(argv[1]), "the tracer's library is mapped");
    if (failed) return counted();
    __sanitizer_set_death_callback(tell_case);
    for (now_case = first; now_case < first + cases || time(NULL) < end; now_case++)
        for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
            now_target = targets[i].name;
            state = seed * 0x100000001b3ull ^ now_case << 8 ^ i;
            targets[i].run();
        }
    printf("# %" PRIu64 " cases of each, seed %" PRIu64 "\n", now_case - first, seed);
    CHECK(true, "any bytes are read or refused");
    return counted();
}
