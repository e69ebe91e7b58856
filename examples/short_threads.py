"""Hundreds of threads that live for a moment, in bursts: what starting a thread for each small job costs, beside a pool of four
that does the same jobs.

    python short_threads.py [SECONDS]        (default 4)
"""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

BURST = 50


def job():
    return sum(i * i for i in range(2000))


def burst_of_threads():
    threads = [threading.Thread(target=job, name=f"job {i}") for i in range(BURST)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    until, jobs = time.monotonic() + seconds / 2, 0
    while time.monotonic() < until:
        burst_of_threads()
        jobs += BURST
        time.sleep(0.05)
    print(f"a thread for each job: {jobs:6} jobs")
    until, jobs = time.monotonic() + seconds / 2, 0
    with ThreadPoolExecutor(4, thread_name_prefix="pool") as pool:
        while time.monotonic() < until:
            for future in [pool.submit(job) for _ in range(BURST)]:
                future.result()
            jobs += BURST
            time.sleep(0.05)
    print(f"a pool of four:        {jobs:6} jobs")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
