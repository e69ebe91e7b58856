"""What the tests of `ways/` share: runs run_call.py on modules of the test's own, under this very interpreter."""

import concurrent.futures
import itertools
import json
import os
import subprocess
import sys

from support import AGENT, TIMEOUT_S, Case, plain_environment

RUNNER = os.path.join(AGENT, "ways", "run_call.py")
MODES = ["sequential", "threads", "processes"] + (["interpreters"] if sys.version_info >= (3, 12) else [])
PASSING = MODES[2:]
AT_ONCE = 4


class WaysCase(Case):
    def setUp(self):
        super().setUp()
        self._numbers = itertools.count()

    def each(self, run, items=MODES):
        """`run(item)` of each, some at the same time: most of a run is Python's start."""
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(run, items))

    def arguments(self, call, mode, inputs=(), workers=2, more=()):
        """With a report of its own in a folder of its own."""
        folder = os.path.join(self.folder, "reports", str(next(self._numbers)))
        os.makedirs(folder)
        text = json.dumps([item if isinstance(item, str) else repr(item) for item in inputs])
        numbers = ["--workers", str(workers), "--inputs", text]
        return [RUNNER, "--call", call, "--mode", mode, "--report", os.path.join(folder, "report.json")] + numbers + list(more)

    def run_call(self, call, mode, inputs=(), workers=2, more=()):
        """(exit status, stdout, stderr, report or None)."""
        arguments = self.arguments(call, mode, inputs, workers, more)
        done = subprocess.run(
            [sys.executable, "-B"] + arguments,
            cwd=self.folder,
            env=plain_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=TIMEOUT_S,
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode(), self.report(arguments)

    def report(self, arguments):
        """What the run with these arguments reported, or None; it has left nothing else."""
        path = arguments[arguments.index("--report") + 1]
        if not os.path.exists(path):
            return None
        self.assertEqual(os.listdir(os.path.dirname(path)), ["report.json"])
        with open(path) as file:
            return json.load(file)

    def works(self, call, mode, inputs=(), workers=2, more=()):
        """The report of a run that said nothing."""
        status, out, err, report = self.run_call(call, mode, inputs, workers, more)
        self.assertEqual((status, out, err), (0, "", ""), (call, mode))
        return report

    def fails(self, call, mode, inputs=(), status=2, more=()):
        """Standard error of a run that did not work, but for the last line, and the error of its report, which is that line."""
        found, out, err, report = self.run_call(call, mode, inputs, more=more)
        self.assertEqual((found, out), (status, ""), err)
        before, _, line = err[:-1].rpartition("gilscope: ")
        error = report["error"]
        self.assertEqual(line, "; ".join(filter(None, [error["message"], error["remedy"]])))
        self.assertNotIn("\n", line)
        self.assertNotIn(os.path.dirname(RUNNER), before, "frames of ours")
        return before, error
