"""Regions within regions in two threads, instants, and regions too many to be told apart."""

import os
import sys
import threading
import time

# A user has it from `pip install ./python-agent`.
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "python-agent", "marks"))
from gilscope_agent import mark, region


def count(n):
    while n > 0:
        n -= 1


def worker(name):
    with region("load " + name):
        for step in range(4):
            with region("parse"):
                count(700_000)
                mark("parsed %d" % step)
            with region("wait for the disk"):
                time.sleep(0.05)
    with region("many"):
        for _ in range(2000):
            with region("tiny"):
                pass


threads = [threading.Thread(target=worker, args=(name,), name="worker " + name) for name in ("a", "b")]
for thread in threads:
    thread.start()
with region("main waits"):
    for thread in threads:
        thread.join()
