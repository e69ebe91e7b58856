"""The same with a pool of concurrent.futures, and a lock that hardly anybody wants at the same time."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

until = time.monotonic() + 0.7
lock = threading.Lock()
done = 0


def work():
    global done
    sum(range(4000))
    with lock:
        done += 1


with ThreadPoolExecutor(4, thread_name_prefix="pool") as pool:
    while time.monotonic() < until:
        for future in [pool.submit(work) for _ in range(4)]:
            future.result()
        time.sleep(0.004)
