"""The same two processes with enough to do: by their CPU time, for a busy machine makes both the start and the work longer."""

import multiprocessing
import time


def work(seconds):
    until = time.process_time() + seconds
    total = 0
    while time.process_time() < until:
        total += sum(range(1000))
    return total


if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        print(sum(pool.map(work, [0.8] * 2)))
