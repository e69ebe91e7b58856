"""Two processes that compute at the same time."""

import multiprocessing
import time


def work(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sum(range(1000))


if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=work, args=(1.0,), name="work-%d" % i) for i in (1, 2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
