"""What happens in a worker: one call, timed. Imported by every worker, so it imports little."""

import os
import pickle
from _thread import get_ident
from time import monotonic_ns

HERE = os.path.dirname(os.path.abspath(__file__))
IMPORTLIB = os.path.join("", "importlib", "__init__.py")


def outline(error):
    """The traceback as Python prints it, from the user's first line on: what called it is ours."""
    import traceback

    trace = error.__traceback__
    while trace is not None and _is_ours(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))


def _is_ours(file):
    return os.path.dirname(file) == HERE or file.startswith("<frozen importlib") or file.endswith(IMPORTLIB)


def timed(function, arguments):
    """(worker, begin, end, result, trouble); nanoseconds of CLOCK_MONOTONIC, which is one clock in all processes.

    `trouble` is None or (kind, text): "raised" by the function; below also "load", before it, and "result", after it.
    """
    worker = os.getpid(), get_ident()
    begin = monotonic_ns()
    try:
        result = function(*arguments)
    except (Exception, SystemExit) as error:
        return worker, begin, monotonic_ns(), None, ("raised", outline(error))
    return worker, begin, monotonic_ns(), result, None


def passed(payload):
    """The same where nothing is shared: takes a pickled (function, arguments), gives all that pickled, the result within by itself."""
    try:
        function, arguments = pickle.loads(payload)
    except (Exception, SystemExit) as error:
        return pickle.dumps(((os.getpid(), get_ident()), 0, 0, b"", ("load", outline(error))))
    worker, begin, end, result, trouble = timed(function, arguments)
    packed = b""
    if trouble is None:
        try:
            packed = pickle.dumps(result, pickle.HIGHEST_PROTOCOL)
        except Exception as error:
            trouble = "result", "%s: %s" % (type(error).__name__, error)
    return pickle.dumps((worker, begin, end, packed, trouble), pickle.HIGHEST_PROTOCOL)


def end_quietly():
    """Set up for worker processes: Ctrl-C reaches them too, they end without a word, and the main process says what there is to say."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_DFL)


def nothing(function):
    """Given to a worker to see whether it can be given `function`."""
