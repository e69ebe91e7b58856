"""The function trace of the exact engine: calls, times and spans of programs that are known, against sys.setprofile itself and against
the events of the GIL."""

import sys
import time
import unittest

from callprograms import DEEP, KINDS, OWN_PROFILERS, OWN_REASONS, REFERENCE, RUNNING, TRICKY, WORK
from calltrace import FREE, HOLD, OWN_FREE, OWN_HOLD, WAIT, Trace, nested
from collector import Collector, wire
from support import ENGINES, Case, plain_environment, traced_environment
from test_children import Family

ON = {"GILSCOPE_FUNCTIONS": "1"}
PROFILES = sys.version_info < (3, 12)  # a profile function is used, and not sys.monitoring

@unittest.skipUnless("exact" in ENGINES, "no native tracer")
class Calls(Case):
    def trace(self, text, arguments=(), **environment):
        script = self.write("script.py", text)
        environment = plain_environment(**dict(ON, **environment))
        (status, out, err), collector = self.traced("exact", [script] + list(arguments), environment)
        self.assertEqual((status, err), (0, ""), err)
        trace = Trace(collector.frames)
        # On a busy machine the shortest call that is told may be raised before, and more than once.
        self.assertEqual([state["functions"] for state in trace.states if "functions" in state][:1], [True], trace.states)
        for serial, (begin, end) in trace.spans.items():
            self.assertEqual(sum(trace.own(serial)), end - begin, "own times add up to the traced time")
            self.assertTrue(nested(trace.calls(serial)))
            for number, row in trace.sums[serial].items():
                self.assertTrue(all(own <= total for own, total in zip(row[1:4], row[4:])), (trace.site(number), row))
        self.assertEqual(set(trace.dropped.values()) - {0}, set())
        return trace, script, out

    def test_the_same_calls_as_setprofile(self):
        script = self.write("reference.py", KINDS + REFERENCE)
        status, out, err = self.plain([script])
        self.assertEqual((status, err), (0, ""))
        expected = wire.loads(out.encode())
        trace, script, _ = self.trace(KINDS + "everything()\n")
        python = {name: count for name, count in expected.items() if not name.startswith("C ")}
        counts = trace.counts(script)
        self.assertEqual(counts.pop("<module>"), 1)
        # The reference counts a class body, too, only from where it begins.
        self.assertEqual(counts.pop("Thing", 1), 1)
        self.assertEqual(counts.pop("Pause", 1), 1)
        self.assertEqual(counts, python)
        self.assertEqual(trace.rows("index", "list")[0], expected["C index"])
        self.assertEqual(trace.rows("reduce", "_functools")[0], expected["C reduce"])
        # What the start of the interpreter itself calls comes on top.
        for name in ("append", "pop"):
            self.assertLessEqual(abs(trace.rows(name, "list")[0] - expected["C " + name] - 20), 20, name)

    def test_functions_in_c_are_described(self):
        trace, _, _ = self.trace("import time\ntime.sleep(0.01)\n'a'.join(['b'])\n{}.get(1)\ndict.fromkeys('ab')\n")
        sleep = next(site for site in trace.sites.values() if site["name"] == "sleep")
        self.assertEqual((sleep["file"], sleep["builtin"], sleep["first_line"], sleep["line"]), ("time", True, 0, None))
        self.assertEqual(trace.rows("join", "str")[0] >= 1 and trace.rows("get", "dict")[0] >= 1, True)
        self.assertGreaterEqual(trace.rows("fromkeys", "dict")[0], 1)
        self.assertFalse(any(site.get("builtin") for site in trace.sites.values() if site["first_line"]))

    def test_times_against_the_gil(self):
        trace, script, _ = self.trace(WORK)
        threads = [serial for serial, sums in trace.sums.items() if any(trace.site(n)["name"] == "naps" for n in sums)]
        self.assertEqual(len(threads), 3)
        for serial in threads:
            for mine, gil in zip(trace.own(serial), trace.gil(serial)):
                self.assertLess(abs(mine - gil), 2e6 + gil * 0.01, (trace.own(serial), trace.gil(serial)))
            short, long = trace.rows("short", script, serial), trace.rows("long", script, serial)
            self.assertEqual((short[0], long[0]), (2, 2))
            # Both wait and compute by the same rules, for 0.1 and 0.3 s of CPU.
            self.assertGreater(short[HOLD], 0.09e9)
            self.assertGreater(long[HOLD], 0.28e9)
            # No upper bounds: while others have the core the GIL is held, too.
            self.assertGreater(long[WAIT], 0.1e9)
            naps = trace.rows("naps", script, serial)
            self.assertEqual(trace.rows("sleep", "time", serial)[0], 20)
            self.assertGreater(naps[FREE], 0.2e9)
            self.assertLess(naps[OWN_FREE], 0.01e9)
            self.assertLess(naps[OWN_HOLD], naps[FREE])
        names = [name for _, name, _, _ in trace.calls(threads[0])]
        self.assertEqual((names.count("short"), names.count("long"), names.count("naps"), names.count("sleep")), (2, 2, 2, 20))

    def test_deep_recursion(self):
        trace, script, _ = self.trace(DEEP)
        counts = trace.counts(script)
        self.assertEqual((counts["down"], counts["even"] + counts["odd"], counts["fails"]), (30000, 6001, 8001))
        serial = trace.serial_of("down")
        own, total = trace.rows("down")[OWN_HOLD], trace.rows("down")[HOLD]
        self.assertLess(abs(total - own), 0.2 * total + 1e6, "recursion counts once")
        self.assertLessEqual(trace.rows("run", script)[HOLD], trace.spans[serial][1] - trace.spans[serial][0])

    def test_a_thread_that_ends_within_a_call(self):
        trace, _, _ = self.trace(
            "import threading, time\n"
            "def rests(): time.sleep(60)\n"
            "def work(): rests()\n"
            "threading.Thread(target=work, daemon=True).start()\n"
            "time.sleep(0.2)\n"
        )
        ends = {name: end for _, name, _, end in trace.calls(trace.serial_of("rests"))}
        self.assertEqual((ends["rests"], ends["sleep"]), (None, None), "open to the last")
        self.assertGreater(trace.rows("rests")[FREE], 0.15e9)

    def test_many_short_threads(self):
        trace, script, _ = self.trace(
            "import threading\n"
            "def leaf(): pass\n"
            "def work():\n"
            "    for _ in range(10): leaf()\n"
            "for _ in range(50):\n"
            "    ts = [threading.Thread(target=work) for _ in range(8)]\n"
            "    for t in ts: t.start()\n"
            "    for t in ts: t.join()\n"
        )
        counts = trace.counts(script)
        self.assertEqual((counts["work"], counts["leaf"]), (400, 4000))
        self.assertEqual(len([s for s in trace.sums if s != trace.serial_of("<module>")]), 400)

    def test_code_that_comes_and_goes(self):
        trace, _, _ = self.trace(
            "def once(n):\n"
            "    space = {}\n"
            "    exec(compile('\\n' * n + 'def passing(): pass\\npassing()', '/srv/%d.py' % (n % 100), 'exec'), space)\n"
            "for n in range(3000): once(n)\n"
        )
        # A look from outside may have seen one half of one and half of another: a site that nobody calls.
        called = {number for sums in trace.sums.values() for number, row in sums.items() if row[0]}
        lines = sorted(trace.sites[n]["first_line"] for n in called if trace.site(n)["name"] == "passing")
        self.assertEqual(lines, list(range(1, 3001)))

    def test_more_functions_than_a_thread_keeps(self):
        trace, _, _ = self.trace(
            "kept = []\n"
            "for n in range(9000):\n"
            "    space = {}\n"
            "    exec(compile('def f%d(): pass' % n, '/srv/many.py', 'exec'), space)\n"
            "    kept.append(space['f%d' % n])\n"
            "import time; time.sleep(0.5)\n"
            "for f in kept: f()\n"
        )
        named = sum(count for name, count in trace.counts("/srv/many.py").items() if name != "<module>")
        rest = sum(sums.get(0, [0])[0] for sums in trace.sums.values())
        self.assertGreaterEqual(named + rest, 9000)
        self.assertGreater(named, 2000)

    def begin(self, collector, text, **environment):
        script = self.write("program.py", text)
        process = self.open(["-u", script], traced_environment("exact", collector.path, plain_environment(**environment)))
        self.assertEqual(process.stdout.readline(), b"ready\n")
        collector.wait_for(wire.HELLO)
        return process

    def order(self, collector, ident, **command):
        collector.send(id=ident, **command)
        return collector.wait_for(wire.REPLY, lambda reply: reply["id"] == ident)

    def tell(self, process, line):
        process.stdin.write(line + b"\n")
        process.stdin.flush()
        self.assertEqual(process.stdout.readline(), b"done\n")

    def test_turned_on_and_off_in_a_program_that_runs(self):
        with Collector() as collector:
            process = self.begin(collector, RUNNING)
            before = time.monotonic_ns()
            self.assertEqual(self.order(collector, 1, cmd="functions", on=True)["ok"], True)
            on = time.monotonic_ns()
            self.tell(process, b"late")
            time.sleep(0.6)
            self.assertEqual(self.order(collector, 2, cmd="functions", on=False)["ok"], True)
            off = time.monotonic_ns()
            first = Trace(list(collector.frames))
            time.sleep(0.3)
            self.assertEqual(len(Trace(list(collector.frames)).records), len(first.records), "nothing more comes")
            self.assertEqual(self.order(collector, 3, cmd="functions", on=True)["ok"], True)
            self.tell(process, b"stop")
            self.assertEqual(self.order(collector, 4, cmd="stop")["ok"], True)
            collector.wait_end()
            process.stdin.write(b"look\n")
            process.stdin.flush()
            self.assertEqual(process.stdout.readline(), b"None None []\n", "nothing of ours is left behind")
            second = Trace(self.since_off(collector))
            status, _, err = self.finish(process)
        self.assertEqual((status, err), (0, ""))
        self.assertEqual([s["functions"] for s in Trace(collector.frames).states if "functions" in s], [True, False, True, False])
        self.assertEqual(len(first.sums), 5)
        blocked = first.serial_of("blocked")
        self.assertEqual([end for _, name, _, end in first.calls(blocked) if name == "blocked"], [None])
        self.assertGreater(first.rows("blocked")[OWN_FREE], 0.5e9, "a thread that rests in one call is traced as well")
        self.assertLess(sum(first.own(blocked)) - first.rows("blocked")[OWN_FREE], 0.01e9)
        for serial in first.spans:
            self.assertTrue(nested(first.calls(serial)))
        sleepers = [serial for serial, sums in first.sums.items() if any(first.site(n)["name"] == "inner" for n in sums)]
        self.assertEqual(len(sleepers), 3, "two that were there, and a late one")
        for serial in sleepers:
            spans = {name: (begin, end) for _, name, begin, end in first.calls(serial) if name != "sleep"}
            self.assertEqual(spans["outer"][1] is None and spans["inner"][1] is None, True, spans)
            self.assertTrue(before <= spans["outer"][0] <= off)
            self.assertGreater(first.rows("inner", serial=serial)[FREE], 0.3e9)
            self.assertTrue(before <= first.spans[serial][0] <= first.spans[serial][1] <= off)
        self.assertLess(on, off)
        self.assertEqual(second.rows("after")[0], 3)

    def since_off(self, collector):
        """The frames after the first trace has ended, with the sites told until then."""
        frames = list(collector.frames)
        off = next(i for i, (kind, payload) in enumerate(frames) if kind == wire.STATE and b'"functions":false' in payload)
        return [frame for frame in frames[:off] if frame[0] == wire.SITE] + frames[off:]

    def test_the_program_profiles_itself(self):
        for name, text in OWN_PROFILERS.items():
            with self.subTest(profiler=name):
                script = self.write("own.py", text)
                collector = self.unchanged([script])
                reasons = Trace(collector.frames).reasons()
                if PROFILES:
                    self.assertTrue(any(OWN_REASONS[name] in reason for reason in reasons), reasons)
                else:
                    self.assertEqual(reasons, [])
                    self.assertEqual(Trace(collector.frames).rows("watched")[0], 10)

    def test_ours_is_not_seen(self):
        self.unchanged(["-c", "import sys; print(sys.getprofile(), sys.gettrace())"])

    def test_a_command_that_makes_no_sense(self):
        with Collector() as collector:
            process = self.begin(collector, RUNNING)
            for value in (1, None, "on"):
                self.assertEqual(self.order(collector, repr(value), cmd="functions", on=value)["ok"], False)
            for n in range(5):
                self.assertEqual(self.order(collector, n, cmd="functions", on=n % 2 == 0)["ok"], True)
                self.assertEqual(self.order(collector, "again %d" % n, cmd="functions", on=n % 2 == 0)["ok"], True)
            self.tell(process, b"stop")
            self.assertEqual(self.finish(process)[0], 0)

    def test_without_sites(self):
        trace, script, _ = self.trace("def f(): pass\nf()\n", GILSCOPE_SITES="0")
        self.assertEqual(trace.counts(script)["f"], 1)
        self.assertFalse(any(event[1] == "SITE" for events in trace.events.values() for event in events))

    def test_forks(self):
        text = (
            "import os, time\n"
            "def child():\n"
            "    for _ in range(3): time.sleep(0.03)\n"
            "def fork():\n"
            "    pid = os.fork()\n"
            "    if pid == 0:\n"
            "        child()\n"
            "        os._exit(0)\n"
            "    os.waitpid(pid, 0)\n"
            "fork()\n"
        )
        script = self.write("forks.py", text)
        with Family() as family:
            process = self.open([script], traced_environment("exact", family.path, plain_environment(**ON)))
            self.assertEqual(self.finish(process), (0, "", ""))
            traces = {member.hello["pid"]: Trace(member.frames) for member in family.settle()}
        parent = traces.pop(process.pid)
        (child,) = traces.values()
        self.assertEqual((parent.rows("fork", script)[0], parent.rows("child")[0]), (1, 0))
        self.assertEqual((child.rows("child")[0], child.rows("sleep", "time")[0], child.rows("fork", script)[0]), (1, 3, 0))
        self.assertGreater(child.rows("fork", script)[FREE], 0.08e9, "the stack of the forking thread goes on")
        self.assertIn("child", [name for _, name, _, _ in child.calls()])
        for trace in (parent, child):
            for serial, (begin, end) in trace.spans.items():
                self.assertEqual(sum(trace.own(serial)), end - begin)

    def test_output_and_status_stay(self):
        for text in TRICKY:
            script = self.write("tricky.py", text)
            self.unchanged([script])

    def unchanged(self, arguments):
        """Output and exit status are what they are without us; returns the collector."""
        expected = self.plain(arguments)
        result, collector = self.traced("exact", arguments, plain_environment(**ON))
        self.assertEqual(result, expected)
        self.assert_engine(collector, "exact")
        return collector


if __name__ == "__main__":
    unittest.main()
