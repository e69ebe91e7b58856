"""Four threads add to one number, first without a lock, then with one. `box["v"] += 1` is several steps, and a switch may fall
between them; what the lock costs shows in the waits.

    python counter_lock.py [SECONDS]        (default 6)
"""

import sys
import threading
import time

THREADS = 4


def unsafe(box, until):
    added = 0
    while time.monotonic() < until:
        for _ in range(1000):
            value = box["v"]
            # A step between reading and writing, as any real computation has.
            value = sum((value, 1))
            box["v"] = value
            added += 1
    box[threading.current_thread().name] = added


def locked(box, until):
    added = 0
    lock = box["lock"]
    while time.monotonic() < until:
        for _ in range(1000):
            with lock:
                value = box["v"]
                value = sum((value, 1))
                box["v"] = value
            added += 1
    box[threading.current_thread().name] = added


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 6.0
    for worker in (unsafe, locked):
        box = {"v": 0, "lock": threading.Lock()}
        names = [f"{worker.__name__} {i}" for i in range(1, THREADS + 1)]
        until = time.monotonic() + seconds / 2
        threads = [threading.Thread(target=worker, args=(box, until), name=name, daemon=True) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        asked = sum(box[name] for name in names)
        print(f"{worker.__name__:7} {asked:10,} additions, {asked - box['v']:8,} lost")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
