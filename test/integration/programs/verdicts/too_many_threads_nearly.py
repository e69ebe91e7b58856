"""Twenty-eight threads that are there and sleep, and four that begin to compute at the same time."""

import threading
import time

begin = threading.Event()
ended = threading.Event()


def count():
    begin.wait()
    until = time.monotonic() + 0.7
    while time.monotonic() < until:
        sum(range(1000))


threads = [threading.Thread(target=count, name="count-%d" % i) for i in range(4)]
threads += [threading.Thread(target=ended.wait, name="rest-%d" % i) for i in range(28)]
for thread in threads:
    thread.start()
begin.set()
for thread in threads[:4]:
    thread.join()
ended.set()
