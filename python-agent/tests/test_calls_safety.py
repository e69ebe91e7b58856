"""The function trace and what a program may do to it: audit hooks, finalizers that run anywhere, forks in the middle of calls."""

import sys
import unittest

from calltrace import Trace
from support import ENGINES, Case, plain_environment, traced_environment
from test_children import Family

ON = {"GILSCOPE_FUNCTIONS": "1"}

# The hook lets go of the GIL, and threads come and go meanwhile.
AUDITED = """
import _thread, sys, time
def hook(event, args):
    if event == "sys.setprofile":
        time.sleep(0.002)
sys.addaudithook(hook)
def deep(n):
    return deep(n - 1) if n else time.sleep(0.02)
for _ in range(200):
    _thread.start_new_thread(deep, (20,))
    time.sleep(0.004)
time.sleep(0.3)
print("done")
"""

# Hooks that come later, and threads that `threading` starts; stacks are read in them. A hook is told of nothing that the program does not do.
AUDITED_LATER = """
import os, sys, threading, time
seen = set()
def hook(event, args):
    if event in ("sys.setprofile", "object.__getattr__"):
        seen.add((event,) + tuple(map(str, args[1:])))
        time.sleep(0)
sys.addaudithook(hook)
def deep(n):
    return deep(n - 1) if n else time.sleep(0.001)
failed = []
threading.excepthook = lambda args: failed.append(args.exc_value)
sys.unraisablehook = lambda args: failed.append(args.exc_value)
for _ in range(20):
    threads = [threading.Thread(target=deep, args=(50,)) for _ in range(16)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
del threads, thread
print(failed, sorted(seen), len(threading._dangling))
"""

# Programs with a profile function of their own: it is told what it would be told without us, from the first event to the last.
OWN_EVENTS = """
import sys, threading
seen = []
def mine(frame, event, argument):
    seen.append((event, frame.f_code.co_name, getattr(argument, "__name__", None)))
def work(): len([1])
def run(setting):
    setting(mine); work(); setting(mine); work(); setting(None)
run(sys.setprofile)
try: sys.setprofile()
except TypeError: pass
thread = threading.Thread(target=run, args=(sys.setprofile,)); thread.start(); thread.join()
class Setting:
    def __call__(self, function): sys.setprofile(function)
run(Setting())
threading.setprofile(mine); thread = threading.Thread(target=work); thread.start(); thread.join(); threading.setprofile(None)
print([one for one in seen if one[1] in ("run", "work", "__call__")], sys.getprofile(), sys.setprofile)
"""
PROFILE = """
import profile
def work(): return len([1])
profile.run("work()")
"""

GARBAGE = """
import _thread, gc, time
class Circle:
    def __init__(self):
        self.me = self
    def __del__(self):
        time.sleep(0)
def deep(n):
    return deep(n - 1) if n else time.sleep(0.02)
gc.set_threshold(50)
for _ in range(200):
    _thread.start_new_thread(deep, (200,))
    for _ in range(10):
        Circle()
    time.sleep(0.004)
time.sleep(0.3)
print(gc.isenabled())
"""

FORKS = """
import os, time
def parents():
    until = time.perf_counter() + 0.0001
    while time.perf_counter() < until:
        pass
for _ in range(100):
    parents()
pid = os.fork()
if pid == 0:
    time.sleep(0.1)
    os._exit(0)
os.waitpid(pid, 0)
"""


@unittest.skipUnless("exact" in ENGINES, "the native tracer is not built")
class Safety(Case):
    def unchanged(self, text):
        script = self.write("script.py", text)
        expected = self.plain([script])
        result, collector = self.traced("exact", [script], plain_environment(**ON))
        self.assertEqual(result, expected)
        return Trace(collector.frames)

    def test_audit_hooks_are_not_called_while_threads_are_set_up(self):
        trace = self.unchanged(AUDITED)
        if sys.version_info >= (3, 12):
            self.assertIsNone(trace.reason)
        else:
            self.assertIn("audit hooks", trace.reason)

    def test_audit_hooks_that_come_later_hurt_no_thread(self):
        self.unchanged(AUDITED_LATER)

    def test_a_profiler_of_the_program_is_told_what_it_would_be_told(self):
        self.assertIn("run", [name for _, name, _, _ in self.unchanged(OWN_EVENTS).calls()])

    def test_the_module_profile_works(self):
        script = self.write("profiled.py", PROFILE)
        result, _ = self.traced("exact", [script], plain_environment(**ON))
        self.assertEqual((result[0], result[2]), (0, ""))
        self.assertIn("function calls in", result[1])

    def test_no_finalizer_runs_while_stacks_are_read(self):
        self.assertGreater(sum(self.unchanged(GARBAGE).rows("deep")), 0)

    def test_a_child_tells_no_calls_of_its_parent(self):
        script = self.write("forks.py", FORKS)
        with Family() as family:
            process = self.open([script], traced_environment("exact", family.path, plain_environment(**ON)))
            self.assertEqual(self.finish(process), (0, "", ""))
            traces = {member.hello["pid"]: Trace(member.frames) for member in family.settle()}
        parent = traces.pop(process.pid)
        (child,) = traces.values()
        self.assertIn("parents", [name for _, name, _, _ in parent.calls()])
        self.assertNotIn("parents", [name for _, name, _, _ in child.calls()])
        self.assertEqual(child.rows("sleep", "time")[0], 1)


if __name__ == "__main__":
    unittest.main()
