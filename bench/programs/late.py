"""A thread that wakes up each millisecond, as one that serves a device does, beside one that counts. What it prints: measured.py.

    python late.py COUNT ROUNDS
"""

import sys
import time

import measured


def count(n):
    while n > 0:
        n -= 1
    return n


def poll(rounds):
    done = 0
    for _ in range(rounds):
        time.sleep(0.001)
        done += 1
    return done


measured.run([("counter", count, (int(sys.argv[1]),)), ("poller", poll, (int(sys.argv[2]),))])
