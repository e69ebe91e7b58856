"""Two threads count down; the loop calls nothing. What it prints: measured.py. Run by bench/slowdown.mjs and bench/peers.ts."""

import sys

import measured


def count(n):
    while n > 0:
        n -= 1
    return n


each = int(sys.argv[1])
measured.run([("first", count, (each,)), ("second", count, (each,))])
