/* See outq.h. Not locked: each queue has one user at a time. */
#define _GNU_SOURCE
#include "outq.h"

#include "encode.h"

#include <string.h>
#include <sys/mman.h>

bool gs_outq_open(struct gs_outq *queue, size_t capacity) {
    void *memory = mmap(NULL, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return false;
    *queue = (struct gs_outq){.bytes = memory, .capacity = capacity};
    return true;
}

void gs_outq_close(struct gs_outq *queue) {
    if (queue->bytes) munmap(queue->bytes, queue->capacity);
    *queue = (struct gs_outq){0};
}

uint8_t *gs_outq_room(struct gs_outq *queue, size_t bytes, size_t reserve) {
    if (!queue->bytes || gs_outq_used(queue) + bytes + reserve > queue->capacity) return NULL;
    if (queue->end + bytes > queue->capacity) {
        /* Moving a nearly full queue for a few bytes again and again would cost more than it gives. */
        if (queue->start < queue->capacity / 4) return NULL;
        memmove(queue->bytes, queue->bytes + queue->start, gs_outq_used(queue));
        queue->end -= queue->start;
        queue->start = 0;
    }
    return queue->bytes + queue->end;
}

void gs_outq_commit(struct gs_outq *queue, size_t bytes) { queue->end += bytes; }

bool gs_outq_frame(struct gs_outq *queue, unsigned kind, const void *payload, size_t length) {
    uint8_t *at = gs_outq_room(queue, GS_FRAME_HEADER + length, 0);
    if (!at) return false;
    gs_frame_header(at, (uint32_t)length, kind);
    if (length) memcpy(at + GS_FRAME_HEADER, payload, length);
    gs_outq_commit(queue, GS_FRAME_HEADER + length);
    return true;
}

void gs_outq_taken(struct gs_outq *queue, size_t bytes) {
    queue->start += bytes;
    if (queue->start == queue->end) queue->start = queue->end = 0;
}
