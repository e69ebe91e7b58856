"""Two threads count, a third sleeps and wakes; the main thread ticks. Used by e2e.

turns.py SECONDS        ends by itself
turns.py until FILE     ends when FILE is there, or its folder no more; after three minutes at the latest
turns.py wakes N        ends when the third thread has woken N times: as many turns on a machine that has other things to do
"""

import os
import sys
import threading
import time

stop = False
wakes = 0
limit = time.monotonic() + (180 if sys.argv[1] in ("until", "wakes") else float(sys.argv[1]))


def count():
    while not stop:
        n = 200_000
        while n > 0:
            n -= 1


def poll():
    global wakes
    while not stop:
        time.sleep(0.01)
        wakes += 1


def over():
    if sys.argv[1] == "until" and (os.path.exists(sys.argv[2]) or not os.path.exists(os.path.dirname(sys.argv[2]))):
        return True
    if sys.argv[1] == "wakes" and wakes >= int(sys.argv[2]):
        return True
    return time.monotonic() >= limit


threads = [threading.Thread(target=count, name="count-%d" % i) for i in range(2)]
threads.append(threading.Thread(target=poll, name="poller"))
for thread in threads:
    thread.start()
print("ready", flush=True)
ticks = 0
while not over():
    time.sleep(0.1)
    ticks += 1
    if ticks % 5 == 0:
        print("tick %d" % (ticks // 5), flush=True)
stop = True
for thread in threads:
    thread.join()
print("done", flush=True)
