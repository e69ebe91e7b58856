"""Watched objects that stay where they are need no round with the GIL: the tracer glances at their counts from outside (native/src/glance.c).

After each round of watches.py it is told by which words of memory it finds them (links.py); when these change, and each second, it
asks for a round. A watch that leads to another object each time is looked at with the GIL as often as asked for.
"""

import struct
import sys

from .links import words_to

# Of absent objects, which may come; a count is never asked for so seldom.
ABSENT_US = 100_000
SELDOM_US = 1_000_000
# Finding the words takes some 0.2 ms: for so many watches in a round, and again only after some rounds, twice as many each time.
_LEARN_AT_ONCE = 2
_MOST_PAUSE = 256
# So many words of an object, from the third on, tell when its size may have changed; of others it never does.
_GUARDS = {id(kind): min(6, kind.__basicsize__ // 8 - 2) for kind in (list, dict, set, bytearray)}
_ALL = (1 << 64) - 1


class Glances:
    """`immortal_from`: counts from there on mean that nobody counts, or None."""

    def __init__(self, native, immortal_from):
        self._native = native
        self._immortal_from = _ALL if immortal_from is None else immortal_from
        # From 3.12 on a count has 32 bits.
        self._mask = _ALL if immortal_from is None else (1 << 32) - 1
        self._seen = {}  # watch -> identity in the round before
        self._pauses = {}  # watch -> (rounds to come without trying to learn, how many the next time)
        self._usable = self._tried()

    def _tried(self):
        """Whether a count is where it is believed to be."""
        thing, kept = object(), []
        for more in (0, 5):
            kept += [thing] * more
            word = self._native.read(id(thing), 8)
            if len(word) != 8 or struct.unpack("<Q", word)[0] & self._mask != sys.getrefcount(thing) - 1:
                return False
        return True

    def pace(self, seconds):
        """Rounds so often from now on, or no more with None; the next is one of watches.py."""
        self._native.gs_glance_pace(0 if seconds is None else int(seconds * 1e6), 0)
        self._native.gs_glance_hurry()

    def forget(self, ident):
        self._native.gs_glance_forget(ident)
        self._seen.pop(ident, None)
        self._pauses.pop(ident, None)

    def told(self, rate, looks):
        """After a round: [(id, path, identity or None when absent, size, id of its type)] of all watches."""
        if not self._usable:
            return
        every, learning = SELDOM_US, _LEARN_AT_ONCE
        for ident, path, identity, size, kind in looks:
            before = self._seen.get(ident)
            self._seen[ident] = identity
            if identity is None:
                self.forget(ident)
                every = min(every, ABSENT_US)
            elif self._native.gs_glance_known(ident):
                self._native.gs_glance_size(ident, size)
            else:
                every = 0
                left, more = self._pauses.get(ident, (0, 2))
                if left:
                    self._pauses[ident] = left - 1, more
                elif before == identity and learning:
                    learning -= 1
                    if not self._learn(ident, path, identity, size, kind):
                        more = _MOST_PAUSE
                    self._pauses[ident] = more, min(2 * more, _MOST_PAUSE)
        self._native.gs_glance_pace(int(1e6 / rate), every)

    def _learn(self, ident, path, identity, size, kind):
        words = words_to(self._native.read, path)
        # The last one is its type: another thread may have put something else there meanwhile.
        if words is None or words[-1][:2] != (identity + 8, kind):
            return False
        about = struct.pack("<6Q", identity, self._mask, self._immortal_from, identity + 16, _GUARDS.get(kind, 0), size)
        return self._native.gs_glance_learn(ident, about, b"".join(struct.pack("<3Q", *word) for word in words), len(words)) == 0
