"""Two processes, the second of which begins when the first has ended."""

import multiprocessing
import time


def work(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sum(range(1000))


if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    for i in (1, 2):
        process = context.Process(target=work, args=(0.5,), name="work-%d" % i)
        process.start()
        process.join()
