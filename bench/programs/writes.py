"""Threads do nothing but tiny writes, each of which drops and takes the GIL. What it prints: measured.py. Run by bench/slowdown.mjs and
bench/peers.ts.

    python writes.py WRITES THREADS
"""

import os
import sys

import measured


def write(n, to):
    put, done = os.write, 0
    for _ in range(n):
        done += put(to, b"x")
    return done


each = int(sys.argv[1])
null = os.open(os.devnull, os.O_WRONLY)
measured.run([("writer-%d" % number, write, (each, null)) for number in range(int(sys.argv[2]))])
