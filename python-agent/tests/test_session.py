"""What the engine hears while a program runs, and what it may ask: names, commands, detaching, forks, sub-interpreters."""

import sys
import unittest

from collector import Collector, wire
from support import ENGINES, Case, plain_environment, traced_environment

NAMES = """
import _thread, os, threading, time
def work(event, done):
    threading.current_thread().name = "renamed inside"
    done.set()
    event.wait()
event, done = threading.Event(), threading.Event()
first = threading.Thread(target=work, args=(event, done), name="first")
first.start()
done.wait()
raw = threading.Event()
def dummy():
    threading.current_thread()
    raw.set()
    event.wait()
_thread.start_new_thread(dummy, ())
raw.wait()
second = threading.Thread(target=event.wait, name="second")
second.start()
second.name = "renamed outside"
threading.current_thread().name = "the main one"
print("ready", flush=True)
input()
event.set()
first.join()
second.join()
# A joined thread has done its work, not yet ended.
while any(os.path.exists("/proc/self/task/%d" % t.native_id) for t in (first, second)): time.sleep(0.001)
"""

WAITS = """
import sys, threading
def show():
    print(type(threading._active) is dict, threading.Thread.name.fset.__module__, sys.getprofile(), threading.active_count(), flush=True)
done = threading.Event()
worker = threading.Thread(target=done.wait)
worker.start()
print("ready", flush=True)
input()
show()
done.set()
worker.join()
other = threading.Thread(target=show, name="after")
other.start()
other.join()
input()
print(sys.getswitchinterval())
"""

FORKS = """
import os, sys, threading
r, w = os.pipe()
def child():
    t = threading.Thread(target=lambda: os.write(w, b"thread in child"))
    t.start()
    t.join()
    threading.current_thread().name = "child main"
for _ in range(3):
    pid = os.fork()
    if pid == 0:
        child()
        print(type(threading._active) is dict, sys.getprofile(), threading.active_count(), flush=True)
        sys.exit(6)
    _, status = os.waitpid(pid, 0)
    print(status >> 8, os.read(r, 100))
import multiprocessing
if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as pool:
        print(pool.map(abs, [-1, -2, -3]))
t = threading.Thread(target=print, args=("after",), name="after the forks")
t.start()
t.join()
"""

INTERPRETERS = """
import threading
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
code = "import sys, os; total = sum(range(200000)); assert not [p for p in sys.path if 'python-agent' in p], sys.path"
def run():
    interp = interpreters.create()
    for _ in range(3):
        interpreters.run_string(interp, code)
    interpreters.destroy(interp)
threads = [threading.Thread(target=run) for _ in range(2)]
for t in threads: t.start()
for t in threads: t.join()
print("done")
"""

PROFILES = """
import sys, threading
seen = []
def mine(frame, event, arg):
    seen.append(event)
sys.setprofile(mine)
(lambda: None)()
assert sys.getprofile() is mine
sys.setprofile(None)
assert "call" in seen, seen
import cProfile
profile = cProfile.Profile()
profile.enable()
(lambda: None)()
profile.disable()
threading.setprofile(mine)
del seen[:]
t = threading.Thread(target=lambda: None)
t.start()
t.join()
assert "return" in seen
print("fine")
"""


