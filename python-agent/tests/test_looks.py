"""What runs inside long holds, seen from outside: functions of a program that lets go of the GIL only at its ends."""

import threading
import unittest

from collector import wire
from support import ENGINES, Case

LONG = """
import sys, threading, time
sys.setswitchinterval(100)
def first(until):
    while time.perf_counter() < until: pass
def second(until):
    while time.perf_counter() < until: pass
def work():
    now = time.perf_counter()
    first(now + 0.5)
    second(now + 0.9)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""

DYNAMIC = """
import sys, threading, time
sys.setswitchinterval(100)
def work():
    until = time.perf_counter() + 0.5
    while time.perf_counter() < until:
        space = {}
        exec(compile("def passing():\\n    return sum(range(2000))\\npassing()", "/srv/passing.py", "exec"), space)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


@unittest.skipUnless("exact" in ENGINES, "no native tracer")
class Looks(Case):
    def looks(self, text):
        """(how often each function was seen, the cost as reported)."""
        script = self.write("script.py", text)
        (status, _, err), collector = self.traced("exact", [script])
        self.assertEqual((status, err), (0, ""))
        sites = {site["id"]: site for site in collector.values(wire.SITE)}
        seen = {}
        for look in collector.values(wire.LOOK):
            site = sites[look["site"]]
            if site["file"] == threading.__file__ or "gilscope_agent" in site["file"]:
                continue  # Starting a thread, the program's or ours, takes long where others have the cores.
            seen[site["name"]] = seen.get(site["name"], 0) + 1
        cost = [value for value in collector.values(wire.STATE) if "looks_ns" in value]
        self.assertEqual(len(cost), 1)
        self.assertGreaterEqual(cost[0]["looks"], sum(seen.values()))
        return seen, int(cost[0]["looks_ns"])

    def test_functions_inside_a_hold(self):
        seen, cost = self.looks(LONG)
        # Every 20 ms when nothing disturbs; a busy machine may miss many.
        self.assertGreaterEqual(seen.get("first", 0), 3, seen)
        self.assertGreaterEqual(seen.get("second", 0), 3, seen)
        self.assertEqual(set(seen) - {"first", "second", "work", "<module>"}, set(), seen)
        self.assertGreater(cost, 0)

    def test_functions_that_come_and_go(self):
        seen, _ = self.looks(DYNAMIC)
        self.assertEqual(set(seen) - {"passing", "work", "<module>"}, set(), seen)
        self.assertGreater(sum(seen.values()), 3, seen)


if __name__ == "__main__":
    unittest.main()
