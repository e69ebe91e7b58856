/*
 * In which function, and at which line, a thread lets go of the GIL. In the hook of a drop the thread looks at its own frame,
 * which nobody else changes and which cannot go away meanwhile. Where things lie in this very interpreter is found out
 * by gilscope_agent/sites.py; nothing is known here of any version. A place seen for the first time gets a number, its texts
 * are copied then and there, and the streaming thread tells the engine (docs/protocol.md, SITE).
 */
#ifndef GS_SITES_H
#define GS_SITES_H

#include "../gilscope.h"
#include "outq.h"
#include "ring.h"

extern bool gs_sites_on;

/* Where things lie, as gs_sites_set was told. */
extern struct gs_site_layout gs_site_at;
/* NULL while nothing is known. */
const struct gs_site_layout *gs_sites_layout(void);

__attribute__((no_sanitize("address"))) static inline uintptr_t gs_site_word_at(uintptr_t address) { return *(const uintptr_t *)address; }
__attribute__((no_sanitize("address"))) static inline int32_t gs_site_number_at(uintptr_t address) { return *(const int32_t *)address; }

/* Tells a code object from another one at the same address: small differences of the three must not cancel each other out. */
static inline uintptr_t gs_site_print_from(uintptr_t name, uintptr_t file, int32_t first_line) {
    return name ^ (file << 20 | file >> 44) ^ (uintptr_t)(uint32_t)first_line * 0x9e3779b97f4a7c15u;
}
static inline uintptr_t gs_site_print(uintptr_t code) {
    return gs_site_print_from(gs_site_word_at(code + (uintptr_t)gs_site_at.code_name), gs_site_word_at(code + (uintptr_t)gs_site_at.code_file),
                              gs_site_number_at(code + (uintptr_t)gs_site_at.code_first_line));
}

/* A function as a whole: its code object, or what tells of one written in C. The caller keeps them alive. 0: the table is full. */
struct gs_builtin;
uint32_t gs_site_function(uintptr_t code, uintptr_t print);
uint32_t gs_site_builtin(const struct gs_builtin *builtin);
/* Whether a function is gilscope's own, by its file. */
bool gs_site_own(uint32_t id);

/* The number of the place where the calling thread is, by its caller's look at the clock; 0 when it cannot be told. */
uint32_t gs_site_here(struct gs_slot *slot);

/* Notes the calling thread's state, for looks at it. */
void gs_site_learn(struct gs_slot *slot);

/* Pushes a SITE event when the thread lets go at another place than last time. Within a busy bracket. */
static inline void gs_site_note(struct gs_slot *slot, uint64_t now) {
    if (!gs_sites_on) return;
    uint32_t before = slot->site, here = gs_site_here(slot);
    if (here == before) return;
    slot->site = here;
    gs_push(slot, now, gs_meta_number(GS_MARK, here) | GS_MARK_SITE);
}

/* --- the streaming thread --- */

/* A new connection has heard of none. */
void gs_sites_open(void);
/* SITE frames of those not told yet. */
void gs_sites_tell(struct gs_outq *out);

/*
 * Who holds a GIL for long lets nobody see what it runs: now and then the streaming thread looks at its frame from outside. It takes
 * no GIL and reads through the kernel, so what it sees may be a moment old or make no sense; the latter is thrown away. LOOK frames.
 */
void gs_sites_look_around(struct gs_outq *out, uint64_t now, bool last);
/* When the next look is due, ns; UINT64_MAX: never. */
uint64_t gs_sites_next_look(void);
/* Between two looks, ns; 0: none. Before a recording. */
void gs_sites_look_every(uint64_t ns);
/* In a forked child. */
void gs_sites_child(void);

#endif
