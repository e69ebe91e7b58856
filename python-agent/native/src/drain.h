/* The consumer's side of the rings: from events to frames. Called by stream.c with the consumer's lock held. */
#ifndef GS_DRAIN_H
#define GS_DRAIN_H

#include "outq.h"

#include <stdbool.h>
#include <stdint.h>

struct gs_drain {
    struct gs_outq *out;
    uint32_t generation;
    bool last;           /* the recording is over: say also what was lost at the very end */
    void (*flush)(void); /* tries to make room in `out`; may be NULL */
};

/*
 * Moves what the rings hold into `out` (or counts it as dropped). True when every event
 * that began before the call is among it, so that a watermark may be given.
 */
bool gs_drain_all(const struct gs_drain *drain);

#endif
