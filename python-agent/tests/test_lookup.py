"""Watches find objects by lookup alone: what is found, what is refused, and that no code of the program runs for it."""

import collections
import json
import os
import sys
import types
import unittest
import warnings

from golden import FOLDER
from gilscope_agent import lookup, watches, wire
from gilscope_agent.lookup import Missing, Path, Refused, parse

ran = []


def note(*what):
    ran.append(what)


class Plain:
    in_class = "class value"

    def __init__(self):
        self.value = ["the value"]
        self.nested = {"key": [1, {"deeper": ("a", "b")}], 7: "seven", "it's": "quoted"}

    def method(self):
        note("method")

    @property
    def computed(self):
        note("property")

    @classmethod
    def of_class(cls):
        note("classmethod")


class Slotted:
    __slots__ = ("full", "empty")

    def __init__(self):
        self.full = "slot value"


class Getattr:
    def __init__(self):
        self.real = "stored"

    def __getattr__(self, name):
        note("__getattr__", name)
        return "made up"


class Getattribute:
    def __getattribute__(self, name):
        note("__getattribute__", name)
        return object.__getattribute__(self, name)


class Descriptor:
    def __get__(self, obj, cls):
        note("__get__")

    def __set__(self, obj, value):
        note("__set__")


class Described:
    field = Descriptor()


class Meta(type):
    computed = property(lambda cls: note("meta property"))

    def __getattr__(cls, name):
        note("meta __getattr__", name)

    @property
    def __mro__(cls):
        note("meta __mro__")
        return type.__mro__

    def __hash__(cls):
        note("meta __hash__")
        return 1

    def __eq__(cls, other):
        note("meta __eq__")
        return False


class OfMeta(metaclass=Meta):
    value = "of the class"


class MetaGetattribute(type):
    def __getattribute__(cls, name):
        note("meta __getattribute__", name)
        return type.__getattribute__(cls, name)


class OfMetaGetattribute(metaclass=MetaGetattribute):
    value = "of the class"

    def __init__(self):
        self.own = "of the instance"


class Colliding:
    """Sits in the same place of a dict as a text or a number, and would be asked whether it is one."""

    def __init__(self, like):
        self.like = like

    def __hash__(self):
        return hash(self.like)

    def __eq__(self, other):
        note("key __eq__", other)
        return True


class LooksLikeText(str):
    def __eq__(self, other):
        note("str __eq__")
        return True

    def __hash__(self):
        return str.__hash__(self)


class OwnDict(dict):
    def __getitem__(self, key):
        note("dict __getitem__")

    def __missing__(self, key):
        note("__missing__")

    def items(self):
        note("items")
        return ()


class OwnList(list):
    def __getitem__(self, key):
        note("list __getitem__")


class ShadowedDict:
    @property
    def __dict__(self):
        note("__dict__")
        return {"x": 1}


class Liar:
    @property
    def __class__(self):
        note("__class__")
        return dict

    def __sizeof__(self):
        note("__sizeof__")
        return 1

    def __repr__(self):
        note("__repr__")
        return "liar"

    def __len__(self):
        note("__len__")
        return 3


class NamedOddly(str):
    def __str__(self):
        note("name __str__")
        return "?"


class OwnModule(types.ModuleType):
    @property
    def computed(self):
        note("module property")

    def __getattr__(self, name):
        note("module __getattr__", name)


def module(**names):
    """A module of the name `watched`, as a program would have one."""
    made = types.ModuleType("watched")
    made.__dict__.update(names)
    sys.modules["watched"] = made
    return made


