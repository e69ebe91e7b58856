"""Watched objects are glanced at without the GIL, and what is told of them is what a look with the GIL would tell."""

import ctypes
import itertools
import struct
import sys
import types
import unittest

from collector import Collector, decode_events, wire
from gilscope_agent.links import words_to
from gilscope_agent.lookup import Path
from support import ENGINES, LIBRARY
from test_watches import Watching, rows

# A, B and C have so many references besides those of the containers. Each line read changes how the watches lead to them.
PROGRAM = """
import sys
class Plain: pass
A, B, C = [1], {2: 2}, (3, 4)
kept = [A] * 9, [B] * 19, [C] * 29
def setup():
    global name, numbers, by_name, by_number, pair, deep, thing
    name = A
    numbers = [A, B]
    by_name = {"first": A, "second": B}
    by_number = {1: A, 7: B}
    pair = (C, B)
    deep = {"list": [(0, {"last": C})]}
    thing = Plain()
    thing.one, thing.two = A, B
setup()
def replaced(): global name; name = C
def grown():
    for i in range(3000): by_name["more %d" % i] = by_number[i + 100] = i
def shifted(): numbers.insert(0, C)
def dropped(): del by_name["second"], thing.one; deep["list"][0][1].clear()
def others():
    global pair
    pair = (B, A); thing.two = C; thing.__dict__.update({"x%d" % i: i for i in range(100)})
def longer(): A.extend(range(1000)); numbers.extend(range(5000)); by_number.clear()
print("ready", flush=True)
for change in (setup, replaced, grown, shifted, dropped, others, longer):
    sys.stdin.readline()
    change()
    print(change.__name__, flush=True)
sys.stdin.readline()
"""
PATHS = (
    'name numbers[1] numbers[-1] by_name["second"] by_number[7] pair[0] deep["list"][0][1]["last"] thing.one thing.two'
).split()

# One thread computes and changes what is watched; the objects have 10 to 20, 100 to 110, or 1 to 8 references at any moment.
RESTLESS = """
import random, sys, threading, time
random.seed(1)
A, B = [], {}
kept = [A] * 10, [B] * 100
table, row, over = {"key": A}, [0, A], []
class Box: pass
box = Box(); box.item = A
def work():
    while not over:
        for _ in range(random.randrange(20000)): pass
        new = random.choice((A, B, [0] * random.randrange(50)))
        what = random.randrange(8)
        if what == 0: table["key"] = new
        elif what == 1: table.pop("key", None)
        elif what == 2: table.clear(); table.update({i: i for i in range(random.randrange(300))}, key=new)
        elif what == 3: row[1] = new
        elif what == 4: del row[1:]; row.extend([new] * 1 + [0] * random.randrange(300))
        elif what == 5: box.item = new
        elif what == 6: box.__dict__.clear(); box.other = 1; box.item = new
        else: new = [0] * 7; del new
print("ready", flush=True)
thread = threading.Thread(target=work); thread.start()
sys.stdin.readline()
over.append(1); thread.join()
"""

COMPUTING = """
import sys, threading
objects = [[number] for number in range(10)]
over = []
def work():
    while not over: pass
threading.Thread(target=work).start()
print("ready", flush=True)
sys.stdin.readline()
over.append(1)
"""


