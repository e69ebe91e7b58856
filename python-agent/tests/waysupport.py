"""What the tests of `ways/` share: runs run_call.py on modules of the test's own, under this very interpreter."""

import json
import os
import subprocess
import sys

from support import AGENT, TIMEOUT_S, Case, plain_environment

RUNNER = os.path.join(AGENT, "ways", "run_call.py")
MODES = ["sequential", "threads", "processes"] + (["interpreters"] if sys.version_info >= (3, 12) else [])
PASSING = MODES[2:]


class WaysCase(Case):
    def setUp(self):
        super().setUp()
        self.report_file = os.path.join(self.folder, "reports", "report.json")
        os.mkdir(os.path.dirname(self.report_file))

    def arguments(self, call, mode, inputs=(), workers=2, more=()):
        text = json.dumps([item if isinstance(item, str) else repr(item) for item in inputs])
        numbers = ["--workers", str(workers), "--inputs", text]
        return [RUNNER, "--call", call, "--mode", mode, "--report", self.report_file] + numbers + list(more)

    def run_call(self, call, mode, inputs=(), workers=2, more=()):
        """(exit status, stdout, stderr, report or None)."""
        if os.path.exists(self.report_file):
            os.remove(self.report_file)
        done = subprocess.run(
            [sys.executable, "-B"] + self.arguments(call, mode, inputs, workers, more),
            cwd=self.folder,
            env=plain_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=TIMEOUT_S,
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode(), self.report()

    def report(self):
        if not os.path.exists(self.report_file):
            return None
        self.assertEqual(os.listdir(os.path.dirname(self.report_file)), ["report.json"])
        with open(self.report_file) as file:
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
