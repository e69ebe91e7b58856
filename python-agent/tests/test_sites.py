"""Where threads let go of the GIL: the function, file and line of each drop, against programs whose places are known."""

import os
import sys
import unittest

from collector import wire
from support import ENGINES, Case, plain_environment

KINDS = """
import os, sys, threading, time
write = os.open(os.devnull, os.O_WRONLY)
def spin(until, n=0):
    while time.perf_counter() < until:
        n += 1
class Poller:
    def poll(self):
        for _ in range(20):
            time.sleep(0.001)
def steps():
    for n in range(5):
        os.write(write, b"x")
        yield n
async def later():
    os.write(write, b"y")
def raising():
    try:
        os.stat("/no such file")
    except OSError:
        os.write(write, b"z")
for text, value in (("def w\\u00f6rk():", "\\u00e9"), ("def \\u4e2d\\u6587():", "\\U0001f40d")):
    space = {"os": os, "write": write}
    exec(compile(text + "\\n\\n    os.write(write, b'u')\\n", "/srv/%s.py" % value, "exec"), space)
    next(v for k, v in space.items() if k not in ("os", "write", "__builtins__"))()
list(steps())
try:
    later().send(None)
except StopIteration:
    pass
raising()
# Long enough for several turns each, however late they come.
until = time.perf_counter() + 0.5
threads = [threading.Thread(target=spin, args=(until,)) for _ in range(2)] + [threading.Thread(target=Poller().poll)]
for t in threads: t.start()
for t in threads: t.join()
"""

# (name, line) -> the least number of drops there; a loop is left at its head or in its body.
EXPECTED = {
    ("poll", 10): 20,
    ("steps", 13): 5,
    ("later", 16): 1,
    ("raising", 19): 1,
    ("raising", 21): 1,
    ("w\u00f6rk", 3): 1,
    ("\u4e2d\u6587", 3): 1,
}

# Code objects that come and go, mostly at the same address.
PASSING = """
import os
write = os.open(os.devnull, os.O_WRONLY)
def once(n):
    space = {"os": os, "write": write}
    exec(compile("\\n" * n + "def passing(): os.write(write, b'x')\\npassing()", "/srv/passing.py", "exec"), space)
for n in range(300):
    once(n)
"""

DEEP = """
import os, sys, threading
write = os.open(os.devnull, os.O_WRONLY)
sys.setrecursionlimit(20000)
threading.stack_size(256 << 20)
def down(n):
    return os.write(write, b"x") if n == 0 else down(n - 1)
thread = threading.Thread(target=down, args=(9000,))
thread.start()
thread.join()
"""


@unittest.skipUnless("exact" in ENGINES, "no native tracer")
class Sites(Case):
    def drops(self, text, environment=None):
        """How many drops there were at each (name, line) of the program, and all SITE frames."""
        script = self.write("script.py", "# -*- coding: utf-8 -*-" + text)
        (status, _, err), collector = self.traced("exact", [script], environment)
        self.assertEqual((status, err), (0, ""))
        told = {site["id"]: site for site in collector.values(wire.SITE)}
        self.assertEqual(len(told), len(collector.values(wire.SITE)), "each site is told once")
        counts = {}
        for _, _, _, events in collector.blocks():
            here = 0
            for _, kind, _, _, _, number in events:
                if kind == "SITE":
                    here = number
                elif kind == "DROP":
                    site = told.get(here)
                    key = (site["name"], site["line"]) if site else None
                    counts[key] = counts.get(key, 0) + 1
        return counts, told, script

    def test_functions_and_lines(self):
        counts, told, script = self.drops(KINDS)
        for place, least in EXPECTED.items():
            self.assertGreaterEqual(counts.get(place, 0), least, (place, counts))
        spun = sum(n for place, n in counts.items() if place and place[0] == "spin")
        self.assertGreater(spun, 2, counts)
        self.assertLessEqual({line for name, line in (p for p in counts if p) if name == "spin"}, {5, 6})
        # Before the first function runs and after the last there is no frame.
        self.assertLessEqual(counts.get(None, 0), 12, counts)
        ours = {(site["name"], site["line"]) for site in told.values() if "gilscope_agent" in site["file"]}
        self.assertEqual(ours & set(counts), set(), "no drop is in a function of ours")
        poll = next(site for site in told.values() if site["name"] == "poll")
        self.assertEqual((poll["file"], poll["first_line"]), (script, 8))
        if sys.version_info >= (3, 11):
            self.assertEqual(poll["qualname"], "Poller.poll")
        files = {site["file"] for site in told.values() if site["name"] in ("w\u00f6rk", "\u4e2d\u6587")}
        self.assertEqual(files, {"/srv/\u00e9.py", "/srv/\U0001f40d.py"})

    def test_an_address_used_again_is_another_place(self):
        counts, told, _ = self.drops(PASSING)
        lines = sorted(line for name, line in (p for p in counts if p) if name == "passing")
        self.assertEqual(lines, list(range(1, 301)))

    def test_deep_recursion(self):
        counts, _, _ = self.drops(DEEP)
        # It may be pre-empted on its way down.
        self.assertGreaterEqual(counts.get(("down", 7), 0), 1, counts)

    def test_can_be_left_out(self):
        script = self.write("script.py", "import time; time.sleep(0.01)")
        _, collector = self.traced("exact", [script], plain_environment(GILSCOPE_SITES="0"))
        self.assertEqual(collector.values(wire.SITE), [])
        state = [value for value in collector.values(wire.STATE) if "sites_reason" in value]
        self.assertEqual(state, [{"sites": False, "sites_reason": "not asked for"}])

    def test_memory_that_is_filled_differently(self):
        for allocator in ("malloc", "debug"):
            with self.subTest(allocator=allocator):
                counts, _, _ = self.drops(PASSING, plain_environment(PYTHONMALLOC=allocator))
                self.assertGreaterEqual(sum(n for place, n in counts.items() if place and place[0] == "passing"), 300)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    unittest.main()
