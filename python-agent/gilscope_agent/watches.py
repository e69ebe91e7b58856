"""Reference counts of objects the user watches: looked up anew in each round (lookup.py), counted, and let go.

Nothing is kept from one sample to the next but numbers and names, so no object lives longer because it is watched. Rounds
are driven by the engine of measurement: exact.py by the tracer's own thread, estimated.py by the agent's.
"""

import os
import sys
import time
from sys import getrefcount, getsizeof

from . import wire
from .lookup import Busy, Missing, Path, Refused, entry, instance_dict, type_name

RATE_HZ = 100.0
LEAST_HZ, MOST_HZ = 0.1, 1000.0
MOST_WATCHES = 64
MOST_MODULES = 5000
MOST_NAMES = 2000
# A reply is one frame, with room for everything else in it.
MOST_REPLY_BYTES = 512 << 10
_TRIES = 3

NO_SIZE = (1 << 64) - 1
# Flags of a row of REFCOUNT.
IMMORTAL, ABSENT, ANOTHER = 1, 2, 4

# From 3.12 on counts of 2**31 and more mean that nobody counts; None is such an object then, and an ordinary one before.
IMMORTAL_FROM = 1 << 31
HAS_IMMORTALS = getrefcount(None) >= IMMORTAL_FROM
# Counts of a free-threaded build are the sum of two fields that other threads may be changing.
SPLIT = "t" in getattr(sys, "abiflags", "")

# sys.getsizeof() calls __sizeof__: only of types that are known to be C.
_BUILTIN = (int, float, complex, bool, str, bytes, bytearray, memoryview, list, tuple, dict, set, frozenset, range, slice)
_OTHER = (type(None), type, object, type(sys), type(time.time), type(lambda: None))
_SIZED = frozenset(id(kind) for kind in _BUILTIN + _OTHER)


def _measure(follow):
    """(references, id, type name, size, id of the type) of what `follow()` finds; our own references are not taken off yet."""
    obj = follow()
    count = getrefcount(obj)
    return count, id(obj), type_name(obj), getsizeof(obj) if id(type(obj)) in _SIZED else None, id(type(obj))


class _Probe:
    """An object with exactly one reference, followed as a Path follows: tells how many references of ours are in a count."""

    def __init__(self):
        self._place = {"": object()}

    def follow(self):
        found, _ = entry(self._place, "")
        return found


_OURS = _measure(_Probe().follow)[0] - 1


class Watch:
    """One expression, and what was last told of it."""

    def __init__(self, ident, expression):
        self.id = ident
        self.expression = expression
        self._path = Path(expression)
        self._object = None
        # (identity or None, size, id of the type) in the latest round.
        self._latest = (None, NO_SIZE, 0)
        self._told = None

    def look(self):
        """(flags, count, size, what is to be told or None) of this moment; None when it could not be had."""
        try:
            count, identity, kind, size, type_id = _measure(self._path.follow)
        except (Busy, RuntimeError):
            return None
        except Missing as error:
            self._latest = (None, NO_SIZE, 0)
            return ABSENT, 0, None, self._news("waiting" if self._object is None else "gone", None, str(error))
        except Refused as error:
            self._latest = (None, NO_SIZE, 0)
            return ABSENT, 0, None, self._news("refused", None, str(error))
        flags = ANOTHER if self._object not in (None, identity) else 0
        self._object = identity
        self._latest = (identity, NO_SIZE if size is None else size, type_id)
        if HAS_IMMORTALS and count >= IMMORTAL_FROM:
            return flags | IMMORTAL, 0, size, self._news("immortal", kind, None)
        return flags, max(0, count - _OURS), size, self._news("counted", kind, None)

    def _news(self, state, kind, reason):
        told = (state, kind, reason)
        if told == self._told:
            return None
        self._told = told
        value = {"state": state}
        if kind is not None:
            value["type"] = kind
        if reason is not None:
            value["reason"] = reason[:1000]
        return value

    def place(self):
        """For glances.py: (id, path, identity or None when absent, size, id of its type)."""
        identity, size, type_id = self._latest
        return self.id, self._path, identity, size, type_id

    def forget_told(self):
        """It did not arrive, or the other end is another one, in a forked child."""
        self._told = None


