"""Forks short-lived children, ten at a time, then waits for a file; the 13th child of all ends with status 13."""

import os
import sys
import time

CHILDREN, END = int(sys.argv[1]), sys.argv[2]
born = 0
while born < CHILDREN:
    batch = []
    for _ in range(min(10, CHILDREN - born)):
        born += 1
        pid = os.fork()
        if pid == 0:
            sum(range(200_000))
            time.sleep(0.01)
            os._exit(13 if born == 13 else 0)
        batch.append(pid)
    for pid in batch:
        os.waitpid(pid, 0)
print("all ended", flush=True)
while not os.path.exists(END):
    time.sleep(0.02)
