"""Reference counts of a running program as the engine hears them, in each engine of measurement."""

import sys
import unittest

from collector import Collector, wire
from support import ENGINES, Case, plain_environment, traced_environment

# Prints a line, waits for one; in between it keeps `item` in so many more places, and drops or replaces it.
PROGRAM = """
import sys, weakref
class Watched(list):
    def __del__(self):
        print("ended", flush=True)
class Trap:
    touched = 0
    @property
    def value(self):
        Trap.touched += 1
        return [1]
    def __getattr__(self, name):
        Trap.touched += 1
        return [2]
trap = Trap()
nothing = None
item = Watched()
kept = []
def stop(line):
    print(line, flush=True)
    sys.stdin.readline()
stop("ready")
for more in (4, 95, -60):
    kept = kept + [item] * more if more > 0 else kept[:more]
    stop("kept %d" % len(kept))
del kept
del item
stop("deleted")
item = Watched((1, 2))
stop("back")
print("touched", Trap.touched, flush=True)
"""


def rows(payload):
    """(ns, cost in ns, split, [(watch, flags, count, size)]) of a REFCOUNT frame; written apart from the writer."""
    number = lambda at, size: int.from_bytes(payload[at : at + size], "little")  # noqa: E731
    found = [(number(at, 2), payload[at + 2], number(at + 4, 8), number(at + 12, 8)) for at in range(16, len(payload), 20)]
    if len(found) != number(12, 2) or (len(payload) - 16) % 20:
        raise ValueError("a REFCOUNT frame of another length than it says")
    return number(0, 8), number(8, 4), number(14, 2), found


class Watching(Case):
    """A program at a stop, and what is asked of its agent."""

    def begin(self, engine, collector, text=PROGRAM):
        script = self.write("program.py", text)
        process = self.open(["-u", "-W", "error", script], traced_environment(engine, collector.path, plain_environment()))
        self.assertEqual(process.stdout.readline(), b"ready\n")
        collector.wait_for(wire.HELLO)
        return process

    def ask(self, collector, ident, **command):
        collector.send(id=ident, **command)
        return collector.wait_for(wire.REPLY, lambda r: r["id"] == ident)

    def until(self, collector, test, timeout=20):
        """Until a row that comes from now on passes the test."""
        with collector.changed:
            begin = len(collector.frames)

            def look():
                frames = [p for k, p in collector.frames[begin:] if k == wire.REFCOUNT]
                return next((row for p in frames for row in rows(p)[3] if test(row)), None)

            found = collector.changed.wait_for(look, timeout)
        if not found:
            raise AssertionError("no such row; last: %s" % [rows(p) for k, p in collector.frames if k == wire.REFCOUNT][-3:])
        return found

    def step(self, process, line):
        process.stdin.write(b"\n")
        process.stdin.flush()
        self.assertEqual(process.stdout.readline().decode().strip(), line)


class Watches(Watching):
    def test_counts_over_time(self):
        for engine in ENGINES:
            with self.subTest(engine=engine), Collector() as collector:
                process = self.begin(engine, collector)
                added = self.ask(collector, 1, cmd="watch_add", expression="__main__:item", rate=200)
                watch = added["value"]["watch"]
                trap = [
                    self.ask(collector, 2 + n, cmd="watch_add", expression="__main__:trap." + name)["value"]["watch"]
                    for n, name in enumerate(("value", "other"))
                ]
                counted = lambda n: lambda row: row[:3] == (watch, 0, n)  # noqa: E731
                self.until(collector, counted(1))
                for line, count in (("kept 4", 5), ("kept 99", 100), ("kept 39", 40)):
                    self.step(process, line)
                    self.until(collector, counted(count))
                # Ended at once, so nothing of ours held it; and the line comes before the one that follows.
                self.step(process, "ended")
                self.assertEqual(process.stdout.readline(), b"deleted\n")
                self.until(collector, lambda row: row[:3] == (watch, 2, 0))
                self.step(process, "back")
                self.until(collector, counted(1))
                states = [w["state"] for w in collector.values(wire.WATCH) if w["id"] == watch]
                self.assertEqual(states, ["counted", "gone", "counted"])
                refused = [w for w in collector.values(wire.WATCH) if w["id"] in trap]
                self.assertEqual([w["state"] for w in refused], ["refused", "refused"])
                status, out, err = self.finish(process, b"\n")
                self.assertEqual((status, out, err), (0, "touched 0\nended\n", ""))

    def test_rounds_come_at_the_rate_asked_for(self):
        for engine in ENGINES:
            for rate in (20, 500):
                with self.subTest(engine=engine, rate=rate), Collector() as collector:
                    process = self.begin(engine, collector)
                    self.ask(collector, 1, cmd="watch_add", expression="__main__:item", rate=rate)
                    for _ in range(12):
                        self.until(collector, lambda row: True)
                    self.finish(process, b"\n" * 9)
                    times = [rows(p)[0] for k, p in collector.frames if k == wire.REFCOUNT][1:]
                    # Rounds may be late and left out, on a busy machine; never are there more of them than asked for.
                    self.assertGreaterEqual(times[-1] - times[0], (len(times) - 2) * 0.99e9 / rate)

    def test_remove_and_lists(self):
        for engine in ENGINES:
            with self.subTest(engine=engine), Collector() as collector:
                process = self.begin(engine, collector)
                for number, text in enumerate(("item", "__main__:f()", "__main__:a.b["), 10):
                    self.assertFalse(self.ask(collector, number, cmd="watch_add", expression=text)["ok"])
                watch = self.ask(collector, 1, cmd="watch_add", expression="later:thing")["value"]["watch"]
                self.until(collector, lambda row: row[:2] == (watch, 2))
                waiting = collector.wait_for(wire.WATCH, lambda w: w["id"] == watch)
                self.assertEqual((waiting["state"], waiting["reason"]), ("waiting", "the module later is not imported"))
                self.assertTrue(self.ask(collector, 2, cmd="watch_rate", rate=10)["ok"])
                self.assertFalse(self.ask(collector, 3, cmd="watch_rate", rate=0)["ok"])
                self.assertTrue(self.ask(collector, 4, cmd="watch_remove", watch=watch)["ok"])
                self.assertFalse(self.ask(collector, 5, cmd="watch_remove", watch=watch)["ok"])
                collector.wait_for(wire.WATCH, lambda w: w["state"] == "removed")
                found = self.ask(collector, 6, cmd="list_modules")["value"]
                self.assertEqual([m for m in found if m["name"] == "__main__"][0]["kind"], "main")
                names = self.ask(collector, 7, cmd="list_names", module="__main__")["value"]
                self.assertIn(["item", "Watched"], names["names"])
                self.assertFalse(self.ask(collector, 8, cmd="list_names", module="no.such")["ok"])
                status, out, err = self.finish(process, b"\n" * 9)
                self.assertEqual((status, err), (0, ""))
                self.assertIn("touched 0", out)

    def test_a_watch_does_not_outlive_a_stop(self):
        for engine in ENGINES:
            with self.subTest(engine=engine), Collector() as collector:
                process = self.begin(engine, collector)
                self.ask(collector, 1, cmd="watch_add", expression="__main__:item", rate=1000)
                self.until(collector, lambda row: True)
                self.ask(collector, 2, cmd="stop")
                collector.wait_end()
                self.assertEqual(collector.values(wire.GOODBYE)[0]["reason"], "detach")
                status, out, err = self.finish(process, b"\n" * 9)
                self.assertEqual((status, err), (0, ""))


if __name__ == "__main__":
    unittest.main()
