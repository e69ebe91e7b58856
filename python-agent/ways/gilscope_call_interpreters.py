"""What concurrent.futures.InterpreterPoolExecutor of 3.14 is, for 3.12 and 3.13: a thread for each worker, in each thread an interpreter with
a GIL of its own. It can do one thing, `passed`, because it is used for nothing else.
"""

import queue
import sys
import threading
from concurrent.futures import BrokenExecutor, Executor, Future

if sys.version_info >= (3, 13):
    import _interpchannels as channels
    import _interpreters as interpreters

    CHANNELS = "_interpchannels"
    SEND = "channels.send({channel}, passed(payload), blocking=False)"
    UNBOUND = (2,)  # what is left of an interpreter that is gone: an error
else:
    import _xxinterpchannels as channels
    import _xxsubinterpreters as interpreters

    CHANNELS = "_xxinterpchannels"
    SEND = "channels.send({channel}, passed(payload))"
    UNBOUND = ()

SET_UP = """
import sys
sys.path[:] = {path!r}
import {channels} as channels
from gilscope_call_task import passed
"""


class InterpreterPool(Executor):
    def __init__(self, workers, name):
        self._workers = workers
        self._name = name
        self._waiting = queue.SimpleQueue()
        self._threads = []

    def submit(self, passed, payload):
        future = Future()
        self._waiting.put((future, payload))
        if len(self._threads) < self._workers:
            thread = threading.Thread(target=self._work, name="%s_%d" % (self._name, len(self._threads)))
            self._threads.append(thread)
            thread.start()
        return future

    def _work(self):
        worker = trouble = None
        try:
            worker = Worker()
        except Exception as error:
            trouble = BrokenExecutor("no interpreter could be made: %s" % error)
        try:
            for future, payload in iter(self._waiting.get, None):
                if future.set_running_or_notify_cancel():
                    self._fulfil(future, worker, payload, trouble)
        finally:
            # In the thread that made it: 3.12 waits for ever in any other, once `threading` was imported in there.
            if worker is not None:
                worker.end()

    @staticmethod
    def _fulfil(future, worker, payload, trouble):
        try:
            if trouble is not None:
                raise trouble
            result = worker.passed(payload)
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    def shutdown(self, wait=True):
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads if wait else ():
            thread.join()


class Worker:
    """An interpreter, and the channel by which it answers."""

    def __init__(self):
        self._interpreter = interpreters.create()
        try:
            self._channel = channels.create(*UNBOUND)
            self._run(SET_UP.format(path=sys.path, channels=CHANNELS), {"channels": None})
        except BaseException:
            interpreters.destroy(self._interpreter)
            raise

    def _run(self, script, shared):
        failure = interpreters.run_string(self._interpreter, script, shared)
        if failure is not None:  # 3.12 raises
            raise RuntimeError(failure.formatted)

    def passed(self, payload):
        self._run(SEND.format(channel=int(self._channel)), {"payload": payload})
        answer = channels.recv(self._channel)
        return answer[0] if isinstance(answer, tuple) else answer  # 3.13 adds whether the sender is gone

    def end(self):
        channels.destroy(self._channel)
        interpreters.destroy(self._interpreter)
