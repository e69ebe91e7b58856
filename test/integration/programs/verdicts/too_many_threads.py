"""Thirty-two threads that begin to compute at the same time."""

import threading
import time

begin = threading.Event()


def count():
    begin.wait()
    until = time.monotonic() + 0.7
    while time.monotonic() < until:
        sum(range(1000))


threads = [threading.Thread(target=count, name="count-%d" % i) for i in range(32)]
for thread in threads:
    thread.start()
begin.set()
for thread in threads:
    thread.join()
