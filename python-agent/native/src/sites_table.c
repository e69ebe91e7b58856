#include "sites_table.h"

#include "encode.h"
#include "sites.h"
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define BUCKETS (2 * GS_SITES_MAX)
#define PROBES 32
#define ARENA (8u << 20)
#define NAME_MAX_BYTES 240
#define FILE_MAX_BYTES 1000
#define JSON_MAX 9000
#define FOREIGN_TEXT 8192

struct site {
    struct gs_site_key key;
    uint32_t name, qualname, file; /* in the arena; 0: none */
    int32_t first_line, line;
};

struct shelf {
    struct site *sites;
    _Atomic uint32_t *buckets; /* indices by hash; 0: free */
    char *arena;
    uint32_t arena_used;
    _Atomic uint32_t known; /* the highest index given out; 1 .. GS_SITES_MAX - 1 */
    atomic_flag adding;
    uint32_t told;
    bool foreign; /* what it describes is another thread's */
};

/* Numbers of the second begin at GS_SITES_MAX. */
static struct shelf own = {.adding = ATOMIC_FLAG_INIT}, seen = {.adding = ATOMIC_FLAG_INIT, .foreign = true};
static int (*line_of)(void *, int);

/* ---- looking up ---- */

/* By all three: at one address there may be hundreds, one after another. */
static inline uint32_t bucket_of(const struct gs_site_key *key) {
    uint64_t mixed = ((uint64_t)key->code >> 4 ^ key->position << 17 ^ key->position ^ key->print) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(mixed >> 40) & (BUCKETS - 1);
}

/* Its index, or 0; `free` becomes the bucket where it belongs, or BUCKETS. */
static uint32_t find(const struct shelf *shelf, const struct gs_site_key *key, uint32_t *free_bucket) {
    uint32_t bucket = bucket_of(key);
    for (int i = 0; i < PROBES; i++, bucket = (bucket + 1) & (BUCKETS - 1)) {
        uint32_t index = atomic_load_explicit(&shelf->buckets[bucket], memory_order_acquire);
        if (!index) {
            *free_bucket = bucket;
            return 0;
        }
        const struct gs_site_key *other = &shelf->sites[index].key;
        if (other->code == key->code && other->position == key->position && other->print == key->print) return index;
    }
    *free_bucket = BUCKETS;
    return 0;
}

/* ---- adding ---- */

/* Of a thread's own objects, which stay while it looks; else through the kernel, which fails where there is nothing any more. */
__attribute__((no_sanitize("address"))) static bool copy(uintptr_t address, void *out, size_t length, bool foreign) {
    if (foreign) return gs_peek(address, out, length) == length;
    for (size_t i = 0; i < length; i++) ((uint8_t *)out)[i] = ((const uint8_t *)address)[i];
    return true;
}

/* A Python str as UTF-8 into the arena; 0 when there is no room or its form is unknown. */
static uint32_t keep_text(struct shelf *shelf, uintptr_t object, size_t most, bool tail) {
    static uint8_t foreign[FOREIGN_TEXT]; /* the streaming thread's */
    uint8_t head[GS_STR_HEAD];
    struct gs_str_view view;
    if (!object || shelf->arena_used + most + 4 > ARENA || !copy(object, head, sizeof head, shelf->foreign) ||
        !gs_str_view(&gs_site_at, object, head, &view))
        return 0;
    if (shelf->foreign) {
        if (view.length > sizeof foreign / 4 || !copy((uintptr_t)view.data, foreign, view.length * (size_t)view.width, true)) return 0;
        view.data = foreign;
    }
    uint32_t start = shelf->arena_used;
    size_t length = gs_str_utf8(&view, shelf->arena + start, most, tail);
    shelf->arena[start + length] = 0;
    shelf->arena_used += (uint32_t)length + 1;
    return start;
}

static void describe(struct shelf *shelf, struct site *site) {
    uintptr_t code = site->key.code, name = 0, qualname = 0, file = 0;
    copy(code + (uintptr_t)gs_site_at.code_name, &name, sizeof name, shelf->foreign);
    copy(code + (uintptr_t)gs_site_at.code_file, &file, sizeof file, shelf->foreign);
    if (gs_site_at.code_qualname >= 0) copy(code + (uintptr_t)gs_site_at.code_qualname, &qualname, sizeof qualname, shelf->foreign);
    copy(code + (uintptr_t)gs_site_at.code_first_line, &site->first_line, sizeof site->first_line, shelf->foreign);
    site->name = keep_text(shelf, name, NAME_MAX_BYTES, false);
    site->qualname = qualname == name ? 0 : keep_text(shelf, qualname, NAME_MAX_BYTES, false);
    site->file = keep_text(shelf, file, FILE_MAX_BYTES, true);
    /* Objects/codeobject.c: reads the line table, allocates nothing. -1: no line of the program's own. */
    site->line = !shelf->foreign && line_of && site->key.position < INT32_MAX ? line_of((void *)code, (int)site->key.position) : -1;
}

/* A C text of at most `most` bytes; the interpreter's own, or a library's. */
static uint32_t keep_c_text(struct shelf *shelf, uintptr_t text, size_t most) {
    char part[NAME_MAX_BYTES + 1];
    size_t length = 0;
    if (!text || shelf->arena_used + most + 4 > ARENA) return 0;
    for (; length < most && copy(text + length, part + length, 1, false) && part[length]; length++) {}
    part[length] = 0;
    uint32_t start = shelf->arena_used;
    memcpy(shelf->arena + start, part, length + 1);
    shelf->arena_used += (uint32_t)length + 1;
    return start;
}

