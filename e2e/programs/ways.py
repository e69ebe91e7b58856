"""Two ways of doing one thing, one of which is six times the work; and a function for several ways. Used by e2e.

ways.py short|long   counts in two threads and prints the same
ways.py fail         says why and ends with status 3
"""

import sys
import threading


def count(steps):
    """How many steps it took: as many as asked."""
    done = 0
    while done < steps:
        done += 1
    return done


if __name__ == "__main__":
    if sys.argv[1] == "fail":
        print("no such way")
        sys.exit(3)
    steps = {"short": 400_000, "long": 2_400_000}[sys.argv[1]]
    threads = [threading.Thread(target=count, args=(steps,), name="count-%d" % i) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("counted")
