"""One thread that hashes large pieces: native code, but nothing beside it."""

import hashlib
import threading
import time

until = time.monotonic() + 0.7
data = bytes(1 << 22)


def digest():
    while time.monotonic() < until:
        hashlib.sha256(data)


thread = threading.Thread(target=digest, name="digest")
thread.start()
thread.join()