static void describe_builtin(struct shelf *shelf, struct site *site, const struct gs_builtin *builtin) {
    site->name = keep_c_text(shelf, builtin->name, NAME_MAX_BYTES);
    site->file = builtin->module ? keep_text(shelf, builtin->module, NAME_MAX_BYTES, false) : keep_c_text(shelf, builtin->type_name, NAME_MAX_BYTES);
    site->line = -1;
}

/* Only at first sight. Whoever finds another thread adding does without this once. */
__attribute__((noinline)) static uint32_t find_or_add(struct shelf *shelf, const struct gs_site_key *key, const struct gs_builtin *builtin) {
    uint32_t bucket, index = find(shelf, key, &bucket);
    if (index || bucket == BUCKETS || atomic_flag_test_and_set_explicit(&shelf->adding, memory_order_acquire)) return index;
    index = find(shelf, key, &bucket);
    uint32_t next = atomic_load_explicit(&shelf->known, memory_order_relaxed) + 1;
    if (!index && bucket != BUCKETS && next < GS_SITES_MAX) {
        shelf->sites[next] = (struct site){.key = *key};
        if (builtin) describe_builtin(shelf, &shelf->sites[next], builtin);
        else describe(shelf, &shelf->sites[next]);
        atomic_store_explicit(&shelf->buckets[bucket], next, memory_order_release);
        atomic_store_explicit(&shelf->known, next, memory_order_release);
        index = next;
    }
    atomic_flag_clear_explicit(&shelf->adding, memory_order_release);
    return index;
}

uint32_t gs_sites_number(const struct gs_site_key *key, const struct gs_builtin *builtin) { return find_or_add(&own, key, builtin); }

uint32_t gs_sites_number_seen(const struct gs_site_key *key) {
    uint32_t bucket, known = find(&own, key, &bucket);
    if (known) return known;
    uint32_t index = find_or_add(&seen, key, NULL);
    return index ? GS_SITES_MAX + index : 0;
}

bool gs_sites_full(void) { return atomic_load_explicit(&own.known, memory_order_relaxed) + 1 >= GS_SITES_MAX; }

void gs_sites_free_locks(void) {
    atomic_flag_clear(&own.adding);
    atomic_flag_clear(&seen.adding);
}

/* ---- telling ---- */

struct gs_site_texts gs_sites_texts(uint32_t id) {
    const struct shelf *shelf = id < GS_SITES_MAX ? &own : &seen;
    const struct site *site = &shelf->sites[id % GS_SITES_MAX];
    const char *arena = shelf->arena; /* its first byte is 0 */
    return (struct gs_site_texts){arena + site->name, arena + site->qualname, arena + site->file, site->first_line, site->line};
}

static bool tell(struct gs_outq *out, const struct shelf *shelf, uint32_t index) {
    uint32_t id = shelf == &own ? index : GS_SITES_MAX + index;
    struct gs_site_texts site = gs_sites_texts(id);
    bool builtin = shelf->sites[index].key.position == GS_BUILTIN;
    char text[JSON_MAX], number_text[24] = "null";
    size_t length = (size_t)snprintf(text, sizeof text, "{\"id\":%u,\"name\":", id);
    length += gs_json_escape(text + length, *site.name ? site.name : "?");
    if (*site.qualname) {
        length += (size_t)sprintf(text + length, ",\"qualname\":");
        length += gs_json_escape(text + length, site.qualname);
    }
    length += (size_t)sprintf(text + length, ",\"file\":");
    length += gs_json_escape(text + length, *site.file || builtin ? site.file : "?");
    if (builtin) length += (size_t)sprintf(text + length, ",\"builtin\":true");
    if (site.line > 0) snprintf(number_text, sizeof number_text, "%d", site.line);
    length += (size_t)sprintf(text + length, ",\"first_line\":%d,\"line\":%s}", site.first_line > 0 ? site.first_line : 0, number_text);
    return gs_outq_frame(out, GS_F_SITE, text, length);
}

static void tell_shelf(struct gs_outq *out, struct shelf *shelf) {
    uint32_t last = atomic_load_explicit(&shelf->known, memory_order_acquire);
    while (shelf->told < last && tell(out, shelf, shelf->told + 1)) shelf->told++;
}

void gs_sites_forget_told(void) { own.told = seen.told = 0; }

void gs_sites_tell_all(struct gs_outq *out) {
    tell_shelf(out, &own);
    tell_shelf(out, &seen);
}

/* ---- memory ---- */

static void *reserve(size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static bool reserve_shelf(struct shelf *shelf) {
    if (!shelf->sites) shelf->sites = reserve(GS_SITES_MAX * sizeof *shelf->sites);
    if (!shelf->buckets) shelf->buckets = reserve(BUCKETS * sizeof *shelf->buckets);
    if (!shelf->arena) shelf->arena = reserve(ARENA);
    if (!shelf->arena_used) shelf->arena_used = 1;
    return shelf->sites && shelf->buckets && shelf->arena;
}

int gs_sites_reserve(int (*lines)(void *, int)) {
    line_of = lines;
    return reserve_shelf(&own) && reserve_shelf(&seen) ? GS_OK : GS_ERR_SYSTEM;
}
