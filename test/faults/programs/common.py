"""What the programs of the fault tests share: python PROGRAM PIDS [ARGUMENT]. Each prints the same whatever is done to its recorder."""

import os
import sys
import threading


def here(role):
    """Tell the test which process this is (one write, so that lines of several do not mix); with FAULTS_UNTIL work until that file is there."""
    note = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(note, ("%s %d\n" % (role, os.getpid())).encode())
    os.close(note)
    until = os.environ.get("FAULTS_UNTIL")
    while role == "main" and until and not os.path.exists(until):
        crowd(50, 2)


def say(*words):
    """Print a line, and keep it where it can be read even when nobody reads our terminal any more."""
    print(*words, flush=True)
    note = os.open(sys.argv[1] + ".said", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(note, (" ".join(map(str, words)) + "\n").encode())
    os.close(note)


def crowd(rounds, count=4):
    """Threads that compute, call the kernel, and count under a lock: returns what must be `rounds * count`."""
    lock, total = threading.Lock(), [0]

    def work():
        for i in range(rounds):
            os.getppid()
            os.stat("/")
            sum(range(50))
            with lock:
                total[0] += 1

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return total[0]
