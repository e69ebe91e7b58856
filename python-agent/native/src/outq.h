/* Bounded queues of bytes on their way to the socket. */
#ifndef GS_OUTQ_H
#define GS_OUTQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Kept free for control frames when events fill the queue. */
#define GS_CONTROL_RESERVE (256u * 1024u)

/*
 * Linear, not circular: it is empty nearly always, and then starts again at the front, so that
 * only its first pages ever become resident in the program being measured.
 */
struct gs_outq {
    uint8_t *bytes;
    size_t capacity, start, end;
};

bool gs_outq_open(struct gs_outq *queue, size_t capacity);
void gs_outq_close(struct gs_outq *queue);
static inline size_t gs_outq_used(const struct gs_outq *queue) { return queue->end - queue->start; }
/* Room for `bytes` in one piece, with `reserve` more left free; NULL if there is none. Follow with gs_outq_commit. */
uint8_t *gs_outq_room(struct gs_outq *queue, size_t bytes, size_t reserve);
void gs_outq_commit(struct gs_outq *queue, size_t bytes);
bool gs_outq_frame(struct gs_outq *queue, unsigned kind, const void *payload, size_t length);
void gs_outq_taken(struct gs_outq *queue, size_t bytes);

#endif
