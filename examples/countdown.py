"""Two threads are no faster than one; two processes are.

A countdown that calls nothing, done twice: one after the other, on two threads, or in two processes.

- Threads take turns: each holds the GIL for a switch interval, the other waits meanwhile. One core's worth of Python, the time of one.
- Processes have an interpreter each, so a GIL each: both are held at once, on two cores. The price is the memory of each.

    python countdown.py [sequential|threads|processes] [COUNTS]        (default: threads, 20 million)
"""

import multiprocessing
import signal
import sys
import threading
import time


def countdown(n):
    while n > 0:
        n -= 1


def sequential(n):
    countdown(n)
    countdown(n)


def threads(n):
    workers = [threading.Thread(target=countdown, name=f"count-{i}", args=(n,), daemon=True) for i in (1, 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def processes(n):
    # Ctrl-C reaches the whole group; the parent answers it for all.
    with multiprocessing.Pool(2, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        pool.map_async(countdown, [n, n], chunksize=1).get()


WAYS = {way.__name__: way for way in (sequential, threads, processes)}


def main(way="threads", counts="20_000_000"):
    if way not in WAYS:
        sys.exit(__doc__)
    start = time.perf_counter()
    WAYS[way](int(counts) // 2)
    print(f"{way:10} {int(counts):12,} counts in {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
