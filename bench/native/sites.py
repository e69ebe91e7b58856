"""What it costs to note the function of each drop: a thread of tiny writes plain, recorded without, and recorded with it, interleaved.

    python3 bench/native/sites.py [--python PATH]... [--rounds 9]

Prints the median of the thread's own CPU time, in ns for each drop/take pair: at one place again and again, and at two places in turn.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
GILSCOPE = os.path.join(HERE, "..", "..", "bin", "gilscope")
PAIRS = 400000
WORKER = """
import os, time
fd = os.open(os.devnull, os.O_WRONLY)
def one(n, write=os.write):
    for _ in range(n):
        write(fd, b"x")
def two(n, write=os.write):
    for _ in range(n // 2):
        write(fd, b"x")
        write(fd, b"y")
one(20000)
for work in one, two:
    begin = time.thread_time()
    work(%d)
    print((time.thread_time() - begin) / %d * 1e9)
""" % (PAIRS, PAIRS)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", action="append")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "writes.py")
        with open(script, "w") as file:
            file.write(WORKER)
        for python in options.python or [sys.executable]:
            print(python)
            measure(python, script, folder, options.rounds)


def measure(python, script, folder, rounds):
    record = ["node", GILSCOPE, "record", "-q", "--engine", "exact", "-o", os.path.join(folder, "x.gilscope")]
    ways = {"plain": [], "recorded, --no-sites": record + ["--no-sites", "--"], "recorded": record + ["--"]}
    found = {way: [] for way in ways}
    for _ in range(rounds):
        for way, before in ways.items():
            out = subprocess.run(before + [python, script], stdout=subprocess.PIPE, check=True).stdout
            found[way].append([float(line) for line in out.split()])
    for way, results in found.items():
        one, two = (statistics.median(column) for column in zip(*results))
        print("  %-22s one place %4.0f ns, two in turn %4.0f ns" % (way, one, two))


if __name__ == "__main__":
    main()
