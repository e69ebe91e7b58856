"""workers.py WAY: three pieces of work, of 0.4 s each, which are waits.

"one" does them by itself. "dear" has a process for each, which work at the same time, but takes 0.6 s to get the next one ready when the one before
is up. "taking-turns" has them at once, and the next works when the one before has done its work: they gain nothing.
"""

import os
import sys
import time

WORK_S, READY_S, COUNT = 0.4, 0.6, 3

if __name__ == "__main__":
    way = sys.argv[1]
    if way == "one":
        for _ in range(COUNT):
            time.sleep(WORK_S)
        sys.exit()
    # All begin together, when nobody can write here any more.
    begin, keep = os.pipe()
    children = []
    for i in range(COUNT):
        if way == "dear" and i > 0:
            time.sleep(READY_S)
        child = os.fork()
        if child == 0:
            os.close(keep)
            os.read(begin, 1)
            time.sleep(WORK_S * (1 if way == "dear" else i + 1))
            sys.exit()
        children.append(child)
    os.close(keep)
    for child in children:
        os.waitpid(child, 0)
