"""Sub-interpreters run on threads of one process without sharing objects, and from Python 3.12 on each has a GIL of its own.

The same counting on two threads, then in two interpreters. First the two take turns on one GIL; then two strips appear in one process,
both held at once, on two cores. Before 3.12 all interpreters of a process share one GIL: nothing to see, and the program says so.

    python interpreters.py [SECONDS]        (default: 4)
"""

import sys
import threading
import time

try:
    import _interpreters as interpreters  # 3.13 and later
except ImportError:
    try:
        import _xxsubinterpreters as interpreters  # 3.12 and before
    except ImportError:
        interpreters = None

# Counted in steps, so that Ctrl-C need not wait for the whole of it. Interpreters must be gone before the process ends.
stop = threading.Event()
COUNT = """
n = {n}
while n > 0:
    n -= 1
"""


def interpreter(steps, n):
    own = interpreters.create()
    try:
        while steps > 0 and not stop.is_set():
            interpreters.run_string(own, COUNT.format(n=n))
            steps -= 1
    finally:
        interpreters.destroy(own)


def thread(steps, n):
    while steps > 0 and not stop.is_set():
        exec(COUNT.format(n=n), {})
        steps -= 1


def timed(worker, steps, n):
    threads = [threading.Thread(target=worker, args=(steps, n), name=f"{worker.__name__}-{i}") for i in (1, 2)]
    start = time.perf_counter()
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return time.perf_counter() - start


def main(seconds="4"):
    if interpreters is None or sys.version_info < (3, 12):
        print("Interpreters have a GIL of their own from Python 3.12 on; in " + sys.version.split()[0] + " they share one")
        return
    n = 500_000
    start = time.perf_counter()
    thread(1, n)
    steps = max(1, int(float(seconds) / 3 / (time.perf_counter() - start)))
    one_gil = timed(thread, steps, n)
    print(f"two threads, one GIL        {one_gil:6.2f} s", flush=True)
    own_gil = timed(interpreter, steps, n)
    print(f"two interpreters, two GILs  {own_gil:6.2f} s: {one_gil / own_gil:.2f} times as fast")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        stop.set()
        sys.exit(130)
