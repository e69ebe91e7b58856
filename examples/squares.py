"""Work that calls functions gains no more from threads than a bare loop: the sum of squares of a range, twice.

Run both ways several times: their times spread, and the spread covers the difference. Only one thread makes progress at a time,
whatever Python it runs.

    python squares.py [sequential|threads] [LENGTH]        (default: threads, 4 million)
"""

import sys
import threading
import time


def squares(length, sums):
    sums.append(sum(i * i for i in range(length)))


def sequential(length, sums):
    squares(length, sums)
    squares(length, sums)


def threads(length, sums):
    args = (length, sums)
    workers = [threading.Thread(target=squares, name=f"squares-{i}", args=args, daemon=True) for i in (1, 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


WAYS = {way.__name__: way for way in (sequential, threads)}


def main(way="threads", length="4_000_000"):
    if way not in WAYS:
        sys.exit(__doc__)
    sums = []
    start = time.perf_counter()
    WAYS[way](int(length), sums)
    print(f"{way:10} {' and '.join(f'{one:,}' for one in sums)} in {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
