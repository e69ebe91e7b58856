"""The estimate on hand-made ticks, and on a real program with a known answer."""

import unittest

from collector import wire
from golden import decode_events
from gilscope_agent.holder import Estimator, Track
from support import Case

MS = 1_000_000
BASE = 1000 * MS

COUNT = """
import threading
def count():
    n = 12000000
    while n: n -= 1
threads = [threading.Thread(target=count, name="count-%d" % i) for i in range(2)]
for t in threads: t.start()
for t in threads: t.join()
"""

SLEEP = """
import threading, time
def sleeper():
    for _ in range(10): time.sleep(0.02)
t = threading.Thread(target=sleeper, name="sleeper")
t.start()
t.join()
"""


class Scene:
    """Drives an Estimator: `tick(7, a=5, b=2)` is a tick of 7 ms in which thread a used 5 ms of CPU and b 2."""

    def __init__(self, *names, **profiled):
        self.now = BASE
        self.estimator = Estimator(BASE, 5 * MS)
        self.tracks = {}
        for serial, name in enumerate(names, 1):
            track = Track(serial, serial, serial, lambda: 0, BASE)
            track.profiled = profiled.get(name, True)
            self.tracks[name] = track

    def tick(self, length, log=(), **used):
        self.now += int(length * MS)
        for name, track in self.tracks.items():
            track.used = int(used.get(name, 0) * MS)
        entries = [(BASE + int(w * MS), self.tracks[n], BASE + int(b * MS) if b else 0) for w, n, b in log]
        self.estimator.tick(self.now, list(self.tracks.values()), entries)

    def events(self, name):
        """[(kind, ms since the start)], flag A of a DROP shown as "LEAVE"."""
        self.estimator.close(list(self.tracks.values()))
        payload = self.tracks[name].block.payload()
        rows = decode_events(payload)[3] if payload else []
        return [("LEAVE" if k == "DROP" and a else k, round((w - BASE) / MS, 2)) for w, k, a, _, _, _ in rows]


class Estimates(unittest.TestCase):
    def test_loop_that_calls_nothing_is_seen(self):
        scene = Scene("a", a=False)
        for _ in range(4):
            scene.tick(5, a=5)
        self.assertEqual(scene.events("a"), [("TAKE", 0)])

    def test_two_loops_take_turns(self):
        scene = Scene("a", "b")
        scene.tick(5, [(0, "a", 0)], a=5, b=0)
        scene.tick(5, a=0, b=5)
        scene.tick(10, a=4, b=6)
        self.assertEqual(scene.events("a"), [("TAKE", 0), ("DROP", 5), ("WAIT", 5), ("TAKE", 16)])
        self.assertEqual(scene.events("b"), [("WAIT", 0), ("TAKE", 5), ("DROP", 16), ("WAIT", 16)])

    def test_blocking_call_releases(self):
        scene = Scene("a")
        scene.tracks["a"].since = BASE + 1 * MS
        scene.tick(5, [(0, "a", 0)], a=1)
        scene.tracks["a"].since = 0
        scene.tick(5, [(8, "a", 1)], a=2)
        self.assertEqual(scene.events("a"), [("TAKE", 0), ("LEAVE", 1), ("TAKE", 8)])

    def test_long_computation_in_c_keeps_holding(self):
        scene = Scene("a")
        scene.tracks["a"].since = BASE + 1 * MS
        scene.tick(5, [(0, "a", 0)], a=5)
        scene.tick(5, a=5)
        self.assertEqual(scene.events("a"), [("TAKE", 0)])

    def test_poller_waits_for_a_counter(self):
        scene = Scene("count", "poll")
        scene.tracks["poll"].since = BASE + 1 * MS
        scene.tick(6, [(0, "poll", 0)], count=5, poll=0.1)
        scene.tick(6, count=6)
        # It wakes at 15 ms, waits a switch interval, runs at 20.
        scene.tick(6, count=6, poll=0.02)
        scene.tracks["poll"].since = BASE + int(20.1 * MS)
        scene.tick(6, [(20, "poll", 1)], count=5.8, poll=0.2)
        events = scene.events("poll")
        self.assertEqual([k for k, _ in events], ["TAKE", "LEAVE", "WAIT", "TAKE", "LEAVE"])
        self.assertEqual(events[2], ("WAIT", 15))
        self.assertEqual(events[3], ("TAKE", 20))

    def test_unseen_thread_that_rests_has_blocked(self):
        scene = Scene("a", "b", a=False)
        scene.tick(5, a=5)
        for _ in range(10):
            scene.tick(5, b=5)
        self.assertEqual(scene.events("a"), [("TAKE", 0), ("LEAVE", 5)])

    def test_native_running_is_told(self):
        scene = Scene("hash", "count")
        scene.tracks["hash"].since = BASE + 1 * MS
        scene.tick(10, [(0, "hash", 0)], hash=10, count=9)
        scene.tracks["hash"].since = 0
        scene.tick(10, [(18, "hash", 1)], hash=8, count=8)
        kinds = [k for k, _ in scene.events("hash")]
        self.assertEqual(kinds[:3], ["TAKE", "LEAVE", "RELEASE_CPU"])

    def test_order_and_watermark(self):
        import random

        for seed in range(40):
            chance = random.Random(seed)
            scene = Scene("a", "b", "c", c=False)
            sent = 0
            for _ in range(60):
                begin = (scene.now - BASE) / MS
                length = chance.uniform(4, 12)
                log = sorted(
                    (begin + chance.uniform(0, length), chance.choice("ab"), chance.choice((0, max(0.01, begin - 3))))
                    for _ in range(chance.randrange(4))
                )
                scene.tick(length, log, **{n: chance.choice((0, 0.02, 1, length)) for n in "abc"})
                self.assertGreaterEqual(scene.estimator.sent, sent)
                for track in scene.tracks.values():
                    payload = track.block.payload()
                    if payload:
                        self.assertGreater(decode_events(payload)[3][0][0], sent)
                sent = scene.estimator.sent


class Real(Case):
    def totals(self, text):
        (status, _, err), collector = self.traced("estimated", [self.write("real.py", text)])
        self.assertEqual((status, err), (0, ""))
        names, found, intervals = collector.names(), {}, []
        for serial, events in collector.events().items():
            took = None
            held = 0
            for when, kind, *_ in events:
                if kind == "TAKE":
                    took = when
                elif kind == "DROP" and took:
                    held += when - took
                    intervals.append((took, when))
                    took = None
            found[names[serial]] = (held / 1e9, events)
        return found, sorted(intervals), collector

    def test_counting_threads(self):
        found, intervals, collector = self.totals(COUNT)
        span = (intervals[-1][1] - intervals[0][0]) / 1e9
        shares = [found["count-%d" % i][0] / span for i in range(2)]
        # The loop calls nothing, yet both are seen, and together they hold nearly all the time.
        self.assertGreater(min(shares), 0.2, shares)
        self.assertGreater(sum(shares), 0.75, shares)
        for (_, end), (begin, _) in zip(intervals, intervals[1:]):
            self.assertLessEqual(end, begin + 1000)
        self.assertGreater(len(collector.values(wire.THREAD)), 2)

    def test_sleeper_releases(self):
        found, _, _ = self.totals(SLEEP)
        held, events = found["sleeper"]
        self.assertLess(held, 0.1)
        leaves = [e for e in events if e[1] == "DROP" and e[2]]
        self.assertGreaterEqual(len(leaves), 8)


if __name__ == "__main__":
    unittest.main()
