"""Calls of known numbers: the thread "loader" loads four times, each with fib(15), which is 1,973 calls.

calls.py                does that and ends
calls.py until FILE     goes on in small steps until there is such a file; after three minutes at the latest
calls.py own            has a profile function of its own all the while, and says at the end whether it is still there
"""

import os
import sys
import threading
import time


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


class Loader:
    def load(self):
        time.sleep(0.05)
        return self.parse()

    def parse(self):
        return fib(15)


def load_all():
    loader = Loader()
    for _ in range(4):
        loader.load()


def step():
    time.sleep(0.01)
    return fib(5)


def own(frame, event, argument):
    pass


if "own" in sys.argv:
    sys.setprofile(own)
thread = threading.Thread(target=load_all, name="loader")
thread.start()
thread.join()
if "until" in sys.argv:
    limit = time.monotonic() + 180
    while not os.path.exists(sys.argv[-1]) and time.monotonic() < limit:
        step()
if "own" in sys.argv:
    print("own profiler:", "kept" if sys.getprofile() is own else "lost")
