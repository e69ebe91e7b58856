"""Two threads count down; the loop calls nothing. Prints the seconds it took, and its CPU seconds. Run by bench/slowdown.mjs."""

import sys
import threading
import time


def count(n):
    while n > 0:
        n -= 1


each = int(sys.argv[1])
threads = [threading.Thread(target=count, args=(each,)) for _ in range(2)]
start, cpu = time.perf_counter(), time.process_time()
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(time.perf_counter() - start, time.process_time() - cpu)
