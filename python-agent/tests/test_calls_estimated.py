"""The function trace of the estimated engine: calls are exact, what they had of the GIL is estimated."""

import sys
import time
import unittest

from callprograms import KINDS, REFERENCE, RUNNING, WORK
from calltrace import FREE, HOLD, WAIT, Trace, nested
from collector import AGENT, Collector, wire
from support import Case, plain_environment, traced_environment

sys.path.insert(0, AGENT)
from gilscope_agent.estimated_calls import Sites, ThreadCalls  # noqa: E402

ON = {"GILSCOPE_FUNCTIONS": "1"}

# Objects and classes that see who asks them. Everything they are asked by the program itself is allowed.
STRANGE = """
asked = []
class Meta(type):
    def __getattribute__(cls, name):
        if name in ("__name__", "__class__", "__module__"): asked.append(name); raise RuntimeError("asked for " + name)
        return type.__getattribute__(cls, name)
class Name(str):
    def __hash__(self): asked.append("hash"); return str.__hash__(self)
    def __eq__(self, other): asked.append("eq"); return str.__eq__(self, other)
    def __getitem__(self, at): asked.append("item"); return str.__getitem__(self, at)
class Named(dict, metaclass=Meta):
    def __getattribute__(self, name):
        asked.append(name); raise RuntimeError("asked for " + name)
class Cased(list):
    @property
    def __class__(self): asked.append("class"); raise RuntimeError("asked for __class__")
class Owner(dict, metaclass=Meta): pass
class Module:
    @property
    def __class__(self): asked.append("module"); raise RuntimeError("asked for __class__")
type.__setattr__(Cased, "__name__", Name("Cased"))
get = dict.__getattribute__(dict.__new__(Named), "get")
append = Cased().append
fromkeys = Owner.fromkeys
clear = {}.clear
clear.__module__ = Module()
def looks():
    get("a"); append(1); clear(); fromkeys(())
for _ in range(100): looks()
print(asked)
"""

CLOCK = """
import itertools, time
def f(): return sum(range(100))
def many():
    for i in range(100): f()
    time.sleep(0.01)
real = time.monotonic_ns
many()
time.monotonic_ns = itertools.count(0, 1000000).__next__
many()
time.monotonic_ns = real
time.sleep(0.3)
many()
"""

# The agent's own code is made to fail, for the main thread.
FAULT = """
import sys, threading
function = sys.getprofile()
cells = dict(zip(function.__code__.co_freevars, function.__closure__))
ThreadCalls = type(cells["track"].cell_contents.calls)
main = threading.get_ident()
push = ThreadCalls._push
def broken(self, function, now, calls):
    if threading.get_ident() == main: breaks()
    push(self, function, now, calls)
exec(compile("def breaks(): 1 / 0", push.__code__.co_filename, "exec"))
def here(): counts[0] += 1
def other(): counts[1] += 1
counts = [0, 0]
def many(function):
    for _ in range(1000): function()
ThreadCalls._push = broken
many(here)
thread = threading.Thread(target=many, args=(other,))
thread.start(); thread.join()
import time; time.sleep(0.6)
print(*counts, sys.getprofile() is not None)
"""

# Signals that arrive in the middle of the profile function, most of the time that there is.
HANDLER = """
import signal, time
def handler(number, frame): raise ValueError("in time")
signal.signal(signal.SIGALRM, handler)
def f(): pass
def until():
    end = time.time() + 5
    while time.time() < end: f()
seen = 0
for _ in range(20):
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        until()
    except ValueError:
        seen += 1
print(seen, "ValueError")
"""

LIMIT = """
def down(n): return down(n + 1)
for _ in range(3):
    try: down(0)
    except RecursionError: print("too deep")
"""


