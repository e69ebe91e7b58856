"""Runs a command and takes in every process that loses its parent below it, as init would.

    python -I watcher.py STATUS_FILE SECONDS COMMAND...

STATUS_FILE gets a line "PID STATUS" (as waitpid has it) for each process that ended, first of all "started PID". Ends when nobody is left; who
is left after SECONDS is named in lines "left PID COMMAND" and killed. Linux: a child subreaper (prctl(2)).
"""

import ctypes
import os
import signal
import sys
import time

PR_SET_CHILD_SUBREAPER = 36


def descendants(root):
    found, parents = [], {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name) as file:
                parents.setdefault(int(file.read().rpartition(")")[2].split()[1]), []).append(int(name))
        except OSError:
            continue
    todo = [root]
    while todo:
        children = parents.get(todo.pop(), [])
        found += children
        todo += children
    return found


def command_of(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            return file.read().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except OSError:
        return ""


def main(statuses, seconds, command):
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    # What it starts has the signals of a fresh process; SIGPIPE, which Python ignores, among them.
    started = os.posix_spawnp(command[0], command, os.environ, setsigdef=[signal.SIGPIPE])
    note = os.open(statuses, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(note, b"started %d\n" % started)
    end, told = time.monotonic() + seconds, False
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid:
            os.write(note, b"%d %d\n" % (pid, status))
        elif time.monotonic() < end:
            time.sleep(0.005)
        else:
            for pid in descendants(os.getpid()):
                if not told:
                    os.write(note, ("left %d %s\n" % (pid, command_of(pid))).encode())
                os.kill(pid, signal.SIGKILL)
            told = True
            end = time.monotonic() + 1


main(sys.argv[1], float(sys.argv[2]), sys.argv[3:])
