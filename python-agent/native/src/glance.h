/*
 * Reference counts of watched objects without the GIL. The agent (gilscope_agent/glances.py) tells for each watch by which words of memory its
 * path leads to its object, and where the count is. As long as these words are what they were, before and after the count was read, it
 * is the object's; reading goes through the kernel, so that what is gone cannot do harm. Whatever has changed is looked up anew by the agent,
 * with the GIL. All of this happens on the streaming thread.
 */
#ifndef GS_GLANCE_H
#define GS_GLANCE_H

#include "../gilscope.h"

/* A new recording, or a forked child's, of which there is no thread yet: nothing is known, no rounds. */
void gs_glance_open(void);
/* A round, if one is due. Returns when the next one is, ns; UINT64_MAX: never. */
uint64_t gs_glance_tick(uint64_t now);

#endif
