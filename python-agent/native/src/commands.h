/* Frames from the engine. Called by stream.c on the streaming thread, without any lock. */
#ifndef GS_COMMANDS_H
#define GS_COMMANDS_H

#include "../gilscope.h"

#include <stdbool.h>

void gs_commands_open(gs_command_cb callback);
/* Reads what has come and runs the callback for each command; false when the peer is gone or breaks the protocol. */
bool gs_commands_read(int fd);
/* Tells the callback, by an empty text, that nobody is there any more. */
void gs_commands_gone(void);
/* Calls the agent when its next tick (gs_tick_every) is due at `now`; returns when the one after it is. */
uint64_t gs_commands_tick(uint64_t now);
/* Commands are answered here from now on; see gs_disable_commands. */
void gs_commands_refuse(void);
bool gs_commands_running(void);
/* The callback, unless commands are refused or there is none. */
void gs_commands_call(const char *json, size_t length);

#endif
