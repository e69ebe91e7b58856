"""What the native tracer costs: nanoseconds for each drop/take pair, and the slow-down of a countdown.

    python3 bench/native/overhead.py [--python PATH]... [--rounds 9] [--json FILE]

Each interpreter runs a worker with and without the tracer, interleaved; the medians are compared. "wall" is what the user waits,
"cpu" the CPU time of the worker's own threads, which a busy machine disturbs less. The engine's side is wire-level only: a
thread of this process reads the stream and throws it away.
"""
import argparse
import glob
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
NATIVE = os.path.join(HERE, "..", "..", "python-agent", "native")
LIBRARY = os.path.join(NATIVE, "build", "libgilscope.so")

WORKER = r"""
import os, sys, threading, time
sys.path.insert(0, sys.argv[1])
library, address, what = sys.argv[2:5]
if address:
    import traced
    traced.start(traced.load(library), address)
fd = os.open(os.devnull, os.O_WRONLY)

def calls(n, write=os.write):
    for _ in range(n):
        write(fd, b"x")

def count(n):
    while n > 0:
        n -= 1

def run(target, threads, n):
    cpu = []
    def work():
        begin = time.thread_time()
        target(n)
        cpu.append(time.thread_time() - begin)
    workers = [threading.Thread(target=work) for _ in range(threads)]
    begin = time.perf_counter()
    for w in workers: w.start()
    for w in workers: w.join()
    return time.perf_counter() - begin, sum(cpu)

calls(1000)
threads = int(what[-1])
if what.startswith("calls"):
    n = 300000 // threads
    print(*(seconds / (n * threads) * 1e9 for seconds in run(calls, threads, n)))
else:
    print(*run(count, threads, 8000000 // threads))
"""


def interpreters():
    found = [p for p in sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python"))) + ["/usr/bin/python3"]
             if os.path.exists(p)]
    def new_enough(path):
        code = "import sys; sys.exit(0 if sys.version_info >= (3, 8) and sys.implementation.name == 'cpython' else 1)"
        return subprocess.call([path, "-c", code]) == 0
    return [p for p in found if new_enough(p)]


def swallow(server, bytes_read):
    while True:
        try:
            peer, _ = server.accept()
        except OSError:
            return
        total = 0
        while True:
            data = peer.recv(1 << 20)
            if not data:
                break
            total += len(data)
        bytes_read.append(total)


def measure(python, address, what, rounds):
    plain, traced = [], []
    for _ in range(rounds):
        for socket_path, results in (("", plain), (address, traced)):
            out = subprocess.run([python, "-c", WORKER, os.path.join(NATIVE, "tests"), LIBRARY, socket_path, what],
                                 check=True, stdout=subprocess.PIPE, timeout=120).stdout
            results.append([float(x) for x in out.split()])
    return [[statistics.median(column) for column in zip(*results)] for results in (plain, traced)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", action="append")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", help="calls1, calls4 or count2")
    parser.add_argument("--json")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="gilscope-bench-")
    address = os.path.join(folder, "s")
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(address)
    server.listen(4)
    threading.Thread(target=swallow, args=(server, []), daemon=True).start()
    rows = []
    print("%-10s %-7s %-5s %12s %12s %s" % ("python", "what", "clock", "without", "with", "difference"))
    for python in options.python or interpreters():
        version = subprocess.check_output([python, "-c", "import platform; print(platform.python_version())"]).decode().strip()
        for what in [options.only] if options.only else ["calls1", "calls4", "count2"]:
            plain, traced = measure(python, address, what, options.rounds)
            calls = what.startswith("calls")
            for clock, a, b in zip(("wall", "cpu"), plain, traced):
                note = "%+.0f ns a pair" % (b - a) if calls else "x %.3f" % (b / a)
                print("%-10s %-7s %-5s %12.4g %12.4g %s" % (version, what, clock, a, b, note), flush=True)
                rows.append({"python": version, "what": what, "clock": clock, "without": a, "with": b, "unit": "ns/pair" if calls else "s"})
    server.close()
    os.unlink(address)
    os.rmdir(folder)
    if options.json:
        with open(options.json, "w") as out:
            json.dump(rows, out, indent=1)


if __name__ == "__main__":
    sys.exit(main())
