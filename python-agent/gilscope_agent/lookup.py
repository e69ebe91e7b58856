"""Finds the object that `module:name.attr["key"][0]` names, by lookup alone: no code of the program runs.

Attributes come from the raw dictionaries of modules, classes and instances, and from slots; subscripts only work on exact
dict, list and tuple. Whatever could call the program (properties, __getattr__, subclasses of dict, keys with an __eq__ of
their own) is refused with its reason, or passed by. Used by watches.py; the window checks the same grammar
(src/shared/watchExpression.ts, with src/shared/protocol/golden/watch-expressions.json for both).
"""

import sys
from itertools import islice

MOST_CHARACTERS = 500
MOST_STEPS = 32
# A dictionary is walked, never asked by hash: asking may call the __eq__ of a key.
MOST_ENTRIES = 10_000
_TRIES = 3

ATTRIBUTE, ITEM = "attribute", "item"


class Refused(Exception):
    """Not an expression, or one that cannot be followed without running the program's code. One line."""


class Missing(Exception):
    """There is no such object now. One line."""


class Busy(Exception):
    """The program kept changing a dictionary while it was looked through: try again later."""


# The grammar.

_ESCAPES = {"\\": "\\", '"': '"', "'": "'", "n": "\n", "t": "\t", "r": "\r"}
_CODES = {"x": 2, "u": 4}
_HEX = frozenset("0123456789abcdefABCDEF")


def parse(text):
    """(module, ((kind, key), ...)); the first step is the name in the module. Refused when it is none."""
    if type(text) is not str or len(text) > MOST_CHARACTERS:
        raise Refused("a watch is a text of at most %d characters" % MOST_CHARACTERS)
    text = text.strip(" ")
    module, colon, _ = text.partition(":")
    if not colon:
        raise Refused('it names no module: write module:name, for instance "__main__:%s"' % text)
    if not all(part.isidentifier() for part in module.split(".")):
        raise Refused('"%s" is not the name of a module' % module)
    at = len(module) + 1
    name, at = _name(text, at)
    steps = [(ATTRIBUTE, name)]
    while at < len(text):
        if text[at] == ".":
            key, at = _name(text, at + 1)
            steps.append((ATTRIBUTE, key))
        elif text[at] == "[":
            key, at = _constant(text, at + 1)
            if text[at : at + 1] != "]":
                raise _unexpected(text, at, "]")
            at += 1
            steps.append((ITEM, key))
        else:
            raise _unexpected(text, at, '"." or "["')
        if len(steps) > MOST_STEPS:
            raise Refused("it has more than %d steps" % MOST_STEPS)
    return module, tuple(steps)


def _unexpected(text, at, wanted):
    found = '"%s"' % text[at] if at < len(text) else "the end"
    why = ": a watch only looks things up, it calls nothing" if text[at : at + 1] == "(" else ""
    return Refused("%s at character %d, where %s was expected%s" % (found, at + 1, wanted, why))


def _name(text, at):
    end = at
    while end < len(text) and text[at : end + 1].isidentifier():
        end += 1
    if end == at:
        raise _unexpected(text, at, "a name")
    return text[at:end], end


def _constant(text, at):
    quote = text[at : at + 1]
    if quote in ('"', "'"):
        return _string(text, at + 1, quote)
    end = at + 1 if quote == "-" else at
    first = end
    while end < len(text) and text[end] in "0123456789":
        end += 1
    if end == first or end - first > 18:
        raise _unexpected(text, at, "a number or a quoted key")
    return int(text[at:end]), end


def _string(text, at, quote):
    out = []
    while at < len(text):
        char = text[at]
        at += 1
        if char == quote:
            return "".join(out), at
        if char == "\\":
            char, at = _escape(text, at)
        out.append(char)
    raise _unexpected(text, at, "a closing " + quote)


def _escape(text, at):
    char = text[at : at + 1]
    if char in _CODES:
        digits = text[at + 1 : at + 1 + _CODES[char]]
        if len(digits) == _CODES[char] and _HEX.issuperset(digits):
            return chr(int(digits, 16)), at + 1 + len(digits)
    elif char in _ESCAPES:
        return _ESCAPES[char], at + 1
    raise _unexpected(text, at, "an escape")


# Raw lookups. The descriptors of `type` itself read what a metaclass of the program may have hidden.

class _Slotted:
    __slots__ = ("slot",)


_mro = type.__dict__["__mro__"].__get__
_namespace = type.__dict__["__dict__"].__get__
_class_name = type.__dict__["__name__"].__get__
_Module = type(sys)
_module_dict = _Module.__dict__["__dict__"].__get__
_GetSet = type(type.__dict__["__dict__"])
_Member = type(_Slotted.__dict__["slot"])
# These three find attributes as written down here, and in no other way.
_GETTERS = (object.__getattribute__, type.__getattribute__, _Module.__getattribute__)
_PROTOCOL = frozenset(("__get__", "__set__", "__delete__"))


def type_name(obj):
    """Of the object's real class, as an exact str."""
    return str.__str__(_class_name(type(obj)))[:200]