class Watches:
    """The watches of this process. `send(kind, payload)` takes bytes, and is False when there is no room for them;
    `pace(seconds)` sets the time between rounds, None for none; `glances` is of glances.py, or None where there is no tracer."""

    def __init__(self, send, pace, glances=None):
        self._send = send
        self._pace = pace
        self._glances = glances
        self._list = []
        self._next = 1
        self.rate = RATE_HZ

    def add(self, expression, rate=None):
        """The watch's id; the same for an expression that is watched already. ValueError when it cannot be."""
        if rate is not None:
            self.set_rate(rate)
        for watch in self._list:
            if watch.expression == expression:
                return watch.id
        if len(self._list) >= MOST_WATCHES:
            raise ValueError("there are %d watches already" % MOST_WATCHES)
        try:
            watch = Watch(self._next, expression)
        except Refused as error:
            raise ValueError(str(error)) from None
        self._next += 1
        # Another thread of the program may be forking: the list is replaced, never changed.
        self._list = self._list + [watch]
        self._round([watch])
        self._pace(1 / self.rate)
        return watch.id

    def remove(self, ident):
        for watch in self._list:
            if watch.id == ident:
                self._list = [other for other in self._list if other is not watch]
                if self._glances is not None:
                    self._glances.forget(ident)
                self._tell(watch, {"state": "removed"}, time.monotonic_ns())
                self._pace(1 / self.rate if self._list else None)
                return
        raise ValueError("there is no watch %s" % str(ident)[:20])

    def set_rate(self, rate):
        if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not LEAST_HZ <= rate <= MOST_HZ:
            raise ValueError("a rate is a number of samples a second from %g to %g" % (LEAST_HZ, MOST_HZ))
        self.rate = float(rate)
        if self._list:
            self._pace(1 / self.rate)

    def begin_again(self):
        """In a forked child, on a new connection: it is told everything, and rounds go on."""
        for watch in self._list:
            watch.forget_told()
        if self._list:
            self._pace(1 / self.rate)

    def round(self):
        """Look at every watch once."""
        self._round(self._list)
        if self._glances is not None:
            self._glances.told(self.rate, [watch.place() for watch in self._list])

    def _round(self, watches):
        begun = time.monotonic_ns()
        rows = bytearray()
        count = 0
        for watch in watches:
            seen = watch.look()
            if seen is None:
                continue
            flags, references, size, news = seen
            if news is not None:
                self._tell(watch, news, begun)
            rows += wire.refcount_row(watch.id, flags, references, NO_SIZE if size is None else size)
            count += 1
        if count:
            self._send(wire.REFCOUNT, wire.refcount_head(begun, time.monotonic_ns() - begun, count, SPLIT) + bytes(rows))

    def _tell(self, watch, news, ns):
        value = {"id": watch.id, "expression": watch.expression, "ns": str(ns), "rate_hz": self.rate}
        if SPLIT:
            value["split"] = True
        value.update(news)
        if not self._send(wire.WATCH, wire.dumps(value).encode("utf-8")):
            watch.forget_told()


# For the picker.


def _walk(mapping, tell):
    """[tell(name, value)] for the names of a dictionary that are exact str; of values no reference is kept."""
    for _ in range(_TRIES):
        try:
            return [tell(name, value) for name, value in mapping.items() if type(name) is str]
        except RuntimeError:
            continue  # another thread has added one
    return []


def _fitting(items, most):
    """As many as a reply has room for."""
    size = 0
    for at, item in enumerate(items[:most]):
        size += len(wire.dumps(item)) + 1
        if size > MOST_REPLY_BYTES:
            return items[:at]
    return items[:most]


def modules():
    """[{name, names, kind}] of the modules there are, as far as they are plain; `kind`: main, program or library."""
    if type(sys.modules) is not dict:
        return []
    library = _folder(instance_dict(os))
    found = [told for told in _walk(sys.modules, lambda name, module: _module(name, module, library)) if told]
    return _fitting(found, MOST_MODULES)


def _module(name, module, library):
    names = None if module is None else instance_dict(module)
    return None if names is None else {"name": name[:200], "names": len(names), "kind": _kind(name, names, library)}


def _kind(name, names, library):
    if name == "__main__":
        return "main"
    folder = _folder(names)
    if not folder or folder.startswith(library) or "site-packages" in folder or "dist-packages" in folder:
        return "library"
    return "program"


def _folder(names):
    try:
        path, _ = entry(names, "__file__")
    except (Missing, Refused, Busy):
        return ""
    return path.rpartition("/")[0] if type(path) is str else ""


def names(module):
    """{names: [[name, type]], more: n} of a module. ValueError when there is no such module."""
    try:
        found = instance_dict(entry(sys.modules, module)[0]) if type(module) is str else None
    except (Missing, Refused, Busy):
        found = None
    if found is None:
        raise ValueError("there is no module %s to look into" % str(module)[:200])
    every = [pair for pair in _walk(found, lambda name, value: [name[:200], type_name(value)]) if pair[0].isidentifier()]
    told = _fitting(every, MOST_NAMES)
    return {"names": told, "more": len(every) - len(told)}
