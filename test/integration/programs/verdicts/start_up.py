"""Two processes, started anew, for almost nothing to do."""

import multiprocessing


def work(n):
    return sum(range(n))


if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        print(sum(pool.map(work, [1000] * 8)))
