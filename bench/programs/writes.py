"""Four threads do nothing but tiny writes, each of which drops and takes the GIL. Prints seconds. Run by bench/slowdown.mjs."""

import os
import sys
import threading
import time


def write(n, to):
    put = os.write
    for _ in range(n):
        put(to, b"x")


each = int(sys.argv[1])
workers = int(sys.argv[2])
null = os.open(os.devnull, os.O_WRONLY)
threads = [threading.Thread(target=write, args=(each, null)) for _ in range(workers)]
start = time.perf_counter()
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(time.perf_counter() - start)
