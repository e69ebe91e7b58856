"""For work that waits use threads or asyncio: twenty pages to fetch, one after the other, on ten threads, or in one event loop.

Fetching waits a tenth of a second (asleep, where a real program would wait for its network). Ten threads or one event loop: both need
a tenth of the time or less, nobody waits for the GIL, and processes would only cost memory.

    python pages.py [sequential|threads|asyncio] [PAGES]        (default: threads, 20)
"""

import asyncio
import sys
import threading
import time

DELAY = 0.1


def parse(number):
    return sum(i % 7 for i in range(number, number + 2000))


def fetch(number):
    time.sleep(DELAY)
    return parse(number)


async def fetch_async(number, free):
    async with free:
        await asyncio.sleep(DELAY)
    return parse(number)


def sequential(numbers):
    return [fetch(number) for number in numbers]


def threads(numbers):
    results = []

    def worker(own):
        results.extend(fetch(number) for number in own)

    workers = [threading.Thread(target=worker, name=f"fetch-{i}", args=(numbers[i::10],), daemon=True) for i in range(10)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    return results


def in_event_loop(numbers):
    async def all_of_them():
        free = asyncio.Semaphore(10)
        return await asyncio.gather(*(fetch_async(number, free) for number in numbers))

    return asyncio.run(all_of_them())


WAYS = {"sequential": sequential, "threads": threads, "asyncio": in_event_loop}


def main(way="threads", pages="20"):
    if way not in WAYS:
        sys.exit(__doc__)
    start = time.perf_counter()
    total = sum(WAYS[way](range(int(pages))))
    print(f"{way:10} {int(pages)} pages, {total:,} in all, in {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
