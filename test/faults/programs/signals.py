"""Signals all the time: a timer handled in Python, faulthandler's own in C, its thread that dumps, and calls that are interrupted."""

import faulthandler
import os
import select
import signal
import tempfile
import threading
import time

import common

ticks = [0]
dumps = tempfile.TemporaryFile()
null = open(os.devnull, "w")


def tick(number, frame):
    ticks[0] += 1


common.here("main")
signal.signal(signal.SIGALRM, tick)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
# Of other threads that run no dump is safe: 3.13.0 alone dies of one in ten of these.
faulthandler.register(signal.SIGUSR1, file=dumps, all_threads=False)
faulthandler.dump_traceback_later(600, file=null)
results = []
thread = threading.Thread(target=lambda: results.append(common.crowd(2000)))
thread.start()
for _ in range(60):
    os.kill(os.getpid(), signal.SIGUSR1)
    select.select([], [], [], 0.003)
    time.sleep(0.003)
thread.join()
faulthandler.cancel_dump_traceback_later()
signal.setitimer(signal.ITIMER_REAL, 0)
dumps.seek(0)
text = dumps.read()
common.say("counted", results, "ticks", ticks[0] > 20, "dumps", b'signals.py"' in text)
