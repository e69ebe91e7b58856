"""Runs the scenarios under every CPython on the machine and checks what the tracer said against what is known.

    drive.py LIBRARY [--only SCENARIO] [--python PATH]
    drive.py --host PROGRAM          the same checks on the sanitized stand-in (host.c)

Prints a line for each failure; the last line is "N passed, N failed".
"""
import argparse
import glob
import json
import os
import subprocess
import sys
import tempfile
import threading

import wire_reader as wire

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 90


class Run:
    """One traced program, from launch to the end of its stream."""

    def __init__(self, command, scenario, settings=(), pause=None):
        self.scenario = scenario
        self.folder = tempfile.TemporaryDirectory(prefix="gilscope-native-")
        path = os.path.join(self.folder.name, "s")
        self.listener = wire.Listener(path, pause)
        self.process = subprocess.Popen(command(path) + list(settings), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        # one malloc arena: the growth of the address space is then the tracer's
                                        env=dict(os.environ, MALLOC_ARENA_MAX="1"))
        self.output = self.errors = ""

    def wait(self, code=0):
        output, errors = self.process.communicate(timeout=LIMIT)
        self.output, self.errors = output.decode(), errors.decode()
        assert self.process.returncode == code, "exit status %d, not %d: %s" % (self.process.returncode, code, self.errors[-1500:])
        assert not self.errors, "said on stderr: " + self.errors[-1500:]
        return self

    def stream(self, goodbye="exit"):
        stream = self.listener.finish()
        assert stream.goodbye == goodbye, "said goodbye with %r, not %r" % (stream.goodbye, goodbye)
        return stream


def exact(stream, at_least=0):
    """What holds of every complete recording."""
    for gil in stream.gils():
        captured, counted = stream.captured(gil), stream.counted(gil)
        assert captured == counted, "GIL %d: captured %d of %d switches" % (gil, captured, counted)
    assert stream.captured() >= at_least, "only %d switches" % stream.captured()
    assert stream.dropped() == 0 and not stream.late, "%d dropped, %d late" % (stream.dropped(), len(stream.late))
    for gil in stream.gils():
        assert not stream.overlaps(gil), "two holds of GIL %d overlap: %r" % (gil, stream.overlaps(gil)[0])
    assert any(state.get("drop_sites") for state in stream.json("STATE"))


def kinds(thread):
    return [event[0] for event in thread["events"]]


def preemptions(thread):
    """Drops that the reader would call pre-emptions: no flag, and the thread asks again."""
    events = [e for e in thread["events"] if e[0] in (wire.TAKE, wire.DROP, wire.WAIT)]
    return sum(1 for a, b in zip(events, events[1:]) if a[0] == wire.DROP and not a[1] and b[0] != wire.DROP)


def two_countdowns_and_a_sleeper(run):
    stream = run.wait().stream()
    exact(stream, 15)
    busy = [t for t in stream.threads.values() if preemptions(t) >= 3]
    assert stream.own_serials(), "gilscope's own thread is announced"
    assert len(busy) == 2, "the two counting threads are pre-empted, nobody else: %d" % len(busy)
    rested = [t for t in stream.threads.values() if sum(1 for e in t["events"] if e[0] == wire.DROP and e[1]) >= 15]
    assert len(rested) == 1 and wire.WAIT in kinds(rested[0]), "the sleeper lets go by itself and waits to come back"


def tiny_calls(run):
    stream = run.wait().stream()
    exact(stream)
    drops = [e for t in stream.threads.values() for e in t["events"] if e[0] == wire.DROP]
    assert len(drops) >= 80000 and sum(1 for e in drops if e[1]) > 0.999 * len(drops)
    assert stream.event_bytes / stream.events() <= 6, "%.1f bytes an event" % (stream.event_bytes / stream.events())


def short_threads(run):
    stream = run.wait().stream()
    exact(stream, 900)
    serials = set(stream.threads)
    assert len(serials) >= 511 and max(serials) < 1024, "each thread has a serial of its own: %d" % len(serials)
    ends = sum(kinds(t).count(wire.END) for t in stream.threads.values())
    assert ends >= 500 and all(wire.END not in kinds(t)[:-1] for t in stream.threads.values()), "%d ends" % ends
    assert int(run.output) <= 48, "the address space grew by %s MiB" % run.output.strip()


def exits_then_preemptions(run):
    stream = run.wait().stream()
    exact(stream)
    assert sum(1 for t in stream.threads.values() if preemptions(t) >= 3) == 2, "the counting threads are pre-empted"


