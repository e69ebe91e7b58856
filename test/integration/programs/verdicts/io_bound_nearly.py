"""Four threads that sleep as long, but compute in between for longer than they sleep."""

import threading
import time

begin = threading.Event()


def request():
    begin.wait()
    until = time.monotonic() + 0.7
    while time.monotonic() < until:
        time.sleep(0.01)
        for _ in range(100):
            sum(range(20_000))


threads = [threading.Thread(target=request, name="request-%d" % i) for i in range(4)]
for thread in threads:
    thread.start()
begin.set()
for thread in threads:
    thread.join()
