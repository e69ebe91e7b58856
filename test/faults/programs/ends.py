"""Every way to end, after some work and beside a thread that works on."""

import ctypes
import faulthandler
import os
import resource
import signal
import sys
import threading
import time

import common

HOW = sys.argv[2]
# A core would be written for some of them: the status says so, and the disk is not ours to fill.
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def busy():
    while True:
        os.getppid()


def sigpipe():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    read, write = os.pipe()
    os.close(read)
    os.write(write, b"x")


def fault():
    faulthandler.enable(all_threads=False)
    ctypes.string_at(0)


def interrupted():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)


def raises():
    raise ValueError("as it should")


WAYS = {
    "return": lambda: None,
    "status": lambda: sys.exit(3),
    "text": lambda: sys.exit("a last word"),
    "os._exit": lambda: os._exit(4),
    "raise": raises,
    "interrupt": interrupted,
    "abort": os.abort,
    "segv": lambda: ctypes.string_at(0),
    "fault": fault,
    "sigpipe": sigpipe,
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "term": lambda: os.kill(os.getpid(), signal.SIGTERM),
}
common.here("main")
threading.Thread(target=busy, daemon=True).start()
common.say("counted", common.crowd(8000))
WAYS[HOW]()
