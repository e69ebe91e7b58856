/*
 * Splits the incoming bytes into frames and hands each COMMAND to the agent's callback, which ctypes
 * runs with the GIL. The flag `running` and `refused` are each set before the other is read, so
 * after gs_disable_commands no callback can be on its way into a dying interpreter.
 */
#define _GNU_SOURCE
#include "commands.h"

#include "clock.h"
#include "encode.h"
#include "stream.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>

#define COMMAND_MAX 65536u

static gs_command_cb callback;
static _Atomic bool running, refused;
static uint8_t buffer[GS_FRAME_HEADER + COMMAND_MAX];
static size_t filled;
static _Atomic uint64_t tick_every; /* ns; 0: no ticks */
static uint64_t next_tick;

void gs_commands_open(gs_command_cb function) {
    callback = function;
    filled = 0;
    atomic_store(&tick_every, 0);
    atomic_store(&running, false);
    atomic_store(&refused, false);
}

void gs_commands_refuse(void) { atomic_store(&refused, true); }
bool gs_commands_running(void) { return atomic_load(&running); }

static void run(const char *json, size_t length) {
    atomic_store(&running, true);
    bool refuse = atomic_load(&refused);
    if (!refuse && callback) callback(json, length);
    atomic_store(&running, false);
    if (refuse) gs_stream_refuse(json, length, "the program is ending");
    else if (!callback) gs_stream_refuse(json, length, "this agent takes no commands");
}

void gs_commands_call(const char *json, size_t length) {
    atomic_store(&running, true);
    if (!atomic_load(&refused) && callback) callback(json, length);
    atomic_store(&running, false);
}

void gs_tick_every(uint32_t us) { atomic_store(&tick_every, us * 1000ull); }

uint64_t gs_commands_tick(uint64_t now) {
    uint64_t every = atomic_load(&tick_every);
    if (!every || !callback) return UINT64_MAX;
    if (next_tick > now + every) next_tick = now; /* it is to be faster than before */
    if (next_tick > now) return next_tick;
    next_tick = next_tick + every > now ? next_tick + every : now + every; /* what was missed is not made up for */
    gs_commands_call(NULL, 0);
    return next_tick;
}

void gs_commands_gone(void) { gs_commands_call("", 0); }

/* Consumes the whole frames in the buffer. */
static bool take_frames(void) {
    size_t at = 0;
    while (filled - at >= GS_FRAME_HEADER) {
        uint64_t length = gs_from_le(buffer + at, 4);
        if (length > COMMAND_MAX) return false;
        if (filled - at < GS_FRAME_HEADER + length) break;
        if (buffer[at + 4] == GS_F_COMMAND) run((const char *)buffer + at + GS_FRAME_HEADER, (size_t)length);
        at += GS_FRAME_HEADER + (size_t)length;
    }
    memmove(buffer, buffer + at, filled - at);
    filled -= at;
    return true;
}

bool gs_commands_read(int fd) {
    for (;;) {
        ssize_t got = recv(fd, buffer + filled, sizeof buffer - filled, MSG_DONTWAIT);
        if (got == 0) return false;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
        filled += (size_t)got;
        if (!take_frames()) return false;
    }
}
