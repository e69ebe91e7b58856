"""Four threads that compute under one lock: who has the lock has the GIL as well, and the others do not even ask for it."""

import threading
import time

until = time.monotonic() + 0.7
lock = threading.Lock()


def add():
    while time.monotonic() < until:
        with lock:
            sum(range(40_000))


threads = [threading.Thread(target=add, name="add-%d" % i) for i in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
