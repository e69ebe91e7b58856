/* Patching the GOT of one loaded ELF object. Used by calibrate.c and session.c; tests patch their own program. */
#ifndef GS_ELF_PATCH_H
#define GS_ELF_PATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GS_SLOTS_PER_HOOK 4

struct gs_object {
    uintptr_t base;
    const void *dynamic;
    uintptr_t relro_start, relro_end; /* pages the loader made read-only */
    const char *name;
};

/* One imported function and what its slots are to hold while the hook is in. */
struct gs_hook {
    const char *name;
    void *replacement;
    void **slots[GS_SLOTS_PER_HOOK];
    void *before[GS_SLOTS_PER_HOOK];
    int count;
    bool installed;
};

/* The object that contains `address`; false if it cannot be told. */
bool gs_object_of(struct gs_object *object, const void *address);
/* Size of the dynamic symbol at exactly `address`, or 0. */
size_t gs_symbol_size(const void *address);
/* Finds the slots of each hook by name; returns how many hooks have one. */
int gs_hooks_find(const struct gs_object *object, struct gs_hook *hooks, int count);
/* Writes the replacements; on failure puts everything back and returns false. */
bool gs_hooks_install(const struct gs_object *object, struct gs_hook *hooks, int count);
/* Puts back what the slots held. */
bool gs_hooks_remove(const struct gs_object *object, struct gs_hook *hooks, int count);

#endif
