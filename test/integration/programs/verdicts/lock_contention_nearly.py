"""Four workers of a queue that is empty most of the time: they wait for locks as well, but for something to do."""

import queue
import threading
import time

until = time.monotonic() + 0.7
tasks = queue.Queue()


def work():
    while tasks.get() is not None:
        sum(range(4000))


threads = [threading.Thread(target=work, name="work-%d" % i) for i in range(4)]
for thread in threads:
    thread.start()
while time.monotonic() < until:
    time.sleep(0.004)
    tasks.put(1)
for thread in threads:
    tasks.put(None)
for thread in threads:
    thread.join()
