"""The same answering thread beside one that computes as much, in native code without the GIL."""

import hashlib
import threading
import time

until = time.monotonic() + 0.7
data = bytes(1 << 22)


def compute():
    while time.monotonic() < until:
        hashlib.sha256(data)


def answer():
    while time.monotonic() < until:
        time.sleep(0.002)


threads = [threading.Thread(target=target, name=target.__name__) for target in (compute, answer)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
