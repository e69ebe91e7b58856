"""Four threads with one connection, and a lock around it."""

import threading
import time

until = time.monotonic() + 0.7
connection = threading.Lock()


def fetch():
    while time.monotonic() < until:
        with connection:
            time.sleep(0.004)
        sum(range(4000))


threads = [threading.Thread(target=fetch, name="fetch-%d" % i) for i in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
