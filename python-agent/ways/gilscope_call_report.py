"""The report: results made comparable and short, and the file."""

import collections
import hashlib
import json
import os
import reprlib
import types

MOST_RESULT_CHARACTERS = 500
# A list of plain numbers or strings counts as one: this bounds the time, about 2 s, that is spent on nested results.
MOST_NODES = 1000000
BRIEF_TYPES = ({float}, {str}, {bytes}, {bool})


class Shortener(reprlib.Repr):
    def __init__(self):
        super().__init__()
        self.maxlevel = 4
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = 8
        self.maxstring = self.maxother = self.maxlong = 80

    def repr_int(self, value, level):
        # Writing out a huge one takes long, and newer interpreters refuse.
        return super().repr_int(value, level) if value.bit_length() < 4000 else "<int of %d bits>" % value.bit_length()


def shortened(results):
    """For people; at most 500 characters."""
    text = Shortener().repr(results)
    return text if len(text) <= MOST_RESULT_CHARACTERS else text[: MOST_RESULT_CHARACTERS - 3] + "..."


class NotComparable(Exception):
    pass


def digest(results):
    """SHA-256 that is the same for equal results of the same types, in any process and any Python; "" if that cannot be promised.

    Neither repr (addresses, order of sets) nor pickle (order, identities, protocols) is such a thing, so values are walked: what is no plain
    value is taken apart as copy and pickle do it, __reduce_ex__.
    """
    try:
        return Walk().of(results).hex()
    except Exception:  # the user's own classes take part
        return ""


class Walk:
    def __init__(self):
        self.nodes = 0
        self.above = []

    def of(self, value):
        """32 bytes."""
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise NotComparable
        kind = type(value)
        if kind is int:
            return self._hash("int", b"%x" % value)
        if kind in (float, bool, type(None), complex, type(Ellipsis), range):
            return self._hash(kind.__name__, repr(value).encode())
        if kind is str:
            return self._hash("str", value.encode("utf-8", "surrogatepass"))
        if kind in (bytes, bytearray):
            return self._hash(kind.__name__, value)
        if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
            return self._named(value)
        if id(value) in self.above:
            return self._hash("above", b"%d" % (len(self.above) - self.above.index(id(value))))
        self.above.append(id(value))
        try:
            return self._composed(value, kind)
        finally:
            self.above.pop()

    def _composed(self, value, kind):
        if kind in (list, tuple):
            return self._sequence(kind.__name__, value)
        if kind in (set, frozenset):
            return self._hash(kind.__name__, *sorted(map(self.of, value)))
        if kind is dict:
            return self._pairs("dict", value.items(), False)
        parts = value.__reduce_ex__(4)
        if isinstance(parts, str):
            return self._hash("name", getattr(value, "__module__", "").encode(), parts.encode())
        make, arguments, state, items, pairs = (tuple(parts) + (None,) * 5)[:5]
        return self._hash(
            "made",
            self.of(make),
            self.of(arguments),
            self.of(state),
            self._sequence("items", list(items or ())),
            self._pairs("pairs", pairs or (), isinstance(value, collections.OrderedDict)),
        )

    def _sequence(self, name, values):
        types_in = set(map(type, values))
        if types_in in BRIEF_TYPES or types_in == {int} and -(2**64) < min(values) and max(values) < 2**64:
            return self._hash(name + " of plain values", repr(list(values)).encode("utf-8", "surrogatepass"))
        return self._hash(name, *map(self.of, values))

    def _pairs(self, name, pairs, ordered):
        found = [self.of(key) + self.of(value) for key, value in pairs]
        return self._hash(name, *(found if ordered else sorted(found)))

    def _named(self, value):
        bound_to = getattr(value, "__self__", None)
        if "<" in value.__qualname__ or not isinstance(bound_to, (type(None), types.ModuleType)):
            raise NotComparable
        return self._hash("name", str(value.__module__).encode(), value.__qualname__.encode())

    @staticmethod
    def _hash(name, *parts):
        found = hashlib.sha256(name.encode())
        for part in parts:
            found.update(b"%d:" % len(part))
            found.update(part)
        return found.digest()


def write(path, report):
    """All of it or nothing: who reads finds no half file."""
    temporary = "%s.%d.tmp" % (path, os.getpid())
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(report, file)
            file.write("\n")
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.remove(temporary)
        raise
