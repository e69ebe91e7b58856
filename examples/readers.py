"""Reference counts stay right under the GIL: four threads read one dict 100,000 times each, and its count returns to where it was.

Every read binds the dict to a name more and lets go of it again: two changes of its count. Were they done by two threads at
once, one would be lost now and then, and memory would leak, or be freed in use. The GIL lets only one at a time.

    python readers.py [READS] [PAUSE]        (default: 100,000 reads, 0.7 s before and after)
"""

import sys
import threading
import time

table = {number: number * number for number in range(100)}


def read(table, key):
    """While it runs the dict has a name more."""
    return table[key]


def reader(reads):
    for i in range(reads):
        read(table, i % 100)


def base(when, pause):
    count = sys.getrefcount(table)
    print(f"{when:6} sys.getrefcount(table) gives {count}", flush=True)
    time.sleep(float(pause))
    return count


def main(reads="100_000", pause="0.7"):
    before = base("before", pause)
    workers = [threading.Thread(target=reader, name=f"read-{i}", args=(int(reads),), daemon=True) for i in (1, 2, 3, 4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    after = base("after", pause)
    print(f"{4 * int(reads):,} reads: {'nothing lost' if before == after else f'{after - before:+} references'}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
