"""Two threads that hash: the work is in C with the GIL released, so both run at once, on two cores."""

import hashlib
import threading
import time

BLOCK = bytes(64 << 20)


def digest(results):
    results.append(hashlib.sha256(BLOCK).hexdigest())


def run(workers, rounds):
    results = []
    start = time.perf_counter()
    for _ in range(rounds):
        threads = [threading.Thread(target=digest, name="hash-%d" % i, args=(results,)) for i in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(results)) == 1
    return time.perf_counter() - start


print("eight blocks, one thread at a time: %.2f s" % run(1, 8), flush=True)
print("eight blocks, two threads at once:  %.2f s" % run(2, 4))
