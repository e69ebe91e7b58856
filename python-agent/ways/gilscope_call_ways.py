"""The ways to run the calls. `open` asks for the workers, and imports nothing any more: `outcomes(function, calls)` yields, as they end,
(index, outcome of gilscope_call_task.timed, bytes that were passed). Then `close`, or `abandon` when the user has had enough.
"""

import pickle
import sys
from concurrent import futures
from functools import partial

from gilscope_call_check import Refused
from gilscope_call_task import end_quietly, passed, timed

# Beginning of the names of threads, as a recording shows them.
NAME = "worker"


class Sequential:
    """One after another, in the main thread; no thread is added."""

    def __init__(self, workers):
        pass

    def open(self):
        pass

    def outcomes(self, function, calls):
        for index, arguments in enumerate(calls):
            yield index, timed(function, arguments), 0

    def close(self):
        pass

    abandon = close


class Threads:
    def __init__(self, workers):
        self.make = partial(futures.ThreadPoolExecutor, workers, NAME)

    def open(self):
        self.pending = {}
        self.executor = self.make()

    def outcomes(self, function, calls):
        pending = self.pending
        for index, arguments in enumerate(calls):
            pending[self._submit(function, arguments)] = index
        for future in futures.as_completed(pending):
            yield (pending.pop(future),) + self._outcome(future)

    def _submit(self, function, arguments):
        return self.executor.submit(timed, function, arguments)

    def _outcome(self, future):
        return future.result(), 0

    def close(self):
        # There are some only if a task has failed.
        for future in self.pending:
            future.cancel()
        self.executor.shutdown()

    def abandon(self):
        """Threads cannot be ended: the process has to."""


class Passing(Threads):
    """Workers that share no objects. We pickle, not the executor: so sizes are known, and what cannot be pickled is told apart."""

    def _submit(self, function, arguments):
        payload = pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL)
        future = self.executor.submit(passed, payload)
        future.payload_bytes = len(payload)
        return future

    def _outcome(self, future):
        worker, begin, end, packed, trouble = pickle.loads(future.result())
        result = pickle.loads(packed) if trouble is None else None
        return (worker, begin, end, result, trouble), future.payload_bytes + len(packed)


class Processes(Passing):
    def __init__(self, workers, start_method=None):
        import multiprocessing

        try:
            context = multiprocessing.get_context(start_method)
        except ValueError:
            raise Refused("processes cannot be started by %s here" % start_method, "leave --start-method out")
        self.start_method = context.get_start_method()
        self.make = partial(futures.ProcessPoolExecutor, workers, context, end_quietly)

    def abandon(self):
        import multiprocessing

        for child in multiprocessing.active_children():
            child.terminate()


class Interpreters(Passing):
    def __init__(self, workers):
        if sys.version_info < (3, 14):
            from gilscope_call_interpreters import InterpreterPool

            self.make = partial(InterpreterPool, workers, NAME)
        else:
            # A new interpreter does not know our sys.path, and could not import `passed`.
            ready = exec, ("import sys; sys.path[:] = %r" % sys.path, {})
            self.make = partial(futures.InterpreterPoolExecutor, workers, NAME, *ready)


def load(mode):
    """Imports what concurrent.futures imports when it is first used: afterwards files of the user's with the same names come first."""
    wanted = {"sequential": "Future", "processes": "ProcessPoolExecutor"}
    getattr(futures, wanted.get(mode, "ThreadPoolExecutor"))


WAYS = {"sequential": Sequential, "threads": Threads, "processes": Processes, "interpreters": Interpreters}
