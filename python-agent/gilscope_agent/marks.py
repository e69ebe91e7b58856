"""Regions and instants that the program marks itself, by the installed module `gilscope_agent` (../marks/gilscope_agent.py).

That module finds this one's `Marks` in `threading._active.gilscope_marks` (names.py): where only it looks, and only while there
is a recording. Its calls, on the program's own threads, are `begin`, `end` and `instant`; they must neither block nor raise.
"""

import time
from _thread import get_native_id

from . import wire

# So many regions and instants a second; the rest are counted. An end follows every begin that was sent.
MOST_A_SECOND = 10_000
MOST_OPEN = 10_000
MOST_CHARACTERS = 200
_SECOND_NS = 1_000_000_000


class Marks:
    """`send(payload)` says whether a MARK frame could be queued; `serial()` is the calling thread's, 0 when not known."""

    def __init__(self, send, serial):
        self._send = send
        self._serial = serial
        # One step of it is atomic: no lock, which a signal handler could find taken.
        self._ids = iter(range(1, 1 << 63)).__next__
        self._open = set()
        self._second = self._sent = 0
        self.dropped = self._told = 0

    def begin(self, name):
        """The number by which it ends; 0 when it is not sent."""
        ident = 0
        try:
            now = time.monotonic_ns()
            if len(self._open) < MOST_OPEN and self._admit(now):
                ident = self._ids()
                self._open.add(ident)
                self._tell(wire.MARK_BEGIN, now, ident, name)
                return ident
        except Exception:
            self._open.discard(ident)
        self.dropped += 1
        return 0

    def end(self, ident):
        try:
            now = time.monotonic_ns()
            if ident in self._open:
                self._open.discard(ident)
                self._post(wire.mark(wire.MARK_END, now, ident, self.dropped))
        except Exception:
            self.dropped += 1

    def instant(self, name):
        try:
            now = time.monotonic_ns()
            if self._admit(now):
                return self._tell(wire.MARK_INSTANT, now, 0, name)
        except Exception:
            pass
        self.dropped += 1

    def close(self):
        """How many were dropped, if that was not told yet: before the recording ends."""
        try:
            if self.dropped != self._told:
                self._post(wire.mark(wire.MARK_NONE, time.monotonic_ns(), 0, self.dropped))
        except Exception:
            pass

    def _admit(self, now):
        second = now // _SECOND_NS
        if second != self._second:
            self._second, self._sent = second, 0
        self._sent += 1
        return self._sent <= MOST_A_SECOND

    def _tell(self, what, now, ident, name):
        text = (name if type(name) is str else str(name))[:MOST_CHARACTERS]
        self._post(wire.mark(what, now, ident, self.dropped, self._serial(), get_native_id(), text))

    def _post(self, payload):
        dropped = self.dropped
        if not self._send(payload):
            raise OverflowError("the queue is full")
        self._told = dropped
