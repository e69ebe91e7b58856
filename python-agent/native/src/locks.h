/* Waits for locks, told apart from other releases of the GIL: see locks.c. */
#ifndef GS_LOCKS_H
#define GS_LOCKS_H

#include "elf_patch.h"

/* What the interpreter waits for a lock with; none of them need be there. */
extern struct gs_hook gs_lock_hooks[];
extern const int gs_lock_hooks_total;

#endif
