"""For work that waits use threads or asyncio: thirty pages to fetch, one after the other, on ten threads, or in one event loop.

Fetching a page takes a tenth of a second or more (asleep, where a real program would wait for its network). Ten threads or one event
loop: both need a tenth of the time, hardly anybody waits for the GIL, and processes would only cost memory.

    python pages.py [sequential|threads|asyncio] [PAGES]        (default: threads, 30)
"""

import sys
import threading
import time


def delay(number):
    """Seconds until the page is there; no two neighbours alike."""
    return 0.1 + number % 7 * 0.01


def parse(number):
    return sum(i % 7 for i in range(number, number + 5000))


def fetch(number):
    time.sleep(delay(number))
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
    # Here, for the other ways must not pay for it: importing it takes longer than parsing all pages.
    import asyncio

    async def fetch_async(number, free):
        async with free:
            await asyncio.sleep(delay(number))
        return parse(number)

    async def all_of_them():
        free = asyncio.Semaphore(10)
        return await asyncio.gather(*(fetch_async(number, free) for number in numbers))

    return asyncio.run(all_of_them())


WAYS = {"sequential": sequential, "threads": threads, "asyncio": in_event_loop}


def main(way="threads", pages="30"):
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
