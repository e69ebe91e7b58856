"""Forks while other threads fill their rings; a child that is killed from outside is made anew, so nothing of it is seen."""

import os
import signal
import subprocess
import sys
import threading
import warnings

import common

# 3.12 warns of forks with threads, and names its own process.
warnings.simplefilter("ignore")
over = threading.Event()


def busy():
    while not over.is_set():
        os.getppid()


def child(code):
    pid = os.fork()
    if pid == 0:
        common.here("child")
        os._exit(code if common.crowd(60, 2) == 120 else 99)
    status = os.waitpid(pid, 0)[1]
    return child(code) if status == signal.SIGKILL else status >> 8


def python():
    text = "import os, sys, time; sys.path.insert(0, %r); import common; common.here('child'); print(common.crowd(200))" % os.path.dirname(
        os.path.abspath(__file__)
    )
    ran = subprocess.run([sys.executable, "-c", text, sys.argv[1]], stdout=subprocess.PIPE)
    return python() if ran.returncode == -signal.SIGKILL else (ran.returncode, ran.stdout)


common.here("main")
threads = [threading.Thread(target=busy) for _ in range(3)]
for thread in threads:
    thread.start()
common.say("forked", [child(n + 1) for n in range(12)])
common.say("started", python())
over.set()
for thread in threads:
    thread.join()
common.say("threads left", threading.active_count())
