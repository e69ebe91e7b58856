"""CPU clocks of other threads, read so that a thread which has just ended can do no harm. Used by the estimated engine.

`pthread_getcpuclockid` looks into the thread's own memory, so asking it for a thread that has gone may crash. On Linux the
number of such a clock is made of the kernel's thread id alone; reading it for a thread that has gone is a plain error.
Elsewhere (macOS has no such clocks) there is none, and only profile events are left.
"""

import sys
import time

_LINUX = sys.platform.startswith("linux")
# Bits of a Linux clock number: 4 = of one thread, 2 = the scheduler's nanoseconds.
_THREAD_CLOCK = 6


def clock_of(tid):
    """A function giving the CPU ns of that thread, None once it has gone; or None where such clocks cannot be read."""
    if not _LINUX or not tid:
        return None
    number = (~tid << 3) | _THREAD_CLOCK
    read = time.clock_gettime_ns

    def clock():
        try:
            return read(number)
        except OSError:
            return None

    return clock if clock() is not None else None


def tid_of_ident(ident):
    """Kernel id of a thread of which only the `threading` ident is known. The caller holds the GIL and has just seen a
    Python frame of that thread, so the thread lives and its memory is there."""
    if not _LINUX:
        return 0
    try:
        return ~(time.pthread_getcpuclockid(ident) >> 3)
    except OSError:
        return 0
