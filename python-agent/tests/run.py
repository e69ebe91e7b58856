"""Runs all tests of the agent under the interpreter that runs this; called by scripts/test-agent.mjs, once for each.

`run.py --without PREFIX` leaves out the files whose names begin so. Last line: "N passed, N failed". A test of several sub-tests counts as one. Before it, `slow: SECONDS s TEST` of the slowest.
"""

import argparse
import os
import sys
import time
import unittest

import support


SLOWEST = 3


class Timed(unittest.TextTestResult):
    """Also keeps how long each test took."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.seconds = {}

    def startTest(self, test):
        self.seconds[test.id()] = -time.monotonic()
        super().startTest(test)

    def stopTest(self, test):
        super().stopTest(test)
        # CPython 3.12.1 stops skipped tests that it never started.
        self.seconds[test.id()] = self.seconds.get(test.id(), -time.monotonic()) + time.monotonic()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--without", metavar="PREFIX")
    without = parser.parse_args().without
    folder = os.path.dirname(os.path.abspath(__file__))
    names = sorted(name[:-3] for name in os.listdir(folder) if name.startswith("test_") and name.endswith(".py"))
    wanted = [name for name in names if not (without and name.startswith(without))]
    suite = unittest.TestLoader().loadTestsFromNames(wanted)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0, resultclass=Timed).run(suite)
    for test, why in result.skipped:
        print("skipped: %s: %s" % (test.id(), why))
    failed = {str(getattr(test, "test_case", test)) for test, _ in result.failures + result.errors}
    failed.update(str(test) for test in result.unexpectedSuccesses)
    for name in sorted(result.seconds, key=result.seconds.get, reverse=True)[:SLOWEST]:
        print("slow: %.1f s %s" % (result.seconds[name], name))
    if support.ENGINES == ["estimated"]:
        print("the native tracer is not built: the estimated engine was tested alone")
    print("%d passed, %d failed" % (result.testsRun - len(failed) - len(result.skipped), len(failed)))
    return 1 if failed or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main())
