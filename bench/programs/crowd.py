"""Many threads, each with a share of work and some short waits. What it prints: measured.py.

    python crowd.py COUNT THREADS
"""

import sys
import time

import measured


def work(n):
    total = 0
    for _ in range(3):
        for i in range(n):
            total += i
        time.sleep(0.001)
    return total


threads = int(sys.argv[2])
measured.run([("worker-%d" % number, work, (int(sys.argv[1]) // threads // 3,)) for number in range(threads)])
