"""The same two threads, but the second begins when the first has ended: nobody waits."""

import threading
import time


def count():
    until = time.monotonic() + 0.45
    while time.monotonic() < until:
        sum(range(1000))


for i in (1, 2):
    thread = threading.Thread(target=count, name="count-%d" % i)
    thread.start()
    thread.join()
