"""Counts down, first in one thread, then the same work in two. The loop calls nothing; two threads are no faster."""

import sys
import threading
import time

N = int(sys.argv[1]) if len(sys.argv) > 1 else 40_000_000


def countdown(n):
    while n > 0:
        n -= 1


def timed(title, run):
    start = time.perf_counter()
    run()
    print("%-12s %.2f s" % (title, time.perf_counter() - start), flush=True)


def in_two():
    threads = [threading.Thread(target=countdown, name="count-%d" % i, args=(N // 2,)) for i in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


timed("one thread", lambda: countdown(N))
timed("two threads", in_two)
