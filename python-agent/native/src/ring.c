/* The parts of a thread's ring that are not on the hot path; see ring.h. */
#define _GNU_SOURCE
#include "ring.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define LEFT_TO_THE_PROGRAM (32u << 20)

bool gs_memory_limited(void) {
    struct rlimit space, data;
    return (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY) ||
           (getrlimit(RLIMIT_DATA, &data) == 0 && data.rlim_cur != RLIM_INFINITY);
}

/* Under a limit the last of it is the program's: a ring taken of that would be a thread, or an object, that it cannot have. */
static bool spare(size_t bytes) {
    struct rlimit space, data;
    if (getrlimit(RLIMIT_AS, &space) != 0 || getrlimit(RLIMIT_DATA, &data) != 0) return true;
    if (space.rlim_cur == RLIM_INFINITY && data.rlim_cur == RLIM_INFINITY) return true;
    /* proc(5), statm: size, resident, shared, text, lib, data; in pages. */
    char text[160];
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (file >= 0) close(file);
    if (length <= 0) return false;
    text[length] = 0;
    rlim_t page = (rlim_t)sysconf(_SC_PAGESIZE), pages[6];
    char *at = text;
    for (int i = 0; i < 6; i++) pages[i] = strtoull(at, &at, 10);
    rlim_t wanted = bytes + LEFT_TO_THE_PROGRAM;
    return (space.rlim_cur == RLIM_INFINITY || pages[0] * page + wanted <= space.rlim_cur) &&
           (data.rlim_cur == RLIM_INFINITY || pages[5] * page + wanted <= data.rlim_cur);
}

struct gs_slot *gs_ring_map(uint32_t capacity) {
    size_t bytes = sizeof(struct gs_slot) + (size_t)capacity * sizeof(struct gs_event);
    if (!spare(bytes)) return NULL;
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    struct gs_slot *slot = memory;
    slot->mapped = bytes;
    slot->mask = capacity - 1;
    gs_ring_reset(slot);
    return slot;
}

/* Keeps what belongs to the memory and to the list it is in. */
void gs_ring_reset(struct gs_slot *slot) {
    struct gs_slot fresh = {.mask = slot->mask, .mapped = slot->mapped, .next = slot->next, .listed = slot->listed};
    fresh.calls = slot->calls;
    fresh.limit = slot->mask + 1;
    fresh.core = GS_NO_CORE;
    *slot = fresh;
}

void gs_ring_forget(struct gs_slot *slot) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t start = ((uintptr_t)slot->ring + page - 1) & ~(page - 1);
    uintptr_t end = (uintptr_t)slot + slot->mapped;
    if (start < end) madvise((void *)start, end - start, MADV_DONTNEED);
}

void gs_ring_unmap(struct gs_slot *slot) { munmap(slot, slot->mapped); }

/*
 * A full ring stays closed until a quarter of it is free: many losses in a row make one
 * gap in the reader's picture instead of thousands. The gap's place is kept by a LOST mark.
 */
bool gs_ring_room(struct gs_slot *slot, uint64_t ns) {
    uint32_t capacity = slot->mask + 1;
    uint32_t head = atomic_load_explicit(&slot->head, memory_order_relaxed);
    slot->tail_seen = atomic_load_explicit(&slot->tail, memory_order_acquire);
    uint32_t used = head - slot->tail_seen;
    bool losing = slot->limit == 0;
    if (!losing && used < capacity) return true;
    uint32_t dropped = atomic_load_explicit(&slot->dropped, memory_order_relaxed);
    if (losing && capacity - used >= capacity / 4) {
        slot->limit = capacity;
        gs_put(slot, head, ns, gs_meta_number(GS_MARK, dropped));
        slot->site = UINT32_MAX; /* what was told of it may be lost, too */
        return true;
    }
    slot->limit = 0;
    atomic_store_explicit(&slot->dropped, dropped + 1, memory_order_relaxed);
    if (!losing) gs_wake_consumer();
    return false;
}
