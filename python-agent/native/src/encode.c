/* See encode.h and docs/protocol.md, "EVENTS". */
#include "encode.h"

#define HEAD_FLAG 0x08
#define HEAD_CORE 0x20
#define HEAD_GIL 0x40

void gs_le(uint8_t *out, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++) out[i] = (uint8_t)(value >> (8 * i));
}

uint64_t gs_from_le(const uint8_t *in, int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) value |= (uint64_t)in[i] << (8 * i);
    return value;
}

uint8_t *gs_varint(uint8_t *out, uint64_t value) {
    for (; value >= 0x80; value >>= 7) *out++ = (uint8_t)(value | 0x80);
    *out++ = (uint8_t)value;
    return out;
}

void gs_frame_header(uint8_t *out, uint32_t length, unsigned kind) {
    gs_le(out, length, 4);
    out[4] = (uint8_t)kind;
    out[5] = out[6] = out[7] = 0;
}

/* Whether the event's meta word carries a GIL (END, RELEASE_CPU and SITE belong to the thread). */
static bool has_gil(const struct gs_event *event) {
    unsigned kind = gs_meta_kind(event->meta);
    return kind != GS_RELEASE_CPU && kind != GS_END && kind != GS_MARK;
}

static bool has_core(const struct gs_event *event) {
    return has_gil(event) && gs_meta_core(event->meta) != GS_NO_CORE;
}

void gs_block_open(struct gs_block *block, uint8_t *out, const struct gs_slot *slot, uint32_t dropped, const struct gs_event *first) {
    block->start = out;
    block->at = out + GS_FRAME_HEADER + GS_BLOCK_HEADER;
    block->ns = first->ns;
    block->core = has_core(first) ? gs_meta_core(first->meta) : slot->core;
    block->gil = has_gil(first) ? gs_meta_gil(first->meta) : slot->gil;
    block->count = 0;
    uint8_t *header = out + GS_FRAME_HEADER;
    gs_le(header, slot->serial, 4);
    gs_le(header + 4, slot->tid, 4);
    gs_le(header + 8, dropped, 4);
    gs_le(header + 12, block->gil, 2);
    gs_le(header + 14, block->core, 2);
    gs_le(header + 16, block->ns, 8);
}

bool gs_block_add(struct gs_block *block, const struct gs_event *event) {
    if (block->count == GS_BLOCK_EVENTS) return false;
    unsigned kind = gs_meta_kind(event->meta);
    bool flagged = (has_gil(event) || kind == GS_RELEASE_CPU) && gs_meta_flag(event->meta);
    unsigned head = kind | (flagged ? HEAD_FLAG : 0u);
    uint32_t core = has_core(event) ? gs_meta_core(event->meta) : block->core;
    uint32_t gil = has_gil(event) ? gs_meta_gil(event->meta) : block->gil;
    if (core != block->core) head |= HEAD_CORE;
    if (gil != block->gil) head |= HEAD_GIL;
    uint8_t *at = block->at;
    *at++ = (uint8_t)head;
    at = gs_varint(at, event->ns - block->ns);
    if (head & HEAD_CORE) at = gs_varint(at, core);
    if (head & HEAD_GIL) at = gs_varint(at, gil);
    if (kind == GS_RELEASE_CPU || kind == GS_MARK) at = gs_varint(at, event->meta >> 4);
    block->at = at;
    block->ns = event->ns;
    block->core = core;
    block->gil = gil;
    block->count++;
    return true;
}

size_t gs_block_close(struct gs_block *block) {
    size_t total = (size_t)(block->at - block->start);
    gs_le(block->start + GS_FRAME_HEADER + 24, block->count, 4);
    gs_frame_header(block->start, (uint32_t)(total - GS_FRAME_HEADER), GS_F_EVENTS);
    return total;
}
