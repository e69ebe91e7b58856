"""The command line of run_call.py: check, run, measure, report."""

import argparse
import json
import os
import signal
import sys
from time import monotonic_ns
from concurrent.futures import BrokenExecutor

import gilscope_call_report as reports
from gilscope_call_check import Refused, arguments_of, check_arguments, find, short
from gilscope_call_task import nothing
from gilscope_call_ways import WAYS, load

FAILED, REFUSED = 1, 2


class TaskFailed(Exception):
    """The function itself failed; `index` is which input, None if that cannot be told."""

    def __init__(self, message, remedy=None, index=None, detail=""):
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.index = index
        self.detail = detail


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Refused(message, "see --help")


def parsed(argv):
    parser = Parser(prog="run_call.py", description="Runs one function over the same inputs in one of several ways.", allow_abbrev=False)
    parser.add_argument("--call", required=True, metavar="MODULE:FUNCTION")
    parser.add_argument("--mode", required=True, choices=list(WAYS))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--inputs", default="[]", metavar="JSON", help="a JSON list of strings, or a file that holds one")
    parser.add_argument("--start-method", choices=["fork", "spawn", "forkserver"], help="of processes; else the interpreter's default")
    parser.add_argument("--report", metavar="FILE")
    parser.add_argument("--check", action="store_true", help="find out whether it would run, and run nothing")
    return parser.parse_args(argv)


def inputs_of(text):
    try:
        if not text.lstrip().startswith("["):
            with open(text, encoding="utf-8") as file:
                text = file.read()
        inputs = json.loads(text)
    except (OSError, ValueError) as error:
        raise Refused("the inputs cannot be read: %s" % error, "give a JSON list of strings, or a file that holds one")
    if not isinstance(inputs, list) or not all(isinstance(item, str) for item in inputs):
        raise Refused("the inputs are no list of strings", "give each as a string: [\"1\", \"(2, 3)\"]")
    return inputs


def calls_of(inputs, workers):
    """Arguments of each task. One input alone, or none, is a task for every worker."""
    calls = [arguments_of(item) for item in inputs] or [()]
    return calls * workers if len(calls) == 1 else calls


def way_of(options):
    more = {"start_method": options.start_method} if options.mode == "processes" else {}
    return WAYS[options.mode](options.workers, **more)


def ended(options, index, arguments, trouble):
    """The error that a worker's trouble is."""
    kind, text = trouble
    last = text.rstrip().rsplit("\n", 1)[-1]
    which = "input %d, %s," % (index + 1, short(arguments)) if arguments else "task %d" % (index + 1)
    if kind == "load":
        where = {"interpreters": "an interpreter of its own", "processes": "a process of its own"}[options.mode]
        return Refused(
            "%s cannot be imported in %s: %s" % (options.call.partition(":")[0], where, last),
            "leave the mode %s out, or do without what it imports" % options.mode,
            text,
        )
    if kind == "result":
        return TaskFailed(
            "the result of %s cannot be pickled, so %s cannot give it back: %s" % (which.rstrip(","), options.mode, text),
            "return plain values, or leave out the modes processes and interpreters",
            index,
        )
    return TaskFailed("%s of %s failed: %s" % (which, options.call, last), None, index, text)


def measure(options, function, calls):
    """Runs all; returns the figures and the results in the order of the inputs. Times in nanoseconds until the end."""
    results = [None] * len(calls)
    first_of = {}
    busy = passed_bytes = 0
    way = way_of(options)
    asked = monotonic_ns()
    way.open()
    try:
        submitted = monotonic_ns()
        for index, (worker, begin, end, result, trouble), size in way.outcomes(function, calls):
            if trouble is not None:
                raise ended(options, index, calls[index], trouble)
            results[index] = result
            first_of[worker] = min(begin, first_of.get(worker, begin))
            busy += end - begin
            passed_bytes += size
        last = monotonic_ns()
    except KeyboardInterrupt:
        way.abandon()
        raise
    except BaseException:
        way.close()
        raise
    way.close()
    gone = monotonic_ns()
    figures = {
        "work_s": (last - submitted) / 1e9,
        "start_up_s": (max(first_of.values()) - asked) / 1e9,
        "shut_down_s": (gone - last) / 1e9,
        "task_s": busy / 1e9,
        "passed_bytes": passed_bytes if options.mode in ("processes", "interpreters") else None,
        "start_method": getattr(way, "start_method", None),
    }
    return figures, results


def run(options):
    """The report."""
    inputs = inputs_of(options.inputs)
    if options.workers < 1:
        raise Refused("%d workers can do nothing" % options.workers, "give 1 or more")
    if options.mode == "interpreters" and sys.version_info < (3, 12):
        raise Refused(
            "Python %d.%d has no interpreters with a GIL of their own" % sys.version_info[:2],
            "use Python 3.12 or later, or leave the mode interpreters out",
        )
    load(options.mode)
    # As in a script in the working folder.
    sys.path.insert(0, os.getcwd())
    sys.argv[1:] = []  # the user's module is not to take our options for its own
    function = find(options.call, options.mode)
    calls = calls_of(inputs, options.workers)
    check_arguments(options.call, function, calls)
    try:
        if options.check:
            options.workers = 1
            measure(options, nothing, [(function,)])
            return {"ok": True}
        figures, results = measure(options, function, calls)
    except BrokenExecutor as error:
        raise TaskFailed(
            "a worker ended before its task did: %s" % error,
            "it may have run out of memory, have been killed, or have crashed in native code",
        )
    return dict(
        figures,
        schema=1,
        call=options.call,
        mode=options.mode,
        python=sys.version.split()[0],
        workers=options.workers,
        tasks=len(calls),
        digest=reports.digest(results),
        results=reports.shortened(results),
    )


def told(error, path):
    """Says what is wrong on standard error and in the report."""
    line = error.message if error.remedy is None else "%s; %s" % (error.message, error.remedy)
    sys.stderr.write("%sgilscope: %s\n" % (error.detail, line))
    if path is not None:
        note = {"message": error.message, "remedy": error.remedy, "input": getattr(error, "index", None)}
        saved({"schema": 1, "error": note}, path)


def saved(report, path):
    try:
        reports.write(path, report)
    except OSError as error:
        sys.stderr.write("gilscope: cannot write the report %s: %s\n" % (path, error))
        return False
    return True


def interrupted():
    """Ends as Ctrl-C ends a program, and at once: threads that compute cannot be waited for."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass
    if os.name == "posix":
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(130)


def main(argv):
    path = None
    try:
        options = parsed(argv)
        path = options.report and os.path.abspath(options.report)
        report = run(options)
        return 0 if path is None or saved(report, path) else FAILED
    except Refused as error:
        told(error, path)
        return REFUSED
    except TaskFailed as error:
        told(error, path)
        return FAILED
    except KeyboardInterrupt:
        return interrupted()