def lock_waits(run):
    stream = run.wait().stream()
    exact(stream)
    found = sorted((preemptions(t) for t in stream.threads.values()), reverse=True)
    assert found[0] >= 5 and sum(found[1:]) == 0, "waiting for a lock is no pre-emption: %r" % found


def lets_go_when_asked(run):
    stream = run.wait().stream()
    exact(stream)
    requests = sorted(e[2] for t in stream.threads.values() for e in t["events"] if e[0] == wire.REQUEST)
    found = {}
    for serial, thread in stream.threads.items():
        taken, asked = 0, ""
        for event in thread["events"]:
            if event[0] == wire.TAKE:
                taken = event[2]
            if event[0] == wire.DROP and any(taken < r < event[2] for r in requests):
                asked += "fV"[event[1]]
        found[serial] = asked
    # Interpreters start a thread with a little Python, which may be pre-empted.
    mixed = [asked for asked in found.values() if asked.count("V") >= 5 and asked.count("f") <= 2]
    assert len(mixed) == 1, "blocking while asked to let go is voluntary: %r" % found


def native_release(run):
    stream = run.wait().stream()
    exact(stream)
    used = [e[5] / 1e6 for t in stream.threads.values() for e in t["events"] if e[0] == wire.RELEASE_CPU and not e[1]]
    assert sum(1 for ms in used if ms > 15) >= 3, "hashing uses CPU while released: %r" % used
    assert sum(1 for ms in used if ms < 3) >= 3, "sleeping uses none: %r" % used


def hard_exit(run):
    exact(run.wait(7).stream("os_exit"), 4)


def plain(run):
    exact(run.wait().stream())


def stop_and_start(run):
    exact(run.wait().stream("detach"), 4)


def obey(run):
    run.listener.command({"id": 5, "cmd": "ping", "value": "été"})
    run.listener.command({"id": 6, "cmd": "stop"})
    stream = run.wait().stream("detach")
    exact(stream)
    replies = {r["id"]: r for r in stream.json("REPLY")}
    assert replies[5] == {"id": 5, "ok": True, "value": "été"} and replies[6]["ok"], "replies: %r" % replies
    assert run.output == "went on\n"
    assert wire.JSON_KINDS.get(stream.frames[-1][0]) == "GOODBYE", "GOODBYE is the last frame"


def outlives_the_engine(run):
    assert run.listener._connected.wait(10)
    run.listener.peer.shutdown(2)
    run.wait()
    assert run.output == "went on\n"


def closes_everything(run):
    run.wait().stream(None)
    assert run.output == "running 0 received 0 high True\n", run.output


def execs(run):
    exact(run.wait().stream("exec"))
    assert run.output == "execed\n"


def little_memory(run):
    stream = run.wait().stream()
    overflow = int(run.output.split()[1])
    assert stream.captured() <= stream.counted() and not stream.overlaps()
    assert overflow > 0, "what is left is the program's, and what we miss is counted"


def sub_interpreters(run):
    stream = run.wait().stream()
    exact(stream)
    assert sorted(stream.gils()) == [0, 1, 2, 3], "one GIL each: %r" % sorted(stream.gils())


def overflow(run):
    stream = run.wait().stream()
    assert stream.dropped() > 0 and stream.captured() <= stream.counted() and not stream.late
    assert 160000 <= stream.events() + stream.dropped() <= 400000, "captured and dropped make all"
    assert not stream.overlaps()
    gaps = sum(len(t["gaps"]) for t in stream.threads.values())
    assert gaps >= 8, "the places of losses are told, not only their sum: %d" % gaps


def engine_sleeps(run):
    """The engine reads nothing until the program has ended by itself."""
    run.wait()
    run.listener.pause.set()
    try:
        run.listener.finish()
    except AssertionError as error:
        assert "inside a frame" in str(error), error


# scenario to run, its check, settings for gs_configure, options for Python
CASES = [
    ("two_countdowns_and_a_sleeper", two_countdowns_and_a_sleeper, [], []),
    ("tiny_calls", tiny_calls, [], []),
    ("short_threads", short_threads, [], []),
    ("exits_then_preemptions", exits_then_preemptions, [], []),
    ("lock_waits", lock_waits, [], []),
    ("lets_go_when_asked", lets_go_when_asked, [], []),
    ("native_release", native_release, [], []),
    ("hard_exit", hard_exit, [], []),
    ("fork", plain, [], []),
    ("fork_silent", plain, [], ["-W", "always"]),
    ("daemons", plain, [], []),
    ("stop_and_start", stop_and_start, [], []),
    ("obey", obey, [], []),
    ("outlives_the_engine", outlives_the_engine, [], []),
    ("closes_everything", closes_everything, [], []),
    ("tiny_stacks", plain, [], []),
    ("little_memory", little_memory, [], []),
    ("execs", execs, [], []),
    ("sub_interpreters", sub_interpreters, [], []),
    ("forked_child_records", plain, [], []),
    ("tiny_calls", overflow, ["ring=16"], []),
    ("tiny_calls", engine_sleeps, ["queue=1048576"], []),
]


