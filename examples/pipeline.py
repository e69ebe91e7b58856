"""A small pipeline, as many programs are: fetch, parse, compress, and a heartbeat that must not be late.

Fetching waits (the GIL is free), parsing is Python (holds the GIL), compressing is C (releases it), and the heartbeat shows
what that does to a thread that only wants the GIL for a moment.

    python pipeline.py [PAGES]        (default: 220)
"""

import queue
import sys
import threading
import time
import zlib

DONE = None


def fetch(pages, fetched):
    """Waits as for a network, then hands over a page."""
    while True:
        try:
            number = pages.get_nowait()
        except queue.Empty:
            return
        time.sleep(0.03)
        fetched.put(b"%d the quick brown fox jumps over the lazy dog; " % number * 14000)


def parse(fetched, parsed):
    """Pure Python over every byte: holds the GIL as long as it is let."""
    while True:
        page = fetched.get()
        if page is DONE:
            return
        words, length = 0, 0
        for byte in page:
            if byte == 32:
                words += length > 0
                length = 0
            else:
                length += 1
        parsed.put((words, page))


def compress(parsed, results):
    """zlib works with the GIL released: this lane computes while others hold the GIL."""
    while True:
        item = parsed.get()
        if item is DONE:
            return
        words, page = item
        results.append((words, len(zlib.compress(page * 4, 9))))


def heartbeat(stop, late):
    """Wants to run every 20 ms; how late it comes is how long it waited for the GIL."""
    while not stop.is_set():
        before = time.perf_counter()
        time.sleep(0.02)
        late.append(time.perf_counter() - before - 0.02)


def main(count="220"):
    pages, fetched, parsed = queue.Queue(), queue.Queue(8), queue.Queue(8)
    results, late, stop = [], [], threading.Event()
    for number in range(int(count)):
        pages.put(number)

    def start(name, target, *args):
        thread = threading.Thread(target=target, name=name, args=args, daemon=True)
        thread.start()
        return thread

    beat = start("heartbeat", heartbeat, stop, late)
    parsers = [start("parse-%d" % i, parse, fetched, parsed) for i in range(2)]
    compressor = start("compress", compress, parsed, results)
    fetchers = [start("fetch-%d" % i, fetch, pages, fetched) for i in range(3)]
    for thread in fetchers:
        thread.join()
    for _ in parsers:
        fetched.put(DONE)
    for thread in parsers:
        thread.join()
    parsed.put(DONE)
    compressor.join()
    stop.set()
    beat.join()
    print("%d pages, %d words, %d bytes compressed" % (len(results), sum(w for w, _ in results), sum(b for _, b in results)))
    print("the heartbeat came %.1f ms late at worst" % (max(late) * 1000))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
