"""What the agent itself runs in the program's threads is not told as calls of the program's, in either engine."""

import os
import unittest

from calltrace import Trace
from collector import AGENT, Collector, wire
from support import ENGINES, Case, plain_environment, traced_environment

BOOT = os.path.join(AGENT, "boot", "sitecustomize.py")

# The agent's code runs in these threads: it learns of names, of forks, of the end, and of marks.
PROGRAM = """
import sys, threading, time
def leaf(): return time.perf_counter()
def work():
    threading.current_thread().name = "renamed"
    for _ in range(200): leaf()
def round():
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
round()
print("ready", flush=True)
for line in sys.stdin:
    round()
    print("done", flush=True)
"""


class OwnCalls(Case):
    def check(self, collector, engine, calls):
        trace = Trace(collector.frames)
        used = {number for sums in trace.sums.values() for number in sums} - {0}
        used.update(record[3] for records in trace.records.values() for record in records if record[3])
        ours = [site for number, site in trace.sites.items() if number in used and site["file"].startswith(AGENT)]
        # In the body of the module that lets the agent in runs the user's own sitecustomize.
        self.assertEqual([site for site in ours if (site["name"], site["file"]) != ("<module>", BOOT)], [], engine)
        self.assertEqual(trace.rows("leaf")[0], calls, engine)
        return trace

    def test_from_the_start(self):
        for engine in ENGINES:
            with self.subTest(engine=engine):
                script = self.write("script.py", PROGRAM)
                environment = plain_environment(GILSCOPE_FUNCTIONS="1")
                (status, _, err), collector = self.traced(engine, [script], environment, b"\n\n")
                self.assertEqual((status, err), (0, ""))
                trace = self.check(collector, engine, 1800)
                for serial, (begin, end) in trace.spans.items():
                    self.assertEqual(sum(trace.own(serial)), end - begin, "own times add up to the traced time")
                # The agent is in the middle of beginning when the trace begins: what called it is told.
                names = {trace.site(number)["name"] for number in trace.sums[trace.serial_of("round")]}
                self.assertIn("execsitecustomize", names)

    def test_in_the_middle(self):
        for engine in ENGINES:
            with self.subTest(engine=engine), Collector() as collector:
                script = self.write("script.py", PROGRAM)
                process = self.open([script], traced_environment(engine, collector.path, plain_environment()))
                self.assertEqual(process.stdout.readline(), b"ready\n")
                collector.wait_for(wire.HELLO)
                for number, on in enumerate((True, False, True), 1):
                    collector.send(id=number, cmd="functions", on=on)
                    reply = collector.wait_for(wire.REPLY, lambda r, number=number: r["id"] == number)
                    self.assertEqual(reply["ok"], True, reply)
                    process.stdin.write(b"\n")
                    process.stdin.flush()
                    self.assertEqual(process.stdout.readline(), b"done\n")
                collector.send(id=9, cmd="watch_add", expression="__main__:leaf", rate=100)
                collector.wait_for(wire.WATCH)
                status, _, err = self.finish(process)
                collector.wait_end()
                self.assertEqual((status, err), (0, ""))
                self.check(collector, engine, 1200)


if __name__ == "__main__":
    unittest.main()
