"""What the programs of the benchmarks have in common: threads that start together, their result, and what the whole of them took.

A program prints "SECONDS CPU_SECONDS", from its first thread's start to its last one's end; or, when BENCH_RESULT names a file (profilers print to
standard output too), writes there
    {"elapsed_s", "cpu_s", "begin_ns", "end_ns" (CLOCK_MONOTONIC), "result", "threads": [{"name", "tid", "cpu_s"}]}
"""

import json
import os
import threading
import time


class Crew:
    """Workers of one measurement. `joining()` is for threads that somebody else starts."""

    def __init__(self):
        self.threads = []
        self._begin = self._cpu = None

    def begin(self):
        self._cpu = time.process_time()
        self._begin = time.monotonic_ns()

    def joining(self, name):
        """Called by a thread of itself when it is about to end."""
        self.threads.append({"name": name, "tid": threading.get_native_id(), "cpu_s": time.thread_time()})

    def tell(self, result):
        end = time.monotonic_ns()
        elapsed, cpu = (end - self._begin) / 1e9, time.process_time() - self._cpu
        path = os.environ.get("BENCH_RESULT")
        if not path:
            print(elapsed, cpu)
            return
        told = {"elapsed_s": elapsed, "cpu_s": cpu, "begin_ns": self._begin, "end_ns": end, "result": result, "threads": self.threads}
        # Under a name of its own first: whoever waits for the file reads all of it or nothing.
        with open(path + ".part", "w") as file:
            json.dump(told, file)
        os.replace(path + ".part", path)


def run(workers):
    """[(name, function, args)], a thread each; the result is what the functions returned, in this order."""
    crew = Crew()
    results = [None] * len(workers)

    def work(number, name, function, args):
        results[number] = function(*args)
        crew.joining(name)

    threads = [
        threading.Thread(target=work, name=name, args=(number, name, function, args))
        for number, (name, function, args) in enumerate(workers)
    ]
    crew.begin()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    crew.tell(results)