class Session(Case):
    def begin(self, engine, collector, text):
        script = self.write("program.py", text)
        process = self.open(["-u", "-W", "error", script], traced_environment(engine, collector.path, plain_environment()))
        self.assertEqual(process.stdout.readline(), b"ready\n")
        collector.wait_for(wire.HELLO)
        return process

    def each(self):
        for engine in ENGINES:
            with self.subTest(engine=engine), Collector() as collector:
                yield engine, collector

    def test_names(self):
        for engine, collector in self.each():
            process = self.begin(engine, collector, NAMES)
            for name in ("first", "renamed inside", "second", "renamed outside", "the main one", "Dummy"):
                thread = collector.wait_for(wire.THREAD, lambda t, name=name: t["name"].startswith(name))
                self.assertGreater(thread["tid"], 0)
            mains = [t for t in collector.values(wire.THREAD) if t.get("main")]
            self.assertEqual({t["tid"] for t in mains}, {process.pid})
            self.assertEqual([t for t in collector.values(wire.THREAD) if t.get("own")][0]["name"], "gilscope")
            self.assertEqual(self.finish(process, b"\n"), (0, "", ""))
            collector.wait_end()
            # The latest name of each thread, by serial or, when another thread renamed it, by tid.
            tids = {serial: tid for serial, tid, _, _ in collector.blocks()}
            latest = {}
            for thread in collector.values(wire.THREAD):
                latest[thread["tid"]] = thread["name"]
            ended = {latest[tids[s]] for s, events in collector.events().items() if events[-1][1] == "END"}
            self.assertLessEqual({"renamed inside", "renamed outside"}, ended)

    def test_commands(self):
        for engine, collector in self.each():
            process = self.begin(engine, collector, WAITS)
            collector.send(id=1, cmd="ping")
            self.assertEqual(collector.wait_for(wire.REPLY, lambda r: r["id"] == 1), {"id": 1, "ok": True, "value": "pong"})
            collector.send(id=2, cmd="set_switch_interval", seconds=0.25)
            self.assertAlmostEqual(collector.wait_for(wire.REPLY, lambda r: r["id"] == 2)["value"], 0.25)
            state = collector.wait_for(wire.STATE, lambda s: "switch_interval_s" in s)
            self.assertAlmostEqual(state["switch_interval_s"], 0.25)
            for number, seconds in enumerate((0, -1, "x", None, True, 1e30), 10):
                collector.send(id=number, cmd="set_switch_interval", seconds=seconds)
                self.assertFalse(collector.wait_for(wire.REPLY, lambda r, n=number: r["id"] == n)["ok"])
            collector.send(id=20, cmd="set_switch_interval")
            self.assertFalse(collector.wait_for(wire.REPLY, lambda r: r["id"] == 20)["ok"])
            status, out, err = self.finish(process, b"\n\n")
            self.assertEqual((status, out.splitlines()[-1], err), (0, "0.25", ""))

    def test_stop_puts_everything_back(self):
        for engine, collector in self.each():
            process = self.begin(engine, collector, WAITS)
            request = wire.json_frame(wire.COMMAND, {"id": 1, "cmd": "stop"})
            collector.connection.sendall(request + request.replace(b'"id":1', b'"id":2'))
            self.assertTrue(collector.wait_for(wire.REPLY, lambda r: r["id"] == 1)["ok"])
            self.assertEqual(collector.wait_for(wire.GOODBYE)["reason"], "detach")
            collector.wait_end()
            told = len(collector.frames)
            status, out, err = self.finish(process, b"\n\n")
            self.assertEqual((status, err), (0, ""))
            self.assertEqual(out.splitlines()[:2], ["True threading None 2", "True threading None 2"])
            self.assertEqual(len(collector.frames), told)
            self.assertNotIn("after", [t["name"] for t in collector.values(wire.THREAD)])

    def test_forks(self):
        # Children that are not followed find all as it was; test_children.py is about those that are.
        alone = plain_environment(GILSCOPE_CHILDREN="0")
        status, out, err = self.same(["-W", "error", self.write("forks.py", FORKS)], alone)
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(out.count("True None 1"), 3)
        for engine in ENGINES:
            _, collector = self.traced(engine, [self.write("forks.py", FORKS)], alone)
            self.assertEqual(len(collector.values(wire.HELLO)), 1)
            self.assertEqual([g["reason"] for g in collector.values(wire.GOODBYE)], ["exit"])
            self.assertIn("after the forks", [t["name"] for t in collector.values(wire.THREAD)])
            self.assertNotIn("child main", [t["name"] for t in collector.values(wire.THREAD)])

    def test_subprocess_is_untouched(self):
        code = "import subprocess, sys; print(subprocess.check_output([sys.executable, '-c', 'import sys; print(sys.getprofile())']))"
        self.assertEqual(self.same(["-c", code])[0], 0)

    def test_sub_interpreters(self):
        status, out, err = self.same([self.write("interpreters.py", INTERPRETERS)])
        self.assertEqual((status, err.count("Error")), (0, 0), err)

    def test_profile_functions_of_the_program(self):
        self.assertEqual(self.same([self.write("profiles.py", PROFILES)]), (0, "fine\n", ""))


class Greeting(Case):
    def test_fields(self):
        script = self.write("pause.py", "pass")
        for engine in ENGINES:
            _, collector = self.traced(engine, [script, "a", "\udce9"])
            hello = collector.values(wire.HELLO)[0]
            self.assertEqual(hello["protocol"], 1)
            self.assertEqual(hello["python"], "%d.%d.%d" % sys.version_info[:3])
            self.assertEqual(hello["argv"], [script, "a", "\udce9"])
            self.assertEqual((hello["implementation"], hello["main_tid"]), ("cpython", hello["pid"]))
            self.assertGreater(int(hello["start_ns"]), 0)
            self.assertAlmostEqual(hello["switch_interval_s"], sys.getswitchinterval())
            self.assertEqual("engine_reason" in hello, engine == "estimated")

    def test_module_name(self):
        self.write("module_of_mine.py", "")
        for engine in ENGINES:
            _, collector = self.traced(engine, ["-m", "module_of_mine", "-x"])
            self.assertEqual(collector.values(wire.HELLO)[0]["argv"], ["-m", "module_of_mine", "-x"])


if __name__ == "__main__":
    unittest.main()
