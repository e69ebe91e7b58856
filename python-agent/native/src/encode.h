/* Bytes of docs/protocol.md: varints, frame headers, EVENTS blocks. Pure; used by drain.c and the golden tests. */
#ifndef GS_ENCODE_H
#define GS_ENCODE_H

#include "ring.h"

#define GS_FRAME_HEADER 8
#define GS_BLOCK_HEADER 28
#define GS_BLOCK_EVENTS 4096
/* head, delta, and at most a core and a GIL (3 bytes each) or a CPU time (10) */
#define GS_EVENT_MAX (1 + 10 + 10)
#define GS_BLOCK_MAX (GS_FRAME_HEADER + GS_BLOCK_HEADER + GS_BLOCK_EVENTS * GS_EVENT_MAX)
#define GS_PAYLOAD_MAX (1u << 20)

enum gs_frame {
    GS_F_HELLO = 1,
    GS_F_EVENTS = 2,
    GS_F_WATERMARK = 3,
    GS_F_THREAD = 4,
    GS_F_GIL = 5,
    GS_F_COUNTER = 6,
    GS_F_STATE = 7,
    GS_F_LOG = 8,
    GS_F_GOODBYE = 9,
    GS_F_REPLY = 10,
    GS_F_CHILD = 11,
    GS_F_SITE = 12,
    GS_F_REFCOUNT = 14,
    GS_F_LOOK = 16,
    GS_F_CALLS = 17,
    GS_F_TALLY = 18,
    GS_F_COMMAND = 64
};

void gs_le(uint8_t *out, uint64_t value, int bytes);
uint64_t gs_from_le(const uint8_t *in, int bytes);
uint8_t *gs_varint(uint8_t *out, uint64_t value);
void gs_frame_header(uint8_t *out, uint32_t length, unsigned kind);

/* A block being written into GS_BLOCK_MAX bytes, header of the frame included. */
struct gs_block {
    uint8_t *start, *at;
    uint64_t ns;
    uint32_t core, gil, count;
};

/* `core` and `gil`: those of the thread as the reader knows them, used if the first event has none of its own. */
void gs_block_open(struct gs_block *block, uint8_t *out, const struct gs_slot *slot, uint32_t dropped, const struct gs_event *first);
/* False when the block is full. */
bool gs_block_add(struct gs_block *block, const struct gs_event *event);
/* Completes the header; returns the bytes of the whole frame. */
size_t gs_block_close(struct gs_block *block);

#endif
