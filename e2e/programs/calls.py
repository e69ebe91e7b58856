"""Calls of known numbers: the thread "loader" loads four times, each with fib(15), which is 1,973 calls.

calls.py                does that and ends
calls.py until FILE     goes on in small steps until there is such a file
calls.py own            has a profile function of its own all the while
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


if "own" in sys.argv:
    sys.setprofile(lambda *event: None)
thread = threading.Thread(target=load_all, name="loader")
thread.start()
thread.join()
if "until" in sys.argv:
    while not os.path.exists(sys.argv[-1]):
        step()
