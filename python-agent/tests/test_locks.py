"""Waits for locks are told apart from other releases of the GIL: whoever waits for a lock, a condition or a queue says so, whoever sleeps does not."""

import unittest

from support import ENGINES, Case

PROGRAM = """
import queue, threading, time
jobs, lock, held = queue.Queue(), threading.Lock(), threading.Event()
def consumer():
    while jobs.get() is not None:
        pass
def holder():
    with lock:
        held.set()
        time.sleep(0.2)
def waiter():
    held.wait()
    if not lock.acquire(timeout=0.01):
        with lock:
            pass
def sleeper():
    for _ in range(%d):
        time.sleep(0.01)
threads = [threading.Thread(target=f, name=f.__name__) for f in (consumer, holder, waiter, sleeper)]
for thread in threads:
    thread.start()
for job in range(3):
    time.sleep(0.01)
    jobs.put(job)
threads[1].join()
jobs.put(None)
for thread in threads:
    thread.join()
"""
SLEEPS = 10
LOCK_WAIT_MS = 150


@unittest.skipUnless("exact" in ENGINES, "the native tracer is not built")
class Locks(Case):
    def test_who_waits_for_a_lock(self):
        result, collector = self.traced("exact", ["-c", PROGRAM % SLEEPS])
        self.assertEqual(result, (0, "", ""))
        names = collector.names()
        waits = {}
        for serial, events in collector.events().items():
            spent = waits.setdefault(names.get(serial), [])
            began = None
            for when, kind, flag, *_ in events:
                if kind == "RELEASE_CPU" and flag:
                    began = when
                elif kind in ("WAIT", "TAKE") and began:
                    spent.append((when - began) / 1e6)
                    began = None
        # Once with a limit of 10 ms, then without.
        self.assertGreater(sum(waits["waiter"]), LOCK_WAIT_MS)
        self.assertGreaterEqual(len([ms for ms in waits["waiter"] if ms > 9]), 2, waits["waiter"])
        self.assertGreaterEqual(len(waits["consumer"]), 4)
        self.assertGreater(sum(waits["consumer"]), LOCK_WAIT_MS)
        # A new thread may meet its parent at the lock by which it tells that it runs.
        self.assertLess(len(waits["sleeper"]), SLEEPS)


if __name__ == "__main__":
    unittest.main()
