"""A thread that wakes from I/O waits up to a switch interval for the GIL, every time, beside a thread that computes.

"answer" needs the GIL for a moment, 200 times a second or less. Alone it would be served at once. Here it asks, waits for the
interval, asks for a drop, and only then gets it: its waits are one switch interval long, and "compute" is to blame.
With a shorter interval it waits less; what that costs is more switches.

    python starving.py [INTERVAL_MS] [SECONDS]        (default: 5 ms, 1.5 s)
"""

import sys
import threading
import time

PAUSE = 0.005


def compute(until):
    n = 0
    while time.monotonic() < until:
        for _ in range(10_000):
            n += 1


def answer(until, late):
    while time.monotonic() < until:
        asleep = time.perf_counter()
        time.sleep(PAUSE)
        late.append(time.perf_counter() - asleep - PAUSE)


def main(interval_ms="5", seconds="1.5"):
    sys.setswitchinterval(float(interval_ms) / 1000)
    until, late = time.monotonic() + float(seconds), []
    workers = [
        threading.Thread(target=compute, name="compute", args=(until,), daemon=True),
        threading.Thread(target=answer, name="answer", args=(until, late), daemon=True),
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    late.sort()
    print(
        f"switch interval {float(interval_ms):g} ms: {len(late)} answers, half of them more than "
        f"{late[len(late) // 2] * 1000:.2f} ms late, 5 % more than {late[len(late) * 95 // 100] * 1000:.2f} ms"
    )


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
