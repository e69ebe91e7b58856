"""Runs all tests of the agent under the interpreter that runs this; called by scripts/test-agent.mjs, once for each.

Last line: "N passed, N failed". A test of several sub-tests counts as one.
"""

import os
import sys
import unittest

import support


def main():
    suite = unittest.TestLoader().discover(os.path.dirname(os.path.abspath(__file__)), pattern="test_*.py")
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0).run(suite)
    for test, why in result.skipped:
        print("skipped: %s: %s" % (test.id(), why))
    failed = {str(getattr(test, "test_case", test)) for test, _ in result.failures + result.errors}
    failed.update(str(test) for test in result.unexpectedSuccesses)
    if support.ENGINES == ["estimated"]:
        print("the native tracer is not built: the estimated engine was tested alone")
    print("%d passed, %d failed" % (result.testsRun - len(failed) - len(result.skipped), len(failed)))
    return 1 if failed or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main())
