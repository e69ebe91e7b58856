"""`d["v"] += 1` is a read, an addition and a write. Is it safe when four threads do it 10,000 times each?

- plain: the three in one line. Up to Python 3.9 a switch may fall between them, and what others added meanwhile is overwritten.
  Since 3.10 the interpreter looks for a request to drop the GIL only where a loop starts over and where something is called:
  nothing is lost, by the way it is built and not by promise.
- call: a call between the read and the write, as most real code has. Additions are lost, on every version.
- locked: with a threading.Lock around it, nothing is ever lost: 40,000. It costs waits for the lock.

10,000 additions take less than the usual switch interval of 5 ms, so each thread would be done before the next had its turn, and
nothing would ever show. That is why this runs with an interval of 10 microseconds.

    python counter.py [plain|call|locked] [ROUNDS] [INTERVAL_MS]        (default: plain, 50, 0.01)
"""

import sys
import threading
import time

THREADS, ADDITIONS = 4, 10_000
lock = threading.Lock()


def plain(d):
    for _ in range(ADDITIONS):
        d["v"] += 1


def one():
    return 1


def call(d):
    for _ in range(ADDITIONS):
        d["v"] += one()


def locked(d):
    for _ in range(ADDITIONS):
        with lock:
            d["v"] += one()


WAYS = {way.__name__: way for way in (plain, call, locked)}


def worker(add, rounds, together):
    for d in rounds:
        # All four begin a round at once.
        together.wait()
        add(d)


def main(way="plain", rounds="50", interval_ms="0.01"):
    if way not in WAYS:
        sys.exit(__doc__)
    sys.setswitchinterval(float(interval_ms) / 1000)
    dicts = [{"v": 0} for _ in range(int(rounds))]
    args = (WAYS[way], dicts, threading.Barrier(THREADS))
    threads = [threading.Thread(target=worker, name=f"add-{i}", args=args, daemon=True) for i in range(1, THREADS + 1)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - start
    whole, sums = THREADS * ADDITIONS, [d["v"] for d in dicts]
    short = sum(one < whole for one in sums)
    print(f"{way:6} {short} of {len(sums)} sums short of {whole:,}, the least {min(sums):,}; {took / len(sums) * 1000:.1f} ms each")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
