"""Threads that count down beside ten objects that somebody may watch: the work of countdown.py, in one thread and in two.

    python watched.py COUNT THREADS        prints the seconds from the first thread's start to the last one's end
"""

import sys
import threading
import time

objects = [[number] for number in range(10)]


def countdown(n):
    while n > 0:
        n -= 1


def main():
    count, threads = int(sys.argv[1]), int(sys.argv[2])
    workers = [threading.Thread(target=countdown, args=(count // threads,)) for _ in range(threads)]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(time.perf_counter() - start)


main()