class Lookup(unittest.TestCase):
    def setUp(self):
        del ran[:]
        self.addCleanup(sys.modules.pop, "watched", None)
        self.addCleanup(lambda: self.assertEqual(ran, []))

    def find(self, steps):
        path = Path("watched:" + steps)
        found = path.follow()
        # Again, now from where it was found.
        self.assertIs(path.follow(), found)
        return found

    def refused(self, steps, pattern):
        with self.assertRaisesRegex(Refused, pattern):
            Path("watched:" + steps).follow()

    def missing(self, steps, pattern):
        with self.assertRaisesRegex(Missing, pattern):
            Path("watched:" + steps).follow()

    def test_finds_what_is_stored(self):
        plain, slotted = Plain(), Slotted()
        module(plain=plain, slotted=slotted, Plain=Plain, pair=(1, [2, 3]), OfMeta=OfMeta, lib=os)
        self.assertIs(self.find("plain"), plain)
        self.assertIs(self.find("plain.value"), plain.value)
        self.assertIs(self.find("plain.in_class"), Plain.in_class)
        self.assertIs(self.find("Plain.in_class"), Plain.in_class)
        self.assertIs(self.find("plain.nested"), plain.nested)
        self.assertEqual(self.find('plain.nested["key"][1]["deeper"][-1]'), "b")
        self.assertEqual(self.find("plain.nested[7]"), "seven")
        self.assertEqual(self.find("plain.nested['it\\'s']"), "quoted")
        self.assertEqual(self.find("slotted.full"), "slot value")
        self.assertEqual(self.find("pair[1][0]"), 2)
        self.assertIs(self.find("lib.path.sep"), os.path.sep)

    def test_a_module_that_comes_later(self):
        path = Path("watched:name")
        with self.assertRaisesRegex(Missing, "not imported"):
            path.follow()
        module(name="here")
        self.assertEqual(path.follow(), "here")
        del sys.modules["watched"].name
        with self.assertRaisesRegex(Missing, 'no "name"'):
            path.follow()

    def test_what_is_not_there(self):
        module(plain=Plain(), slotted=Slotted(), short=[1], Plain=Plain)
        self.missing("nothing", 'no "nothing"')
        self.missing("plain.nothing", 'Plain has no attribute "nothing"')
        self.missing("slotted.empty", 'slot "empty" of Slotted is empty')
        self.missing("slotted.nothing", "no attribute")
        self.missing("short[1]", "the list has 1 elements")
        self.missing('plain.nested["nothing"]', 'no "nothing"')
        self.missing("plain.nested[8]", r"no \[8\]")
        self.missing("Plain.nothing", "class Plain has no attribute")

    def test_what_would_run_code_is_refused(self):
        module(
            plain=Plain(), Plain=Plain, got=Getattr(), getattribute=Getattribute(), described=Described(), own_dict=OwnDict(a=1),
            own_list=OwnList([1]), shadowed=ShadowedDict(), OfMeta=OfMeta, text="text", ordered=collections.OrderedDict(a=1),
            Strict=OfMetaGetattribute, strict=OfMetaGetattribute(), proxy=types.MappingProxyType({"a": 1}),
        )
        self.refused("plain.computed", '"computed" of Plain is a property')
        self.refused("plain.method", "is a function: it is computed, not stored")
        self.refused("plain.of_class", "is a classmethod")
        self.refused("plain.__class__", "is a getset_descriptor|is a property")
        self.refused("Plain.method", "is a function")
        self.refused("got.made_up", "its __getattr__ would have to run")
        self.assertEqual(self.find("got.real"), "stored")
        self.refused("getattribute.x", "a __getattribute__ of its own")
        self.refused("described.field", "is a Descriptor")
        self.refused('own_dict["a"]', "OwnDict may decide by code")
        self.refused("own_list[0]", "OwnList may decide by code")
        self.refused("shadowed.x", "__dict__ of ShadowedDict is no plain dict")
        self.refused("OfMeta.computed", "is a property")
        self.refused("OfMeta.other", "a __getattr__ would have to run")
        self.assertEqual(self.find("OfMeta.value"), "of the class")
        self.refused("Strict.value", "__getattribute__ of its own")
        self.assertEqual(self.find("strict.own"), "of the instance")
        self.refused("text[0]", "a str may decide")
        self.refused('ordered["a"]', "OrderedDict may decide")
        self.refused('proxy["a"]', "mappingproxy may decide")
        self.refused('plain.value["a"]', "a list has no keys")

    def test_what_stands_before_what(self):
        plain = Plain()
        # A property comes before the instance, a method after it.
        plain.__dict__.update(computed="hidden by the property", method="hides the method", in_class="hides the class's")
        module(plain=plain)
        self.refused("plain.computed", "is a property")
        self.assertEqual(self.find("plain.method"), "hides the method")
        self.assertEqual(self.find("plain.in_class"), "hides the class's")

    def test_an_instance_dict_that_is_none(self):
        plain = Plain()
        plain.__dict__ = OwnDict(x=1)
        module(plain=plain)
        self.refused("plain.x", "__dict__ of Plain is no plain dict")

    def test_a_module_of_a_class_of_its_own(self):
        made = OwnModule("watched")
        made.__dict__["name"] = "stored"
        sys.modules["watched"] = made
        self.assertEqual(self.find("name"), "stored")
        self.refused("computed", "is a property")
        self.refused("nothing", "its __getattr__ would have to run")

    def test_keys_are_never_compared_by_their_own_code(self):
        texts = {Colliding("key"): "wrong", LooksLikeText("key"): "wrong too"}
        texts["other"] = 1
        # By iteration, as here, they can be entered beside what they claim to be.
        numbers = {Colliding(5): "wrong", True: "no number"}
        module(texts=texts, numbers=numbers)
        del ran[:]
        self.missing('texts["key"]', 'no "key"')
        self.missing("numbers[5]", r"no \[5\]")
        self.missing("numbers[1]", r"no \[1\]")
        sys.modules["watched"].__dict__[Colliding("name")] = "wrong"
        self.missing("name", 'no "name"')

    def test_a_class_with_keys_of_its_own_in_its_namespace(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # 3.13 says that such keys are strange
            strange = type("Strange", (), {Colliding("name"): "wrong", "right": "right"})
        module(strange=strange(), Strange=strange)
        del ran[:]
        self.missing("strange.name", "no attribute")
        self.missing("Strange.name", "no attribute")
        self.assertEqual(self.find("strange.right"), "right")

    def test_a_large_dict_is_refused(self):
        module(large=dict.fromkeys(range(lookup.MOST_ENTRIES + 1)), most=dict.fromkeys(range(lookup.MOST_ENTRIES)))
        self.refused("large[5]", "a dict of 10001 entries is not looked through")
        self.assertIsNone(self.find("most[9999]"))

    def test_a_sample_runs_nothing_either(self):
        liar = Liar()
        oddly = type("Odd", (), {})
        oddly.__name__ = NamedOddly("Odd")
        module(liar=liar, odd=oddly(), OfMeta=OfMeta, of_meta=OfMeta())
        for name in ("liar", "odd", "OfMeta", "of_meta"):
            flags, count, size, news = watches.Watch(1, "watched:" + name).look()
            self.assertEqual((flags, news["state"]), (0, "counted"))
            wire.dumps(news)
        self.assertEqual(watches.Watch(1, "watched:liar").look()[2], None)
        watches.modules()
        self.assertIn(["odd", "Odd"], watches.names("watched")["names"])


class Grammar(unittest.TestCase):
    def test_the_same_as_the_window(self):
        with open(os.path.join(FOLDER, "watch-expressions.json"), encoding="utf-8") as file:
            cases = json.load(file)
        for case in cases["good"]:
            module, steps = parse(case["text"])
            self.assertEqual((module, [list(step) for step in steps]), (case["module"], case["steps"]), case)
        for case in cases["bad"]:
            with self.assertRaises(Refused) as caught:
                parse(case["text"])
            self.assertEqual(str(caught.exception), case["why"])
        for value in (None, 5, b"a:b", "a:" + "b" * lookup.MOST_CHARACTERS, "a:b" + "[0]" * lookup.MOST_STEPS):
            with self.assertRaises(Refused):
                parse(value)


if __name__ == "__main__":
    unittest.main()
