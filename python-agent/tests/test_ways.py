"""`ways/`: one function, several ways. All of them do the same and measure what can be worked out by hand."""

import os
import signal
import subprocess
import sys
import unittest

from support import ENGINES, TIMEOUT_S, plain_environment
from waysupport import MODES, PASSING, WaysCase

SHOP = '''
import decimal, os, threading, time

class Item:
    def __init__(self, name, price):
        self.name, self.price = name, price

class Desk:
    @staticmethod
    def twice(n): return 2 * n

def items(n):
    return {"list": [Item("item %d" % i, decimal.Decimal(i) / 7) for i in range(n)], "set": {"a", "b", "c", str(n)}, "bytes": b"x" * n,
            "huge": 3 ** 20000, "nested": [[i, (i, 1.5, None)] for i in range(n)]}

def seen(*arguments): return arguments
def rest(ms): time.sleep(ms / 1000)
def where(n):
    # Unless it is 0, it waits until both tasks have begun.
    open("begun %d" % n, "w").close()
    until = time.monotonic() + 30
    while n and time.monotonic() < until and not (os.path.exists("begun 1") and os.path.exists("begun 2")):
        time.sleep(0.005)
    return os.getpid(), threading.current_thread() is threading.main_thread(), threading.active_count()
def say(text): print(text, flush=True)
def big(n): return b"x" * n
def hold(n):
    print("begun", flush=True)
    while True: n += 1
'''