@unittest.skipUnless("exact" in ENGINES, "no native tracer")
class Glances(Watching):
    def setUp(self):
        super().setUp()
        self.numbers = itertools.count(1)

    def test_there_is_a_way_by_words(self):
        peek = ctypes.PyDLL(LIBRARY).gs_peek
        peek.argtypes, peek.restype = [ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t], ctypes.c_size_t

        def read(address, length):
            buffer = ctypes.create_string_buffer(length)
            got = peek(address, buffer, length)
            return buffer.raw[:got]

        module = sys.modules["glanced"] = types.ModuleType("glanced")
        self.addCleanup(sys.modules.pop, "glanced")
        exec(PROGRAM[: PROGRAM.index("def replaced")], module.__dict__)
        holds = lambda words: all(struct.unpack("<Q", read(at, 8))[0] & mask == value for at, value, mask in words)  # noqa: E731
        for text in PATHS:
            path = Path("glanced:" + text)
            words, found = words_to(read, path), path.follow()
            self.assertIsNotNone(words, text)
            self.assertEqual(words[-1][:2], (id(found) + 8, id(type(found))), text)
            self.assertTrue(holds(words), text)
        before = {text: words_to(read, Path("glanced:" + text)) for text in PATHS}
        module.by_name["second"] = module.thing.two = module.numbers[1] = module.C
        broken = {text for text in PATHS if not holds(before[text])}
        self.assertEqual(broken, {"numbers[1]", "numbers[-1]", 'by_name["second"]', "thing.two"})

    def watch(self, collector, path, rate):
        added = self.ask(collector, next(self.numbers), cmd="watch_add", expression="__main__:" + path, rate=rate)
        return added["value"]["watch"]

    def settled(self, collector, watches):
        """What is said of each watch once several rounds in a row have said it."""
        latest = {}
        for _ in range(400):
            with collector.changed:
                begin = len(collector.frames)
                collector.changed.wait_for(lambda: any(k == wire.REFCOUNT for k, _ in collector.frames[begin:]), 20)
                found = {row[0]: row[1:] for k, p in collector.frames[begin:] if k == wire.REFCOUNT for row in rows(p)[3]}
            same = all(latest.get(watch, (None, 0))[0] == row for watch, row in found.items())
            latest.update({watch: (row, latest[watch][1] + 1 if same and watch in latest else 0) for watch, row in found.items()})
            if set(latest) == set(watches) and all(times > 6 for _, times in latest.values()):
                return {watch: row for watch, (row, _) in latest.items()}
        raise AssertionError(latest)

    def test_the_same_as_with_the_gil(self):
        with Collector() as collector:
            process = self.begin("exact", collector, PROGRAM)
            watches = [self.watch(collector, path, 1000) for path in PATHS]
            for change in "setup replaced grown shifted dropped others longer".split():
                self.step(process, change)
                glanced = self.settled(collector, watches)
                for watch in watches:
                    self.ask(collector, next(self.numbers), cmd="watch_remove", watch=watch)
                # New watches are looked at with the GIL at first.
                looked, watches = {}, []
                for old, path in zip(sorted(glanced), PATHS):
                    watches.append(self.watch(collector, path, 1000))
                    looked[old] = self.until_row(collector, watches[-1])[1:]
                self.assertEqual(glanced, {watch: (flags & 3, count, size) for watch, (flags, count, size) in looked.items()}, change)
            self.finish(process, b"\n")

    def until_row(self, collector, watch):
        return next(row for k, p in list(collector.frames) if k == wire.REFCOUNT for row in rows(p)[3] if row[0] == watch)

    def test_whatever_the_program_does_meanwhile(self):
        with Collector() as collector:
            process = self.begin("exact", collector, RESTLESS)
            for path in ('table["key"]', "row[1]", "box.item"):
                self.watch(collector, path, 1000)
            with collector.changed:
                done = lambda: sum(k == wire.REFCOUNT for k, _ in collector.frames) >= 1500  # noqa: E731
                collector.changed.wait_for(done, 60)
            self.assertEqual(self.finish(process, b"\n")[::2], (0, ""))
            counts = [row[2] for k, p in collector.frames if k == wire.REFCOUNT for row in rows(p)[3] if not row[1] & 3]
            self.assertGreater(len(counts), 500)
            wrong = [n for n in counts if not (1 <= n <= 8 or 10 <= n <= 20 or 100 <= n <= 110)]
            self.assertEqual(wrong, [])

    def test_a_computing_thread_is_left_alone(self):
        with Collector() as collector:
            process = self.begin("exact", collector, COMPUTING)
            for number in range(10):
                self.watch(collector, "objects[%d]" % number, 200)
            with collector.changed:
                done = lambda: sum(k == wire.REFCOUNT for k, _ in collector.frames) >= 300  # noqa: E731
                collector.changed.wait_for(done, 60)
            self.assertEqual(self.finish(process, b"\n")[::2], (0, ""))
            own = [t["serial"] for t in collector.values(wire.THREAD) if t.get("own")]
            events = [e for k, p in collector.frames if k == wire.EVENTS for s, _, _, es in [decode_events(p)] if s in own for e in es]
            takes = sum(event[1] == "TAKE" for event in events)
            rounds = [rows(p)[3] for k, p in collector.frames if k == wire.REFCOUNT]
            self.assertEqual({row[1:3] for round in rounds[10:] for row in round}, {(0, 1)})
            self.assertLess(takes, len(rounds) / 3, "most rounds need no GIL")


if __name__ == "__main__":
    unittest.main()