class Estimated(Case):
    def trace(self, text):
        script = self.write("script.py", text)
        expected = self.plain([script])
        result, collector = self.traced("estimated", [script], plain_environment(**ON))
        self.assertEqual(result, expected)
        trace = Trace(collector.frames)
        for serial, (begin, end) in trace.spans.items():
            self.assertEqual(sum(trace.own(serial)), end - begin)
            self.assertTrue(nested(trace.calls(serial)))
        return trace, script, result

    def test_the_same_calls_as_setprofile(self):
        _, out, _ = self.plain([self.write("reference.py", KINDS + REFERENCE)])
        expected = wire.loads(out.encode())
        trace, script, _ = self.trace(KINDS + "everything()\n")
        counts = {name: count for name, count in trace.counts(script).items() if name not in ("<module>", "Thing", "Pause")}
        self.assertEqual(counts, {name: count for name, count in expected.items() if not name.startswith("C ")})
        self.assertEqual(trace.rows("index", "list")[0], expected["C index"])

    def test_times(self):
        trace, script, _ = self.trace(WORK)
        self.assertEqual(trace.counts(script)["naps"], 6)
        self.assertGreater(trace.rows("naps", script)[FREE], 0.55e9)
        self.assertGreater(trace.rows("long", script)[WAIT], 0.1e9, "three threads compute in turns")
        self.assertGreater(trace.rows("long", script)[HOLD], trace.rows("short", script)[HOLD])

    def test_off_until_it_is_asked_for(self):
        script = self.write("script.py", RUNNING)
        with Collector() as collector:
            process = self.open(["-u", script], traced_environment("estimated", collector.path, plain_environment()))
            self.assertEqual(process.stdout.readline(), b"ready\n")
            time.sleep(0.4)
            self.assertEqual(Trace(list(collector.frames)).states, [])
            for ident, on in enumerate((True, False)):
                time.sleep(0.4 if not on else 0)
                collector.send(id=ident, cmd="functions", on=on)
                self.assertTrue(collector.wait_for(wire.REPLY, lambda reply: reply["id"] == ident)["ok"])
            process.stdin.write(b"stop\n")
            status, _, err = self.finish(process)
        self.assertEqual((status, err), (0, ""))
        trace = Trace(collector.frames)
        self.assertEqual([s["functions"] for s in trace.states if "functions" in s], [True, False])
        self.assertEqual((trace.rows("sleep", "time")[0] > 20, trace.rows("after")[0]), (True, 0))

    def test_runs_no_code_of_the_programs(self):
        trace, script, (status, _, err) = self.trace(STRANGE)
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(trace.rows("get", "Named")[0], 100)
        self.assertEqual(trace.rows("append", "Cased")[0], 100)
        self.assertEqual(trace.rows("fromkeys", "Owner")[0], 100)
        self.assertEqual(trace.counts(script)["looks"], 100)

    def test_a_program_that_replaces_the_clock(self):
        trace, script, _ = self.trace(CLOCK)
        self.assertEqual(trace.counts(script)["f"], 300)

    def test_a_fault_of_ours_ends_the_trace_of_that_thread_only(self):
        script = self.write("script.py", FAULT)
        expected = (0, "1000 1000 True\n", "")
        result, collector = self.traced("estimated", [script], plain_environment(**ON))
        self.assertEqual(result, expected)
        said = [log["text"] for log in collector.values(wire.LOG) if log["level"] == "error"]
        self.assertEqual(len(said), 1, said)
        self.assertIn("the function trace failed (ZeroDivisionError)", said[0])
        trace = Trace(collector.frames)
        self.assertEqual(trace.counts(script)["other"], 1000, "the other thread is traced on")

    def test_what_a_signal_handler_raises_in_our_code_is_the_programs(self):
        script = self.write("script.py", HANDLER)
        result, _ = self.traced("estimated", [script], plain_environment(**ON))
        self.assertEqual(result, (0, "20 ValueError\n", ""))

    def test_recursion_up_to_the_limit(self):
        self.trace(LIMIT)

    def test_rows_added_while_they_are_sent(self):
        """The agent's thread sends those of a thread that goes on: simulated by an offer that adds rows while it looks."""
        calls = ThreadCalls(Sites(lambda kind, value: None), lambda kind, payload: True, 1, 1)

        class Row(list):
            def __getitem__(self, index):
                calls._rows.setdefault(len(calls._rows), calls._row(2, None))
                return list.__getitem__(self, index)

        calls._rows["first"] = Row(calls._row(1, "first"))
        calls._last = calls._from = time.monotonic_ns()
        calls.close(time.monotonic_ns())
        self.assertTrue(calls.closed)


if __name__ == "__main__":
    unittest.main()