class Ways(WaysCase):
    def setUp(self):
        super().setUp()
        self.write("shop.py", SHOP)

    def test_results_are_the_same_in_all_ways(self):
        found = self.each(lambda mode: self.works("shop:items", mode, [30, 3, 300], workers=3))
        for mode, report in zip(MODES, found):
            self.assertEqual((report["mode"], report["workers"], report["tasks"]), (mode, 3, 3))
            self.assertRegex(report["digest"], "^[0-9a-f]{64}$")
            self.assertEqual(report["digest"], found[0]["digest"], mode)
            self.assertEqual(report["python"], sys.version.split()[0])
            self.assertLessEqual(len(report["results"]), 500)
        other = self.works("shop:items", "threads", [30, 3, 301], workers=3)
        self.assertNotEqual(other["digest"], found[0]["digest"])

    def test_results_are_in_the_order_of_the_inputs(self):
        inputs = [["late", 300], ["soon", 0], ["soon", 1]]
        self.write("order.py", "import time\ndef f(name, ms):\n    time.sleep(ms / 1000)\n    return name, ms\n")
        for report in self.each(lambda mode: self.works("order:f", mode, [tuple(item) for item in inputs], workers=3)):
            self.assertEqual(report["results"], "[('late', 300), ('soon', 0), ('soon', 1)]")

    def test_inputs(self):
        inputs = ["5", " -2 ", "(1, 'two')", "((1, 2),)", "()", "[3]", "a b", "x\\d", "None"]
        for report in self.each(lambda mode: self.works("shop:seen", mode, inputs)):
            expected = "[(5,), (-2,), (1, 'two'), ((1, 2),), (), ([3],), ('a b',), ('x\\\\d',), ...]"
            self.assertEqual((report["tasks"], report["results"]), (9, expected))

    def test_one_input_is_for_every_worker(self):
        for report in self.each(lambda mode: self.works("shop:seen", mode, [7], workers=3)):
            self.assertEqual(report["results"], "[(7,), (7,), (7,)]")
        for report in self.each(lambda mode: self.works("shop:seen", mode, workers=2)):
            self.assertEqual(report["results"], "[(), ()]")

    def test_inputs_from_a_file(self):
        path = self.write("inputs.json", '["1", "2"]')
        report = self.works("shop:Desk.twice", "sequential", more=["--inputs", path])
        self.assertEqual(report["results"], "[2, 4]")

    def test_figures(self):
        """Two workers and two tasks that only rest, 400 ms each: times that load can lengthen, but never shorten."""
        for mode, report in zip(MODES, self.each(lambda mode: self.works("shop:rest", mode, [400], workers=2))):
            rounds = 2 if mode == "sequential" else 1
            self.assertGreaterEqual(report["task_s"], 0.8)
            self.assertGreaterEqual(report["work_s"], 0.4 * rounds)
            self.assertLessEqual(report["task_s"], report["work_s"] * 2 / rounds)
            self.assertGreaterEqual(report["shut_down_s"], 0)
            if mode != "sequential":
                # Both began before the end of either, or the work took both.
                self.assertLess(report["start_up_s"], report["work_s"])
            self.assertEqual(report["passed_bytes"] is None, mode not in PASSING)
            self.assertEqual(report["start_method"] is None, mode != "processes")

    def test_passed_bytes_are_those_of_the_inputs_and_the_results(self):
        text = "y" * 100000
        for mode in PASSING:
            calls = [("shop:big", [0, 1]), ("shop:big", [1000000, 500000]), ("shop:seen", ["('%s',)" % text, "1"])]
            none, big, given = self.each(lambda call: self.works(call[0], mode, call[1])["passed_bytes"], calls)
            self.assertAlmostEqual(big - none, 1500000, delta=100)
            self.assertAlmostEqual(given, 200000, delta=1000)

    def test_processes_take_longer_to_start_than_threads_and_spawned_ones_longest(self):
        """Load can only lengthen a start, so the shortest of some rounds are near what they are without."""
        ways = [("sequential", []), ("threads", []), ("processes", ["--start-method", "fork"]), ("processes", ["--start-method", "spawn"])]
        shortest = [float("inf")] * len(ways)
        for _ in range(10):
            for i, (mode, more) in enumerate(ways):
                shortest[i] = min(shortest[i], self.works("shop:rest", mode, [20], more=more)["start_up_s"])
            if shortest == sorted(shortest):
                break
        self.assertEqual(shortest, sorted(shortest))

    def test_where_it_runs(self):
        """Sequential is the main thread and no other; workers are others, each task has one to itself."""
        report = self.works("shop:where", "sequential", [0, 0])
        pid, *rest = eval(report["results"])[0]
        self.assertEqual((rest, eval(report["results"])[1]), ([True, 1], (pid, True, 1)))
        for mode in MODES[1:]:
            for n in (1, 2):
                if os.path.exists(os.path.join(self.folder, "begun %d" % n)):
                    os.remove(os.path.join(self.folder, "begun %d" % n))
            (pid, main, _), (other_pid, other_main, _) = eval(self.works("shop:where", mode, [1, 2])["results"])
            self.assertEqual(pid == other_pid, mode != "processes")
            if mode == "threads":
                self.assertEqual((main, other_main), (False, False))

    @unittest.skipUnless(os.name == "posix", "start methods of Unix")
    def test_start_methods(self):
        methods = ["fork", "spawn", "forkserver"]
        found = self.each(lambda how: self.works("shop:items", "processes", [3, 4], more=["--start-method", how]), methods)
        self.assertEqual([report["start_method"] for report in found], methods)
        self.assertEqual(len({report["digest"] for report in found}), 1)

    def test_prints_go_through(self):
        for status, out, err, _ in self.each(lambda mode: self.run_call("shop:say", mode, ["one", "two"])):
            self.assertEqual((status, sorted(out.split()), err), (0, ["one", "two"], ""))

    def test_a_check_runs_nothing(self):
        for report in self.each(lambda mode: self.works("shop:say", mode, ["one", "two"], more=["--check"])):
            self.assertEqual(report, {"ok": True})

    def test_the_users_files_may_have_names_of_the_standard_library(self):
        self.write("queue.py", "raise SystemExit('wrong one')")
        self.write("mine.py", "import sys\ndef f(n): return n, sys.argv[1:], sys.path[0]\n")
        for report in self.each(lambda mode: self.works("mine:f", mode, [1, 2]), MODES[:3]):
            self.assertEqual(report["results"], str([(n, [], self.folder) for n in (1, 2)]))

    def test_recorded_or_not_nothing_is_seen_of_it(self):
        def recorded(way):
            engine, mode = way
            arguments = ["-B"] + self.arguments("shop:seen", mode, [1, 2])
            result, _ = self.traced(engine, arguments)
            return way, result, self.report(arguments)["results"]

        for found in self.each(recorded, [(engine, mode) for engine in ENGINES for mode in MODES]):
            self.assertEqual(found[1:], ((0, "", ""), "[(1,), (2,)]"), found[0])


@unittest.skipUnless(os.name == "posix", "signals")
class Interrupted(WaysCase):
    def test_ctrl_c_ends_it_at_once_and_without_a_word(self):
        self.write("shop.py", SHOP)
        self.each(self.interrupt, [(mode, whole_group) for mode in MODES for whole_group in (True, False)])

    def interrupt(self, way):
        mode, whole_group = way
        arguments = self.arguments("shop:hold", mode, [1])
        process = subprocess.Popen(
            [sys.executable, "-B"] + arguments,
            cwd=self.folder,
            env=plain_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.addCleanup(self._end, process)
        for _ in range(1 if mode == "sequential" else 2):
            self.assertEqual(process.stdout.readline(), b"begun\n", way)
        (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
        # It ends only when nobody can write there any more: the workers are gone too.
        out, err = process.communicate(timeout=TIMEOUT_S)
        self.assertEqual((process.returncode, out, err), (-signal.SIGINT, b"", b""), way)
        self.assertIsNone(self.report(arguments), way)


if __name__ == "__main__":
    unittest.main()
