"""What gilscope says against what the kernel sees: each take_gil and drop_gil of each thread, by uprobes. Where those cannot be set, proportions of
known programs must do (test/integration), and run.py says why.
"""

import unittest

import support
import uprobes
from collector import wire

# Every way to let go: asked to, in a sleep, in quick system calls; and a thread that finds the GIL free.
PROGRAM = """
import os, threading, time
def count(n):
    while n > 0:
        n -= 1
def sleep():
    for _ in range(100):
        time.sleep(0.001)
def write():
    sink = os.open(os.devnull, os.O_WRONLY)
    for _ in range(1000):
        os.write(sink, b"x")
threads = [threading.Thread(target=what, args=args) for what, args in
           ((count, (2000000,)), (sleep, ()), (write, ()), (count, (2000000,)))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
WORKERS = 4


def ours(events):
    return [(when, kind) for when, kind, *_ in events if kind in ("TAKE", "DROP")]


def theirs(calls):
    """[(earliest, latest, kind)]: a take is within its call, a drop between its beginning and what the thread does next."""
    found = []
    began = None
    for (when, what), (after, _) in zip(calls, calls[1:] + [(None, None)]):
        if what == "take":
            began = when
        elif what == "taken":
            found.append((began, when, "TAKE"))
        else:
            found.append((when, after, "DROP"))
    return found


@unittest.skipUnless("exact" in support.ENGINES, "the native tracer is not built")
class Truth(support.Case):
    def record(self):
        try:
            with uprobes.Uprobes() as probes:
                result, collector = self.traced("exact", ["-c", PROGRAM])
                probes.stop()
                return result, collector, probes.threads(), probes.lost()
        except uprobes.Unavailable as reason:
            self.skipTest(str(reason))

    def test_every_take_and_drop_is_one_that_the_kernel_saw(self):
        result, collector, calls, lost = self.record()
        self.assertEqual(result, (0, "", ""))
        tids = {serial: tid for serial, tid, _, _ in collector.blocks()}
        if not set(tids.values()) & set(calls):
            self.skipTest("the kernel tells other thread ids here: a pid namespace")
        self.assertEqual((lost, [dropped for _, _, dropped, _ in collector.blocks() if dropped]), (0, []))
        main = {t.get("serial") for t in collector.values(wire.THREAD) if t.get("main") or t.get("own")}
        workers = {serial: events for serial, events in collector.events().items() if serial in collector.names() and serial not in main}
        self.assertEqual(len(workers), WORKERS)
        compared = 0
        for serial, events in workers.items():
            expected = theirs(calls[tids[serial]])
            got = ours(events)
            self.assertEqual([kind for _, kind in got], [kind for _, _, kind in expected])
            for (when, kind), (earliest, latest, _) in zip(got, expected):
                # The kernel's text is rounded to microseconds.
                self.assertGreater(when, earliest - uprobes.RESOLUTION_NS, kind)
                if latest is not None:
                    self.assertLess(when, latest + uprobes.RESOLUTION_NS, kind)
            compared += len(got)
        self.assertGreater(compared, 2000)


if __name__ == "__main__":
    unittest.main()
