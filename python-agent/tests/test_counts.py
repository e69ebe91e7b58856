"""Watches count references: known ones exactly, immortal and vanished objects as such, and nothing is kept alive."""

import gc
import json
import sys
import unittest
import weakref

from collector import wire
from gilscope_agent import watches
from gilscope_agent.lookup import Path
from test_lookup import Plain, Slotted, module, note


class Counts(unittest.TestCase):
    def setUp(self):
        self.sent = []
        self.paces = []
        self.room = True
        self.watches = watches.Watches(self.take, self.paces.append)
        self.addCleanup(sys.modules.pop, "watched", None)

    def take(self, kind, payload):
        if self.room:
            self.sent.append((kind, payload))
        return self.room

    def last(self):
        """(flags, count, size) of the last row sent."""
        payload = [p for k, p in self.sent if k == wire.REFCOUNT][-1]
        row = payload[-20:]
        return row[2], int.from_bytes(row[4:12], "little"), int.from_bytes(row[12:20], "little")

    def told(self):
        return [json.loads(p.decode()) for k, p in self.sent if k == wire.WATCH]

    def test_known_references_exactly(self):
        module(item=[1], holder=Plain(), box={"a": [Plain()]}, Plain=Plain)
        holder = sys.modules["watched"].holder
        places = ["watched:item", "watched:holder.value", 'watched:box["a"][0]']
        for place in places:
            watch = watches.Watch(1, place)
            for extra in (0, 4, 99, 0):
                kept = [Path(place).follow()] * extra
                self.assertEqual(watch.look()[:2], (0, 1 + extra), (place, extra))
                del kept
        slotted = Slotted()
        slotted.full = ["only here"]
        sys.modules["watched"].slotted = slotted
        self.assertEqual(watches.Watch(1, "watched:slotted.full").look()[:2], (0, 1))
        Plain.stored = ["in the class"]
        self.addCleanup(delattr, Plain, "stored")
        self.assertEqual(watches.Watch(1, "watched:Plain.stored").look()[:2], (0, 1))
        self.assertEqual(watches.Watch(1, "watched:holder.stored").look()[:2], (0, 1))
        self.assertIsNotNone(holder)

    def test_sizes(self):
        module(item=[1, 2, 3], plain=Plain())
        self.assertEqual(watches.Watch(1, "watched:item").look()[2], sys.getsizeof([1, 2, 3]))
        self.assertIsNone(watches.Watch(1, "watched:plain").look()[2])

    def test_immortals(self):
        module(none=None, mortal=[1], small=5)
        immortal = sys.version_info >= (3, 12)
        for name in ("none", "small"):
            watch = watches.Watch(1, "watched:" + name)
            flags, count, _, news = watch.look()
            self.assertEqual(flags, watches.IMMORTAL if immortal else 0)
            self.assertEqual(news["state"], "immortal" if immortal else "counted")
            if not immortal:
                self.assertGreater(count, 10)
        self.assertEqual(watches.Watch(1, "watched:mortal").look()[0], 0)

    def test_gone_and_back(self):
        made = module()
        watch = watches.Watch(1, "watched:item")
        flags, _, _, news = watch.look()
        self.assertEqual((flags, news["state"]), (watches.ABSENT, "waiting"))
        self.assertIsNone(watch.look()[3])
        made.item = [1]
        flags, count, _, news = watch.look()
        self.assertEqual((flags, count, news), (0, 1, {"state": "counted", "type": "list"}))
        del made.item
        self.assertEqual(watch.look()[3], {"state": "gone", "reason": 'there is no "item"'})
        made.item = {1}
        kept = made.item
        flags, count, _, news = watch.look()
        self.assertEqual((flags & ~watches.ANOTHER, count, news["type"]), (0, 2, "set"))
        made.item = {2}
        self.assertEqual(watch.look()[:2], (watches.ANOTHER, 1))
        self.assertEqual(watch.look()[:2], (0, 1))
        del kept

    def test_nothing_is_kept_alive(self):
        made = module(item=Plain())
        self.watches.add("watched:item")
        self.watches.add("watched:item.value")
        self.watches.add("watched:item.computed")
        gone = weakref.ref(made.item)
        for _ in range(50):
            self.watches.round()
        del made.item
        self.assertIsNone(gone())
        of_class = module(Local=type("Local", (), {"value": [1]}))
        self.watches.add("watched:Local.value")
        self.watches.round()
        gone = weakref.ref(of_class.Local)
        del of_class.Local
        gc.collect()
        self.assertIsNone(gone())

    def test_rounds_and_frames(self):
        module(item=[1], other=[2])
        first = self.watches.add("watched:item")
        self.assertEqual(self.watches.add("watched:item"), first)
        second = self.watches.add("watched:other", 250)
        self.assertEqual(self.paces[-1], 1 / 250)
        del self.sent[:]
        self.watches.round()
        ((kind, payload),) = self.sent
        self.assertEqual(kind, wire.REFCOUNT)
        self.assertEqual(len(payload), 16 + 2 * 20)
        self.assertEqual([payload[16], payload[36]], [first, second])
        self.assertEqual(self.last()[:2], (0, 1))
        self.watches.remove(first)
        self.assertEqual(self.told()[-1]["state"], "removed")
        self.watches.remove(second)
        self.assertEqual(self.paces[-1], None)
        del self.sent[:]
        self.watches.round()
        self.assertEqual(self.sent, [])

    def test_what_did_not_arrive_is_told_again(self):
        made = module(item=[1])
        self.watches.add("watched:item")
        self.room = False
        del made.item
        self.watches.round()
        self.room = True
        del self.sent[:]
        self.watches.round()
        self.assertEqual([told["state"] for told in self.told()], ["gone"])

    def test_a_replaced_getrefcount_is_not_called(self):
        module(item=[1])
        original = sys.getrefcount
        self.addCleanup(setattr, sys, "getrefcount", original)
        sys.getrefcount = lambda obj: note("getrefcount") or 99
        self.assertEqual(watches.Watch(1, "watched:item").look()[:2], (0, 1))

    def test_long_lists_fit_a_reply(self):
        module(**{"n\u00e4me_%d_" % number + "\u00e4" * 180: number for number in range(watches.MOST_NAMES)})
        found = watches.names("watched")
        self.assertLess(len(wire.dumps(found)), wire.MAX_PAYLOAD)
        self.assertGreater(len(found["names"]), 100)
        with_own = len(sys.modules["watched"].__dict__)
        self.assertEqual(len(found["names"]) + found["more"], with_own)

    def test_what_cannot_be_added(self):
        for text in ("", "watched", "watched:f()", None, 5):
            with self.assertRaises(ValueError):
                self.watches.add(text)
        for rate in (0, -1, 1001, "fast", True, float("nan")):
            with self.assertRaises(ValueError):
                self.watches.set_rate(rate)
        with self.assertRaises(ValueError):
            self.watches.remove(7)
        for number in range(watches.MOST_WATCHES):
            self.watches.add("watched:name_%d" % number)
        with self.assertRaisesRegex(ValueError, "64 watches already"):
            self.watches.add("watched:one_more")

    def test_the_picker(self):
        module(item=[1], text="x")
        found = {m["name"]: m for m in watches.modules()}
        self.assertEqual(found["__main__"]["kind"], "main")
        self.assertEqual(found["os"]["kind"], "library")
        self.assertEqual(found["golden"]["kind"], "program")
        self.assertIn(["item", "list"], watches.names("watched")["names"])
        for name in ("no such module", None, 3):
            with self.assertRaises(ValueError):
                watches.names(name)


if __name__ == "__main__":
    unittest.main()
