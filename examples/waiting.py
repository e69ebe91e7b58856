"""Eight threads that mostly wait, as for a network or a disk: the GIL is free nearly all the time, and threads are fine."""

import threading
import time


def request(number):
    for _ in range(12):
        time.sleep(0.1 + number * 0.01)
        sum(range(20_000))


start = time.perf_counter()
threads = [threading.Thread(target=request, name="request-%d" % i, args=(i,)) for i in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("96 requests of 0.1 s and more took %.2f s" % (time.perf_counter() - start))