def stop(run):
    exact(run.wait().stream("detach"), 20)


def command(run):
    run.listener.command({"id": 1, "cmd": "ping"})
    stream = run.wait().stream()
    exact(stream)
    assert len(stream.json("REPLY")) == 1


def host_overflow(run):
    stream = run.wait().stream()
    assert stream.captured() <= stream.counted() and not stream.late and not stream.overlaps()
    assert stream.dropped() > 0 or stream.captured() == stream.counted()


def host_fork(run):
    # LeakSanitizer remarks on its own blindness in a forked child.
    run.errors = ""
    output, errors = run.process.communicate(timeout=LIMIT)
    assert run.process.returncode == 0 and b"ERROR" not in errors and b"WARNING" not in errors, errors.decode()[-1500:]
    exact(run.stream())


HOST_CASES = [("mixed", plain), ("overflow", host_overflow), ("short", plain), ("fork", host_fork), ("command", command), ("stop", stop)]


def interpreters():
    """Every CPython from 3.8 on: pyenv's, the system's, and the one that runs this."""
    found = sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/python")))
    found += sorted(glob.glob("/usr/bin/python3") + glob.glob("/usr/local/bin/python3")) + [sys.executable]
    probe = ("import sys, sysconfig; v = sys.version_info; ok = v >= (3, 8) and sys.implementation.name == 'cpython';"
             "sys.stdout.write(repr((ok and not sysconfig.get_config_var('Py_GIL_DISABLED'), list(v[:3]), sys.base_prefix)))")
    result, seen = [], set()
    for path in found:
        try:
            ok, version, prefix = eval(subprocess.check_output([path, "-c", probe], timeout=LIMIT, stderr=subprocess.DEVNULL))
        except (OSError, subprocess.SubprocessError, SyntaxError):
            continue
        if ok and (prefix, tuple(version)) not in seen:
            seen.add((prefix, tuple(version)))
            result.append((path, tuple(version)))
    return result


def golden():
    path = os.path.join(HERE, "..", "..", "..", "src", "shared", "protocol", "golden", "native-events.json")
    with open(path) as file:
        expected = json.load(file)
    header, events = wire.decode_events(bytes.fromhex(expected["frame"])[8:])
    rows = [dict(kind=wire.KIND_NAMES[k], flag=f, ns=str(ns), core=c, gil=g, **({} if cpu is None else {"cpu_ns": cpu}))
            for k, f, ns, c, g, cpu in events]
    assert header == expected["block"] and rows == expected["events"]


class Score:
    passed = failed = 0

    def one(self, name, action):
        try:
            action()
            self.passed += 1
        except (AssertionError, subprocess.TimeoutExpired, OSError, KeyError, ValueError, IndexError) as error:
            self.failed += 1
            print("not ok: %s: %s: %s" % (name, type(error).__name__, error), flush=True)


def attempt(command, scenario, check, settings=()):
    run = Run(command, scenario, settings, threading.Event() if check is engine_sleeps else None)
    try:
        check(run)
    finally:
        if run.process.poll() is None:
            run.process.kill()
            run.process.wait()
        run.folder.cleanup()


def on_pythons(score, options):
    score.one("golden", golden)
    for python, version in [(options.python, (99,))] if options.python else interpreters():
        for scenario, check, settings, flags in CASES:
            if options.only not in (None, scenario, check.__name__):
                continue
            if scenario == "sub_interpreters" and version < (3, 12):
                continue
            command = [python] + flags + [os.path.join(HERE, "traced.py"), os.path.abspath(options.library)]
            score.one("%s %s (%s)" % (".".join(map(str, version)), check.__name__, scenario),
                      lambda: attempt(lambda path: command + [path, scenario], scenario, check, settings))


def on_host(score, options):
    for scenario, check in HOST_CASES:
        score.one("%s %s" % (os.path.basename(options.host), scenario),
                  lambda: attempt(lambda path: [options.host, path, scenario], scenario, check))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("library", nargs="?")
    parser.add_argument("--host")
    parser.add_argument("--only")
    parser.add_argument("--python")
    options = parser.parse_args()
    score = Score()
    (on_host if options.host else on_pythons)(score, options)
    print("%d passed, %d failed" % (score.passed, score.failed))
    return score.failed != 0


if __name__ == "__main__":
    sys.exit(main())
