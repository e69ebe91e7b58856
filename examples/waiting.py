"""Calls that block let go of the GIL, so threads that mostly wait overlap.

Eight jobs, each waiting for a network, for a disk and for time to pass, one after the other or on eight threads. While one waits, any
other may run: the GIL is free nearly all the time, and eight threads need about the time of one job.

    python waiting.py [sequential|threads] [ROUNDS]        (default: threads, 2)
"""

import os
import socket
import sys
import tempfile
import threading
import time

JOBS = 8


def network():
    """Listens for a tenth of a second for an answer that does not come: a real socket, without a server."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(0.1)
        try:
            ours.recv(1)
        except socket.timeout:
            pass


def disk():
    with tempfile.TemporaryFile() as file:
        file.write(bytes(100_000))
        file.flush()
        os.fsync(file.fileno())


def job(rounds):
    for _ in range(rounds):
        network()
        disk()
        time.sleep(0.05)
        # A little Python, as there always is.
        sum(range(10_000))


def sequential(rounds):
    for _ in range(JOBS):
        job(rounds)


def threads(rounds):
    workers = [threading.Thread(target=job, name=f"job-{i}", args=(rounds,), daemon=True) for i in range(1, JOBS + 1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


WAYS = {way.__name__: way for way in (sequential, threads)}


def main(way="threads", rounds="2"):
    if way not in WAYS:
        sys.exit(__doc__)
    start = time.perf_counter()
    WAYS[way](int(rounds))
    print(f"{way:10} {JOBS} jobs of {int(rounds)} rounds in {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
