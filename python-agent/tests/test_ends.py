"""However a program ends, it ends as it would have: status, output, traceback, signals, exit functions."""

import signal
import time
import unittest

from collector import Collector, wire
from support import ENGINES, Case, plain_environment, traced_environment

RAISES = """
import sys, threading
def inner(x):
    return 1 // x
def outer():
    inner(0)
t = threading.Thread(target=outer, name="worker")
t.start()
t.join()
sys.stdout.flush()
try:
    outer()
except ZeroDivisionError as error:
    raise KeyError("second") from error
"""

# Exit functions in their order, a busy and a sleeping daemon thread at the end.
EXITS = """
import atexit, sys, threading, time
atexit.register(print, "first registered, last run", flush=True)
class Late:
    def __del__(self): print("late", flush=True)
late = Late()
def busy():
    while True: pass
for target in (busy, lambda: time.sleep(600)):
    threading.Thread(target=target, daemon=True).start()
go = threading.Event()
def other():
    go.wait()
    print("joined", flush=True)
threading.Thread(target=other).start()
atexit.register(print, "second registered", threading.active_count(), flush=True)
go.set()
"""

COMPUTES = """
import time
while time.process_time() < 0.2: pass
"""

CAUGHT = """
import signal, sys
try:
    print("ready", flush=True)
    while True: pass
except KeyboardInterrupt:
    print("caught", flush=True)
    sys.exit(7)
"""

ASLEEP = """
import time
print("ready", flush=True)
time.sleep(600)
"""


class Ends(Case):
    def test_uncaught_exceptions(self):
        status, _, err = self.same([self.write("raises.py", RAISES)])
        self.assertEqual(status, 1)
        self.assertIn("ZeroDivisionError", err)
        self.assertIn("KeyError: 'second'", err)

    def test_error_in_program_text(self):
        self.assertEqual(self.same([self.write("broken.py", "def f(:\n")])[0], 1)
        self.assertEqual(self.same([self.folder + "/missing.py"])[0], 2)
        self.assertEqual(self.same(["-m", "no_such_module_here"])[0], 1)

    def test_cpu_time_is_told_at_the_end(self):
        script = self.write("computes.py", COMPUTES)
        for engine in ENGINES:
            with self.subTest(engine=engine):
                _, collector = self.traced(engine, [script])
                (end,) = collector.values(wire.GOODBYE)
                cpu, own = int(end["cpu_ns"]), int(end["own_cpu_ns"])
                self.assertGreaterEqual(cpu, 200_000_000)
                self.assertLess(cpu, 2_000_000_000)
                self.assertTrue(0 < own < cpu / 2, end)

    def test_exit_statuses(self):
        for text in ("3", "'a message'", "None", "True", "256 + 5"):
            self.same(["-c", "import sys; sys.exit(%s)" % text])
        self.assertEqual(self.same(["-c", "import os; print('x', flush=True); os._exit(9)"])[0], 9)
        self.assertEqual(self.same(["-c", "import os; os.abort()"])[0], -signal.SIGABRT)

    def test_exit_in_thread_with_os_exit(self):
        code = "import os, threading, time\nthreading.Thread(target=lambda: os._exit(4)).start()\ntime.sleep(600)"
        self.assertEqual(self.same(["-c", code])[0], 4)

    def test_exec(self):
        code = "import os, sys; os.execv(sys.executable, [sys.executable, '-c', 'import os; print(sorted(os.environ)); exit(5)'])"
        self.assertEqual(self.same(["-c", code])[0], 5)

    def test_exit_functions_and_daemon_threads(self):
        script = self.write("exits.py", EXITS)
        for _ in range(3):
            self.assertEqual(self.same([script])[0], 0)

    def test_input_passes(self):
        script = self.write("echo.py", "import sys\nsys.stdout.write(sys.stdin.read().upper())\n")
        self.assertEqual(self.same([script], text=b"one\ntwo\n")[1], "ONE\nTWO\n")

    def wait_asleep(self, pid):
        """Until the main thread sleeps in the kernel at several looks: it has come to its time.sleep."""
        quiet, end = 0, time.monotonic() + 20
        while quiet < 5 and time.monotonic() < end:
            with open("/proc/%d/task/%d/stat" % (pid, pid)) as file:
                quiet = quiet + 1 if file.read().rpartition(")")[2].split()[0] == "S" else 0
            time.sleep(0.01)
        self.assertEqual(quiet, 5)

    def signalled(self, text, number, asleep=False):
        script = self.write("signalled.py", text)
        results = {}
        for engine in [None] + ENGINES:
            with Collector() as collector:
                environment = plain_environment()
                if engine:
                    environment = traced_environment(engine, collector.path, environment)
                process = self.open(["-u", script], environment)
                self.assertEqual(process.stdout.readline(), b"ready\n")
                if engine:
                    collector.wait_for(wire.HELLO)
                if asleep:
                    self.wait_asleep(process.pid)
                process.send_signal(number)
                results[engine] = self.finish(process)
        for engine in ENGINES:
            self.assertEqual(results[engine], results[None], engine)
        return results[None]

    def test_interrupt_caught(self):
        self.assertEqual(self.signalled(CAUGHT, signal.SIGINT), (7, "caught\n", ""))

    def test_interrupt_uncaught(self):
        status, _, err = self.signalled(ASLEEP, signal.SIGINT, asleep=True)
        self.assertEqual(status, -signal.SIGINT)
        self.assertIn("KeyboardInterrupt", err)

    def test_killed(self):
        self.assertEqual(self.signalled(ASLEEP, signal.SIGTERM)[0], -signal.SIGTERM)
        self.assertEqual(self.signalled(CAUGHT, signal.SIGKILL)[0], -signal.SIGKILL)

    def test_goodbye(self):
        for engine in ENGINES:
            before = time.monotonic_ns()
            _, collector = self.traced(engine, ["-c", "pass"])
            self.assertEqual([k for k, _ in collector.frames][-1], wire.GOODBYE)
            (goodbye,) = collector.values(wire.GOODBYE)
            self.assertEqual(goodbye["reason"], "exit")
            start = int(collector.values(wire.HELLO)[0]["start_ns"])
            self.assertTrue(before < start < int(goodbye["ns"]) <= time.monotonic_ns(), goodbye)


