/*
 * The places that were seen, by number, with their texts: looked up without a lock by every thread, added to by one at a time.
 * Whoever looks at others (the streaming thread) adds to a shelf of its own: the system may stop it in the middle of that for as long as
 * it likes, and no thread in a hook would get a number meanwhile. Threads that share a GIL add one after another, for they hold it.
 */
#ifndef GS_SITES_TABLE_H
#define GS_SITES_TABLE_H

#include "../gilscope.h"
#include "outq.h"

#define GS_SITES_MAX 65536u         /* of a shelf */
#define GS_NO_POSITION UINT64_MAX   /* of a function as a whole: no line */
#define GS_BUILTIN (1ull << 62)     /* of one written in C; no index, of -1 neither */

/* One place: `print` tells another code object at the same address. */
struct gs_site_key {
    uintptr_t code;
    uint64_t position;
    uintptr_t print;
};

/* A function written in C. The caller keeps what it points to alive. */
struct gs_builtin {
    uintptr_t table, print; /* its PyMethodDef, and what tells another one at that address */
    uintptr_t name;         /* C text */
    uintptr_t module;       /* a str, or 0: then the type's name, C text or 0 */
    uintptr_t type_name;
};

/* Reserves the memory, once. GS_OK or GS_ERR_SYSTEM. `line_of` is PyCode_Addr2Line or NULL. */
int gs_sites_reserve(int (*line_of)(void *, int));

/*
 * The number of a place of the calling thread's own stack (`builtin`: NULL for Python code), added at first sight. 0: another thread
 * adds just now, or there is no room. The GIL is held.
 */
uint32_t gs_sites_number(const struct gs_site_key *key, const struct gs_builtin *builtin);
/* The same for a place in another thread's stack, read through the kernel; by the streaming thread alone. */
uint32_t gs_sites_number_seen(const struct gs_site_key *key);
/* Whether a place that has no number yet will never get one. */
bool gs_sites_full(void);
/* In a forked child: whoever was adding is not there. */
void gs_sites_free_locks(void);

/* Texts of a place; "" when not known. `line` -1: none. */
struct gs_site_texts {
    const char *name, *qualname, *file;
    int32_t first_line, line;
};
struct gs_site_texts gs_sites_texts(uint32_t id);

/* The streaming thread: a new connection has heard of none; SITE frames of those not told yet. */
void gs_sites_forget_told(void);
void gs_sites_tell_all(struct gs_outq *out);

#endif
