"""A thread that answers at once when it is alone, beside two that compute: each time it wakes it waits for the GIL."""

import threading
import time

SECONDS = 3.0


def compute(until):
    total = 0
    while time.perf_counter() < until:
        for i in range(100_000):
            total += i


def answer(until, late):
    while time.perf_counter() < until:
        before = time.perf_counter()
        time.sleep(0.005)
        late.append(time.perf_counter() - before - 0.005)


def worst(workers):
    until = time.perf_counter() + SECONDS / 2
    late = []
    threads = [threading.Thread(target=compute, name="compute-%d" % i, args=(until,)) for i in range(workers)]
    threads.append(threading.Thread(target=answer, name="answer", args=(until, late)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(late)[len(late) * 95 // 100] * 1000


print("alone:                 95 %% of answers at most %.2f ms late" % worst(0), flush=True)
print("beside two that count: 95 %% of answers at most %.2f ms late" % worst(2))
