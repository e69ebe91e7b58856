"""The main thread does everything; the other one is there and waits for the end."""

import threading
import time

until = time.monotonic() + 0.7
ended = threading.Event()
thread = threading.Thread(target=ended.wait, name="watch")
thread.start()
while time.monotonic() < until:
    sum(range(1000))
ended.set()
thread.join()
