"""Two threads that compute, and so take turns."""

import threading
import time

until = time.monotonic() + 0.7


def count():
    while time.monotonic() < until:
        sum(range(1000))


threads = [threading.Thread(target=count, name="count-%d" % i) for i in (1, 2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
