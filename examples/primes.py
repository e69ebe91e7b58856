"""For work that computes use processes: eight jobs that count primes, one after the other, on four threads, in two processes.

The verdict says it for each way: threads contend for one GIL and gain nothing; processes hold a GIL each, and gain a core each.

    python primes.py [sequential|threads|processes] [LIMIT]        (default: threads, 1.5 million)
"""

import multiprocessing
import signal
import sys
import threading
import time

JOBS = 8


def primes_below(limit):
    sieve = bytearray([1]) * limit
    sieve[:2] = b"\0\0"
    for n in range(2, int(limit**0.5) + 1):
        if sieve[n]:
            for multiple in range(n * n, limit, n):
                sieve[multiple] = 0
    return sum(sieve)


def sequential(limits):
    return [primes_below(limit) for limit in limits]


def threads(limits):
    counts = []

    def worker(own):
        counts.extend(primes_below(limit) for limit in own)

    workers = [threading.Thread(target=worker, name=f"primes-{i}", args=(limits[i::4],), daemon=True) for i in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    return counts


def processes(limits):
    # Ctrl-C reaches the whole group; the parent answers it for all.
    with multiprocessing.Pool(2, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        return pool.map_async(primes_below, limits, chunksize=1).get()


WAYS = {way.__name__: way for way in (sequential, threads, processes)}


def main(way="threads", limit="1_500_000"):
    if way not in WAYS:
        sys.exit(__doc__)
    start = time.perf_counter()
    counts = WAYS[way]([int(limit) + 1000 * job for job in range(JOBS)])
    print(f"{way:10} {sum(counts):,} primes in {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
