"""By which words of memory a path leads to its object: found by looking, for native/src/glance.c, which then looks without the GIL.

A word is (address, what is there, mask). As long as all of them are there, following the path (lookup.py) finds the same object: each
word lies in an object that the ones before it lead to. Where that cannot be made certain there are none. The GIL is held.
"""

import struct
import sys

from .lookup import ATTRIBUTE, Busy, Missing, Refused, entry, instance_dict, is_class

ALL = (1 << 64) - 1
# Of a dict's table, at 8: its size in 3.8 to 3.10, later size and kind; so nothing is read beyond its end.
_TABLE_SIZE, _TABLE_MASK = 8, 0xFFFFFF
_WORD = 8
_BEFORE = 40
_MOST_VALUES = 64
_MOST_BYTES = 1 << 20
_MODULE = type(sys)


class Unclear(Exception):
    """There is no certain way by words alone."""


class Links:
    """`read(address, length)` reads this process's memory. The words are collected in `words`."""

    def __init__(self, read):
        self._read = read
        self.words = []

    def path(self, module, steps):
        """The words from `sys` to the object of a path; Unclear, or as lookup.py."""
        modules = sys.modules
        self._entry(instance_dict(sys), "modules", modules)
        found, _ = entry(modules, module)
        self._entry(modules, module, found)
        for kind, key in steps:
            found = self._attribute(found, key) if kind is ATTRIBUTE else self._item(found, key)
        self._type(found)
        return self.words

    def _word(self, address, value, mask=ALL):
        self.words.append((address, value & mask, mask))

    def _type(self, obj):
        self._word(id(obj) + _WORD, id(type(obj)))

    def _pointers(self, address, begin, end):
        """(address, value) of the words of an object that may point to something."""
        data = self._read(address + begin, end - begin)
        for at in range(0, len(data) - _WORD + 1, _WORD):
            value = struct.unpack_from("<Q", data, at)[0]
            if value > 65536 and value % _WORD == 0:
                yield address + begin + at, value

    def _one_pointer(self, obj, begin, value):
        """The one word of an object that is `value`."""
        end = type(obj).__basicsize__
        found = [at for at, there in self._pointers(id(obj), begin, end) if there == value]
        if len(found) != 1:
            raise Unclear
        self._word(found[0], value)

    def _entry(self, mapping, key, value):
        """From a dict to one of its values."""
        if type(mapping) is not dict:
            raise Unclear
        self._type(mapping)
        keys = [id(each) for each in list(mapping) if type(each) is type(key) and each == key]
        size = dict.__sizeof__(mapping) - dict.__basicsize__
        if len(keys) != 1 or size > _MOST_BYTES:
            raise Unclear
        pointers = list(self._pointers(id(mapping), 2 * _WORD, dict.__basicsize__))
        pair = struct.pack("<QQ", keys[0], id(value))
        for place, table in pointers:
            at = _aligned(self._read(table, size), pair)
            if len(at) == 1:
                self._word(place, table)
                self._word(table + _TABLE_SIZE, struct.unpack("<Q", self._read(table + _TABLE_SIZE, _WORD))[0], _TABLE_MASK)
                self._word(table + at[0], keys[0])
                self._word(table + at[0] + _WORD, id(value))
                return
        # Instances of a class share their keys: a name's place among the values never changes.
        only = struct.pack("<Q", id(value))
        for place, values in pointers:
            at = _aligned(self._read(values, min(size, _MOST_VALUES * _WORD)), only)
            if len(at) == 1:
                self._word(place, values)
                self._word(values + at[0], id(value))
                return
        raise Unclear

    def _attribute(self, obj, name):
        if is_class(obj):
            raise Unclear
        own = instance_dict(obj)
        if own is None:
            raise Unclear
        value, _ = entry(own, name)
        self._type(obj)
        # Before the object, too: from 3.11 on its dictionary is there.
        self._one_pointer(obj, 2 * _WORD if type(obj) is _MODULE else -_BEFORE, id(own))
        self._entry(own, name, value)
        return value

    def _item(self, obj, key):
        kind = type(obj)
        if kind is dict:
            value, _ = entry(obj, key)
            self._entry(obj, key, value)
            return value
        value, at = obj[key], key if key >= 0 else key + len(obj)
        self._type(obj)
        self._word(id(obj) + 2 * _WORD, len(obj))
        if kind is tuple:
            self._expect(id(obj) + tuple.__basicsize__ + at * _WORD, value)
            return value
        for place, items in self._pointers(id(obj), 3 * _WORD, list.__basicsize__):
            if self._read(items + at * _WORD, _WORD) == struct.pack("<Q", id(value)):
                self._word(place, items)
                self._word(items + at * _WORD, id(value))
                return value
        raise Unclear

    def _expect(self, address, value):
        if self._read(address, _WORD) != struct.pack("<Q", id(value)):
            raise Unclear
        self._word(address, id(value))


def _aligned(data, pattern):
    found, at = [], data.find(pattern)
    while at >= 0:
        if at % _WORD == 0:
            found.append(at)
        at = data.find(pattern, at + 1)
    return found


def words_to(read, path):
    """[(address, value, mask)] for a lookup.Path; None when there is no certain way."""
    try:
        return Links(read).path(path.module, path.steps)
    except (Unclear, Missing, Refused, Busy, RuntimeError, IndexError):
        return None
