"""Runs a command while the kernel notes each take_gil and drop_gil of this interpreter (python-agent/tests/uprobes.py), and adds them up for the threads
that the program named in its own result (bench/programs/measured.py), within its own time.

    PYTHON truth.py RESULT OUT COMMAND...      OUT: {"lost": events, "threads": {"TID": {"held_s", "wait_s", "takes"}}}
    PYTHON truth.py --can                      status 0 when the kernel can do that here, else why not on standard output
    PYTHON truth.py --perf DATA COMMAND...     the same probes for `perf record` instead, into DATA
    PYTHON truth.py --read DATA RESULT OUT     what perf noted then, as above

A program that ends with another status than 0 ends this with it.
"""

import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "python-agent", "tests"))
import uprobes


def summed(calls, begin, end):
    """Seconds held and waited between two moments. `calls`: [(ns, "take" | "taken" | "drop")] of one thread; its first may be any of them."""
    held = wait = takes = 0
    since, state = begin, None
    for when, what in calls + [(end, "end")]:
        length = max(0, min(when, end) - max(since, begin))
        if state == "taken":
            held += length
        elif state == "take":
            wait += length
        takes += what == "taken" and begin <= when <= end
        since, state = when, what
    return {"held_s": held / 1e9, "wait_s": wait / 1e9, "takes": takes}


def run(result, out, command):
    with uprobes.Uprobes() as probes:
        status = subprocess.call(command)
        probes.stop()
        if status:
            return status
        return write(result, out, probes.threads(), probes.lost())


def perf(data, command):
    """The probes are defined as above, and only perf listens."""
    with uprobes.Uprobes() as probes:
        probes.stop()
        events = ["-e", probes.group + ":*"]
        return subprocess.call(["perf", "record", "-q", "-N", "-o", data, "-k", "CLOCK_MONOTONIC", *events, "--", *command])


# "29983 13333.174932439: gilscope_17:taken1: "
_PERF_LINE = re.compile(r"(\d+)\s+(\d+)\.(\d{9}):\s+gilscope_\d+:(taken|take|drop)\d+:")


def read(data):
    """tid -> calls, as Uprobes.threads() has them."""
    found = {}
    script = ["perf", "script", "-i", data, "--ns", "-F", "tid,time,event"]
    for line in subprocess.run(script, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.splitlines():
        match = _PERF_LINE.search(line)
        if match:
            tid, seconds, nanos, what = match.groups()
            found.setdefault(int(tid), []).append((int(seconds) * 10**9 + int(nanos), what))
    return found


def write(result, out, calls, lost):
    with open(result) as file:
        told = json.load(file)
    threads = {str(tid): summed(calls.get(tid, []), told["begin_ns"], told["end_ns"]) for tid in (thread["tid"] for thread in told["threads"])}
    with open(out, "w") as file:
        json.dump({"lost": lost, "threads": threads}, file)
    return 0


def main(args):
    try:
        if args == ["--can"]:
            with uprobes.Uprobes():
                return 0
        if args[0] == "--perf":
            return perf(args[1], args[2:])
        if args[0] == "--read":
            return write(args[2], args[3], read(args[1]), 0)
        return run(args[0], args[1], args[2:])
    except uprobes.Unavailable as reason:
        print(reason)
        return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
