"""Two threads that hash large pieces: hashlib lets go of the GIL meanwhile."""

import hashlib
import threading
import time

until = time.monotonic() + 0.7
data = bytes(1 << 22)


def digest():
    while time.monotonic() < until:
        hashlib.sha256(data)


threads = [threading.Thread(target=digest, name="digest-%d" % i) for i in (1, 2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
