/* Hooks for the ways a process leaves behind the library's destructor, and for what it sees of our thread. */
#ifndef GS_LEAVE_H
#define GS_LEAVE_H

#include "elf_patch.h"

#include <stdatomic.h>

extern struct gs_hook gs_leave_hooks[];
extern const int gs_leave_hooks_total;

/* Stand-ins for the exec functions; children.c puts them into `_posixsubprocess` too. */
int gs_hook_execv(const char *path, char *const argv[]);
int gs_hook_execve(const char *path, char *const argv[], char *const envp[]);

/* Threads of ours that /proc/self/stat counts. */
extern _Atomic int gs_own_threads;

#endif
