"""Many short threads: bursts of threads that live for a moment each, then the same jobs in a pool of four.

Each start and each end costs a few switches of the GIL; the pool pays that once. More threads than there are cores add nothing here.

    python short_threads.py [SECONDS]        (default: 4)
"""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

BURST = 50


def job():
    return sum(i * i for i in range(2000))


def burst_of_threads():
    threads = [threading.Thread(target=job, name=f"job-{i}", daemon=True) for i in range(1, BURST + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main(seconds="4"):
    until, jobs = time.monotonic() + float(seconds) / 2, 0
    while time.monotonic() < until:
        burst_of_threads()
        jobs += BURST
        time.sleep(0.05)
    print(f"a thread for each job: {jobs:6} jobs", flush=True)
    until, jobs = time.monotonic() + float(seconds) / 2, 0
    with ThreadPoolExecutor(4, thread_name_prefix="pool") as pool:
        while time.monotonic() < until:
            for future in [pool.submit(job) for _ in range(BURST)]:
                future.result()
            jobs += BURST
            time.sleep(0.05)
    print(f"a pool of four:        {jobs:6} jobs")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
