"""Work without the GIL: hashing is done in C, which lets go of it for a large block, so two threads use two cores.

Eight blocks are hashed by one thread at a time, then by two at once. Both lanes run while the GIL is free: threads are good for
more than waiting, if the work is outside Python.

    python released.py [MEGABYTES]        (default: 64, the size of a block)
"""

import hashlib
import sys
import threading
import time


def digest(block, results):
    results.append(hashlib.sha256(block).hexdigest())


def run(block, workers, rounds):
    results = []
    start = time.perf_counter()
    for _ in range(rounds):
        threads = [
            threading.Thread(target=digest, name=f"hash-{i}", args=(block, results), daemon=True)
            for i in range(1, workers + 1)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(results)) == 1
    return time.perf_counter() - start


def main(megabytes="64"):
    block = bytes(int(megabytes) << 20)
    print(f"eight blocks, one thread at a time: {run(block, 1, 8):.2f} s", flush=True)
    print(f"eight blocks, two threads at once:  {run(block, 2, 4):.2f} s")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
