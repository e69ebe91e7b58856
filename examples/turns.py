"""A thread that computes keeps the GIL for one switch interval when another wants it.

Two threads count. Each hold ends when the other has waited for a switch interval (5 ms unless told otherwise) and asks for a drop:
in the histogram the holds that ended pre-empted stand in one peak, at the interval.

    python turns.py [INTERVAL_MS] [SECONDS]        (default: 5 ms, 8 s)
"""

import sys
import threading
import time


def count(until, counts):
    n = 0
    while time.monotonic() < until:
        for _ in range(10_000):
            n += 1
    counts.append(n)


def main(interval_ms="5", seconds="8"):
    sys.setswitchinterval(float(interval_ms) / 1000)
    until, counts = time.monotonic() + float(seconds), []
    workers = [threading.Thread(target=count, name=f"count-{i}", args=(until, counts), daemon=True) for i in (1, 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    took = " and ".join(f"{n:,}" for n in counts)
    print(f"{took} counts, a turn of {sys.getswitchinterval() * 1000:g} ms each")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