class EngineTrouble(Case):
    """An engine that is absent, goes away, or never reads harms nobody."""

    BUSY = """
import signal, threading, time
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
def work():
    for _ in range(300):
        time.sleep(0)
for _ in range(25):
    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads: t.start()
    for t in threads: t.join()
print("done", threading.active_count())
"""

    def test_nobody_there(self):
        for path in ("/nonexistent/socket", self.folder, "/tmp/" + "x" * 300, ""):
            for engine in ENGINES:
                process = self.open(["-c", "print('on')"], traced_environment(engine, path, plain_environment()))
                self.assertEqual(self.finish(process), (0, "on\n", ""))

    def test_goes_away_at_once(self):
        for engine in ENGINES:
            with Collector(read=False) as collector:
                process = self.open(["-c", self.BUSY], traced_environment(engine, collector.path, plain_environment()))
                with collector.changed:
                    collector.changed.wait_for(lambda: collector.connection is not None, 20)
                collector.connection.shutdown(2)
                self.assertEqual(self.finish(process), (0, "done 1\n", ""), engine)

    def test_never_reads(self):
        for engine in ENGINES:
            with Collector(read=False) as collector:
                process = self.open(["-c", self.BUSY], traced_environment(engine, collector.path, plain_environment()))
                self.assertEqual(self.finish(process), (0, "done 1\n", ""), engine)

    def test_sends_rubbish(self):
        for engine in ENGINES:
            with Collector() as collector:
                code = "input(); print('on')"
                process = self.open(["-c", code], traced_environment(engine, collector.path, plain_environment()))
                collector.wait_for(wire.HELLO)
                collector.connection.sendall(wire.frame(wire.COMMAND, b"{not json") + wire.frame(200, b"new kind"))
                collector.connection.sendall(wire.frame(wire.COMMAND, b"[1]") + wire.json_frame(wire.COMMAND, {"id": 1, "cmd": "fly"}))
                self.assertFalse(collector.wait_for(wire.REPLY)["ok"])
                collector.connection.sendall(b"\xff" * 64)
                self.assertEqual(self.finish(process, b"\n"), (0, "on\n", ""), engine)

    def test_library_missing(self):
        with Collector() as collector:
            environment = traced_environment("auto", collector.path, plain_environment())
            environment["GILSCOPE_LIB"] = self.folder + "/no.so"
            self.assertEqual(self.finish(self.open(["-c", "print('on')"], environment)), (0, "on\n", ""))
            collector.wait_end()
        hello = collector.values(wire.HELLO)[0]
        self.assertEqual(hello["engine"], "estimated")
        self.assertIn("not built", hello["engine_reason"])

    def test_library_of_another_kind(self):
        with Collector() as collector:
            environment = traced_environment("exact", collector.path, plain_environment())
            environment["GILSCOPE_LIB"] = self.write("text.so", "this is no library")
            self.assertEqual(self.finish(self.open(["-c", "print('on')"], environment)), (0, "on\n", ""))
            collector.wait_end()
        self.assertEqual(collector.values(wire.LOG)[0]["level"], "error")


if __name__ == "__main__":
    unittest.main()
