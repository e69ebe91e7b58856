"""A thread that answers every few milliseconds, behind one that computes."""

import threading
import time

until = time.monotonic() + 1.2


def compute():
    while time.monotonic() < until:
        sum(range(1000))


def answer():
    while time.monotonic() < until:
        time.sleep(0.002)


threads = [threading.Thread(target=target, name=target.__name__) for target in (compute, answer)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
