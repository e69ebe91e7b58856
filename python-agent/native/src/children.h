/*
 * Children of the recorded process: a Python child finds in its environment how to be recorded too, every exec of a child
 * and every exit status this process learns of is told to the engine. Used by session.c, leave.c and stream.c.
 */
#ifndef GS_CHILDREN_H
#define GS_CHILDREN_H

#include "elf_patch.h"

#include <stdbool.h>
#include <stdint.h>

/* The hooks in the interpreter's own object, besides the exec functions of leave.c. */
extern struct gs_hook gs_child_hooks[];
extern const int gs_child_hooks_total;
/* The exec functions in `_posixsubprocess`, where that is an object of its own. */
extern struct gs_hook gs_spawn_hooks[];
extern const int gs_spawn_hooks_total;
/* That object, if it is loaded. */
bool gs_spawn_object(struct gs_object *object);

/* execve, with what a Python child needs added to `envp`; fit for a vforked child. */
int gs_child_exec(const char *path, char *const argv[], char *const envp[]);

/* A shared page of notes that forked and vforked children can write into. Before a recording; in a forked child a new one. */
void gs_children_open(void);
/* Tells of the execs noted since the last call. On the consumer's side. */
void gs_children_report(void);
/* Tells how a child ended: `status` as wait() gives it. */
void gs_child_ended(int pid, int status);

#endif
