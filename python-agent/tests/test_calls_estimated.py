"""The function trace of the estimated engine: calls are exact, what they had of the GIL is estimated."""

import time
import unittest

from callprograms import KINDS, REFERENCE, RUNNING, WORK
from calltrace import FREE, HOLD, WAIT, Trace, nested
from collector import Collector, wire
from support import Case, plain_environment, traced_environment

ON = {"GILSCOPE_FUNCTIONS": "1"}


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


if __name__ == "__main__":
    unittest.main()
