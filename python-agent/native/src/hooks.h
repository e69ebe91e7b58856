/* What stands in the interpreter's GOT while a recording runs. Installed by session.c and calibrate.c. */
#ifndef GS_HOOKS_H
#define GS_HOOKS_H

#include "elf_patch.h"

#include <stdbool.h>
#include <stdint.h>

/* How far up the stack a drop's caller is looked for, in words. */
#define GS_SITE_WORDS 64
/* The word after the saved frame pointer: the hook's own return address, on x86-64 and aarch64 alike. */
#define GS_RETURN_WORD 1

/* What calibrate.c wants to know of the condition variables its own thread signals. */
struct gs_tap {
    bool armed;
    uintptr_t cond;  /* the first one signalled since it was armed */
    int locked;      /* the word that should be gil->locked, then */
    int site;        /* first stack word inside PyEval_SaveThread, or -1 */
};

extern struct gs_hook gs_hooks[];
extern const int gs_hooks_total;
/* The signal hook alone is what calibration needs. */
#define GS_HOOK_SIGNAL 0

/* Address range of PyEval_SaveThread, and the stack word that holds a return address into it (-1: none). */
extern uintptr_t gs_site_start, gs_site_size;
extern int gs_site_word;

/* The thread's own trap for calibration; NULL otherwise. */
void gs_tap_set(struct gs_tap *tap);

#endif
