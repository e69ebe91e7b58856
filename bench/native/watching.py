"""What watching ten objects at 100 Hz costs a computing thread, in one process: steps with and without it in turns, so that a busy
machine slows both. Says by how much the thread's CPU time and the clock differ, how much of the time it was off the GIL, and how
often gilscope's thread took it.

    PYTHON bench/native/watching.py [--pairs N] [--count N] [--rate HZ]
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "python-agent", "tests"))

from collector import Collector, decode_events, wire  # noqa: E402
from support import plain_environment, traced_environment  # noqa: E402

PROGRAM = """
import sys, threading, time
objects = [[number] for number in range(10)]
def countdown(n):
    while n > 0:
        n -= 1
def work():
    for line in sys.stdin:
        start, cpu = time.perf_counter(), time.thread_time()
        countdown(int(line))
        print(time.perf_counter() - start, time.thread_time() - cpu, flush=True)
print("ready", flush=True)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


class Bench:
    def __init__(self, collector, options):
        self.collector, self.options, self.asked = collector, options, 0
        environment = traced_environment("exact", collector.path, plain_environment())
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "universal_newlines": True}
        self.program = subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment, **pipes)
        self.program.stdout.readline()
        collector.wait_for(wire.HELLO)

    def ask(self, **command):
        self.asked += 1
        self.collector.send(id=self.asked, **command)
        return self.collector.wait_for(wire.REPLY, lambda reply, number=self.asked: reply["id"] == number)["value"]

    def step(self, watched):
        """(clock, CPU of the thread, begin and end in ns) of one countdown."""
        paths = ["__main__:objects[%d]" % number for number in range(10)] if watched else []
        ids = [self.ask(cmd="watch_add", expression=path, rate=self.options.rate)["watch"] for path in paths]
        begin = time.monotonic_ns()
        self.program.stdin.write("%d\n" % self.options.count)
        self.program.stdin.flush()
        clock, cpu = map(float, self.program.stdout.readline().split())
        end = time.monotonic_ns()
        for watch in ids:
            self.ask(cmd="watch_remove", watch=watch)
        return clock, cpu, begin, end

    def off(self, steps):
        """(share of the time the thread was off the GIL, takes of gilscope's thread a second) in those steps."""
        own = {thread["serial"] for thread in self.collector.values(wire.THREAD) if thread.get("own")}
        gone, takes, spent = 0, 0, sum(end - begin for _, _, begin, end in steps)
        for payload in [payload for kind, payload in self.collector.frames if kind == wire.EVENTS]:
            serial, _, _, events = decode_events(payload)
            dropped = None
            for ns, kind, _, _, _, _ in events:
                inside = any(begin <= ns <= end for _, _, begin, end in steps)
                takes += inside and kind == "TAKE" and serial in own
                if kind == "TAKE" and dropped and inside and serial not in own and any(b <= dropped for _, _, b, e in steps if b <= ns <= e):
                    gone += ns - dropped
                dropped = ns if kind == "DROP" else None if kind == "TAKE" else dropped
        return gone / spent, takes * 1e9 / spent


def show(name, values):
    order = sorted(values)
    print("  %-28s %.4f (%.4f to %.4f)" % (name, statistics.median(order), order[len(order) // 4], order[len(order) * 3 // 4]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--count", type=int, default=8000000)
    parser.add_argument("--rate", type=float, default=100)
    options = parser.parse_args()
    with Collector() as collector:
        bench = Bench(collector, options)
        bench.step(False)
        steps = {True: [], False: []}
        for pair in range(options.pairs):
            for watched in ((True, False) if pair % 2 else (False, True)):
                steps[watched].append(bench.step(watched))
        bench.program.stdin.close()
        bench.program.wait()
        collector.wait_end()
    print("%s, load %.1f, %d pairs: watched / not watched" % (sys.version.split()[0], os.getloadavg()[0], options.pairs))
    show("clock", [a[0] / b[0] for a, b in zip(steps[True], steps[False])])
    show("CPU time of the thread", [a[1] / b[1] for a, b in zip(steps[True], steps[False])])
    for watched in (False, True):
        print("  off the GIL %-16s %.2f %% of the time; gilscope took it %.1f times a second" % ("watched" if watched else "not watched", *[figure * scale for figure, scale in zip(bench.off(steps[watched]), (100, 1))]))


main()
