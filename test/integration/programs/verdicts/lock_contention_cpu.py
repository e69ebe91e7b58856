"""Four threads that compute under one lock: who has the lock has the GIL as well, and the others do not even ask for it."""

import threading
import time

until = time.monotonic() + 0.7
lock = threading.Lock()


def add():
    while time.monotonic() < until:
        for _ in range(30):
            with lock:
                sum(range(40_000))
        # Who takes it again at once may keep the others out for good.
        time.sleep(0.001)


threads = [threading.Thread(target=add, name="add-%d" % i) for i in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
