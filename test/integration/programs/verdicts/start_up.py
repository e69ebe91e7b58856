"""Two processes, started anew, for almost nothing to do."""

import multiprocessing


def work(n):
    return sum(range(n))


if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        print(sum(pool.map(work, [1000] * 8)))
        # Both are to be up before they end: one alone is quick enough to do all of it.
        pool.close()
        pool.join()
