"""Twenty-eight threads that are there and sleep, and four that compute."""

import threading
import time

ended = threading.Event()


def count(until):
    while time.monotonic() < until:
        sum(range(1000))


for i in range(28):
    threading.Thread(target=ended.wait, name="rest-%d" % i).start()
until = time.monotonic() + 0.7
threads = [threading.Thread(target=count, args=(until,), name="count-%d" % i) for i in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
ended.set()
