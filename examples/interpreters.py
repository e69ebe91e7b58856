"""Two sub-interpreters on two threads, each with a GIL of its own (Python 3.12 and later): the same counting that two threads
cannot speed up runs on two cores.

    python interpreters.py [SECONDS]        (default 6)
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

# In steps, so that Ctrl-C does not have to wait for the whole of it.
COUNT = """
n = {n}
while n > 0:
    n -= 1
"""


def count_in_interpreter(steps, n):
    interpreter = interpreters.create()
    try:
        for _ in range(steps):
            interpreters.run_string(interpreter, COUNT.format(n=n))
    finally:
        interpreters.destroy(interpreter)


def count_in_thread(steps, n):
    for _ in range(steps):
        exec(COUNT.format(n=n), {})


def timed(worker, steps, n):
    threads = [
        threading.Thread(target=worker, args=(steps, n), name=f"{worker.__name__} {i}", daemon=True) for i in (1, 2)
    ]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def main():
    if interpreters is None or sys.version_info < (3, 12):
        print("Each sub-interpreter has a GIL of its own from Python 3.12 on; this is " + sys.version.split()[0])
        return
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 6.0
    n = 500_000
    start = time.perf_counter()
    count_in_thread(1, n)
    steps = max(1, int(seconds / 3 / (time.perf_counter() - start)))
    one_gil = timed(count_in_thread, steps, n)
    print(f"two threads, one GIL        {one_gil:6.2f} s")
    own_gil = timed(count_in_interpreter, steps, n)
    print(f"two interpreters, two GILs  {own_gil:6.2f} s: {one_gil / own_gil:.2f} times as fast")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
