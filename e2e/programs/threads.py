"""Starts as many threads as it is told; each counts a little and sleeps a little until the file it is given appears."""

import os
import sys
import threading
import time

COUNT, END = int(sys.argv[1]), sys.argv[2]


def work():
    while not os.path.exists(END):
        sum(range(2000))
        time.sleep(0.02)


THREADS = [threading.Thread(target=work, name=f"worker-{i:03}") for i in range(COUNT)]
for thread in THREADS:
    thread.start()
for thread in THREADS:
    thread.join()
