"""Four threads that mostly sleep."""

import threading
import time

until = time.monotonic() + 0.7


def request():
    while time.monotonic() < until:
        time.sleep(0.01)
        sum(range(4000))


threads = [threading.Thread(target=request, name="request-%d" % i) for i in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