def entry(mapping, key, hint=0):
    """(value, its position) of an exact str or int key in an exact dict or a class's namespace; `hint`: where it was before."""
    kind = type(key)
    if hint:
        for found, value in islice(mapping.items(), hint, hint + 1):
            if type(found) is kind and found == key:
                return value, hint
    if len(mapping) > MOST_ENTRIES:
        raise Refused("a dict of %d entries is not looked through (at most %d)" % (len(mapping), MOST_ENTRIES))
    for _ in range(_TRIES):
        try:
            for at, (found, value) in enumerate(mapping.items()):
                if type(found) is kind and found == key:
                    return value, at
            raise Missing("there is no %s" % shown(key))
        except RuntimeError:
            continue
    raise Busy


def shown(key):
    return '"%s"' % key[:60] if type(key) is str else "[%d]" % key


def _of_class(cls, names):
    """What a class and its bases say of some names: the first of each in the order of the bases."""
    found = {}
    for base in _mro(cls) or ():
        for key, value in _namespace(base).items():
            if type(key) is str and key in names and key not in found:
                found[key] = value
    return found


def is_class(obj):
    return any(base is type for base in _mro(type(obj)) or ())


def instance_dict(obj, facts=None):
    """The raw dictionary of an object; None when it has none that is one."""
    cls = type(obj)
    if cls is _Module:
        found = _module_dict(obj)
    else:
        getter = (_of_class(cls, ("__dict__",)) if facts is None else facts).get("__dict__")
        if type(getter) is not _GetSet and type(getter) is not _Member:
            return None
        found = getter.__get__(obj, cls)
    return found if type(found) is dict else None


def _attribute(obj, name, hint):
    """(value, position); Python's own order of lookup, without calling anything it finds."""
    cls = type(obj)
    if cls is _Module:
        return entry(_module_dict(obj), name, hint)
    if is_class(obj):
        return _of_a_class(obj, name), 0
    facts = _of_class(cls, (name, "__dict__", "__getattribute__", "__getattr__"))
    if not any(facts.get("__getattribute__") is getter for getter in _GETTERS):
        raise Refused("%s has a __getattribute__ of its own, which would have to run" % type_name(obj))
    protocol = ()
    if name in facts:
        if type(facts[name]) is _Member:
            return _slot(facts[name], obj, name), 0
        protocol = _of_class(type(facts[name]), _PROTOCOL)
        if "__set__" in protocol or "__delete__" in protocol:
            raise _computed(obj, name, facts[name])
    if "__dict__" in facts:
        own = instance_dict(obj, facts)
        if own is None:
            raise Refused("the __dict__ of %s is no plain dict" % type_name(obj))
        try:
            return entry(own, name, hint)
        except Missing:
            pass
    if "__get__" in protocol:
        raise _computed(obj, name, facts[name])
    if name in facts:
        return facts[name], 0
    if "__getattr__" in facts:
        raise Refused('%s has no "%s", and its __getattr__ would have to run' % (type_name(obj), name))
    raise Missing('%s has no attribute "%s"' % (type_name(obj), name))


def _slot(member, obj, name):
    try:
        return member.__get__(obj, type(obj))
    except AttributeError:
        raise Missing('the slot "%s" of %s is empty' % (name, type_name(obj))) from None


def _computed(obj, name, descriptor):
    return Refused('"%s" of %s is a %s: it is computed, not stored' % (name, type_name(obj), type_name(descriptor)))


def _of_a_class(cls, name):
    """An attribute of a class itself, as `Class.name` finds it."""
    facts = _of_class(type(cls), (name, "__getattribute__", "__getattr__"))
    if not any(facts.get("__getattribute__") is getter for getter in _GETTERS):
        raise Refused("the class of %s has a __getattribute__ of its own, which would have to run" % _told(cls))
    if name in facts and "__set__" in _of_class(type(facts[name]), _PROTOCOL):
        raise _computed(cls, name, facts[name])
    found = _of_class(cls, (name,))
    if name not in found and "__getattr__" in facts:
        raise Refused('%s has no "%s", and a __getattr__ would have to run' % (_told(cls), name))
    if name not in found:
        raise Missing('class %s has no attribute "%s"' % (_told(cls), name))
    if "__get__" in _of_class(type(found[name]), _PROTOCOL):
        raise _computed(cls, name, found[name])
    return found[name]


def _told(cls):
    return str.__str__(_class_name(cls))[:200]


def _item(obj, key, hint):
    kind = type(obj)
    if kind is dict:
        return entry(obj, key, hint)
    if kind is not list and kind is not tuple:
        raise Refused("a %s may decide by code what %s is (only dict, list and tuple do not)" % (type_name(obj), shown(key)))
    if type(key) is not int:
        raise Refused("a %s has no keys: write a number" % type_name(obj))
    try:
        return obj[key], 0
    except IndexError:
        raise Missing("the %s has %d elements" % (type_name(obj), len(obj))) from None


class Path:
    """A parsed expression that can be followed again and again; remembers where keys were found, and no object."""

    def __init__(self, expression):
        self.module, self.steps = parse(expression)
        self._hints = [0] * (len(self.steps) + 1)

    def follow(self):
        """The object. Raises Missing, Refused or Busy."""
        modules, hints = sys.modules, self._hints
        if type(modules) is not dict:
            raise Refused("the program has replaced sys.modules")
        try:
            found, hints[-1] = entry(modules, self.module, hints[-1])
        except Missing:
            raise Missing("the module %s is not imported" % self.module) from None
        for at, (kind, key) in enumerate(self.steps):
            found, hints[at] = (_attribute if kind is ATTRIBUTE else _item)(found, key, hints[at])
        return found
