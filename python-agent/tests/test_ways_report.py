"""`ways/`: when two results count as equal, and how they are shown."""

import collections
import datetime
import decimal
import fractions
import os
import subprocess
import sys
import unittest
import unittest.mock

from support import AGENT

WAYS = os.path.join(AGENT, "ways")
sys.path.append(WAYS)

import gilscope_call_report  # noqa: E402
from gilscope_call_report import digest, shortened  # noqa: E402
from gilscope_call_check import arguments_of  # noqa: E402


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


class Digest(unittest.TestCase):
    def same(self, one, other):
        self.assertRegex(digest(one), "^[0-9a-f]{64}$")
        self.assertEqual(digest(one), digest(other))

    def different(self, *values):
        found = [digest(value) for value in values]
        self.assertNotIn("", found)
        self.assertEqual(len(set(found)), len(values), values)

    def test_equal_values(self):
        self.same({"a": 1, "b": [2, 3]}, {"b": [2, 3], "a": 1})
        self.same({"x", "y", "z"}, {"z", "y", "x"})
        self.same([Point(1, [2])], [Point(1, [2])])
        self.same(collections.Counter("abca"), collections.Counter("caab"))
        self.same(float("nan"), float("nan"))
        self.same(fractions.Fraction(2, 4), fractions.Fraction(1, 2))
        self.same([10 ** 5000, 1], [10 ** 5000, 1])
        shared = [1, "x"]
        self.same([shared, shared], [[1, "x"], [1, "x"]])
        around, again = [1, None], [1, None]
        around[1], again[1] = around, again
        self.same(around, again)

    def test_different_values(self):
        self.different([1, 2], [2, 1], (1, 2), {1, 2}, [1, [2]], [12], ["1", "2"], [1.0, 2.0], [True, 2], "12", b"12", 12, [], None)
        self.different(Point(1, 2), Point(2, 1), {"x": 1, "y": 2})
        self.different(collections.OrderedDict(a=1, b=2), collections.OrderedDict([("b", 2), ("a", 1)]))
        self.different(datetime.date(2026, 1, 2), datetime.date(2026, 2, 1), decimal.Decimal("1"), decimal.Decimal("1.0"))
        self.different(["a", "b"], ["a, b"], ["ab"], ["a', 'b"])
        self.different(Point, len, collections.Counter)
        self.different(list(range(100000)), list(range(99999)) + [0])

    def test_what_cannot_be_compared(self):
        for value in (lambda: 0, (n for n in ()), sys.stdout):
            self.assertEqual(digest([value]), "")

    def test_what_is_too_much_to_compare(self):
        with unittest.mock.patch.object(gilscope_call_report, "MOST_NODES", 1000):
            self.assertNotEqual(digest([[]] * 900), "")
            self.assertEqual(digest([[]] * 1001), "")

    def test_the_same_in_every_process(self):
        code = "import sys; sys.path.append(%r); from gilscope_call_report import digest; print(digest([{'a', 'b', 'c'}, {'k': (1, 2.5)}, b'x']))" % WAYS
        found = {subprocess.check_output([sys.executable, "-B", "-c", code], env=dict(os.environ, PYTHONHASHSEED=seed)) for seed in ("1", "2", "3")}
        self.assertEqual(found, {digest([{"a", "b", "c"}, {"k": (1, 2.5)}, b"x"]).encode() + os.linesep.encode()})
        # As every other Python has it.
        self.assertEqual(digest([1, "x", {2: None}])[:16], "639709edd982d4c9")


class Shown(unittest.TestCase):
    def test_short(self):
        self.assertEqual(shortened([1, {"a": {3, 2}}]), "[1, {'a': {2, 3}}]")
        self.assertLessEqual(len(shortened(["x" * 100] * 100)), 500)
        self.assertEqual(shortened([2 ** 30000]), "[<int of 30001 bits>]")

        class Odd:
            def __repr__(self):
                raise ValueError

        self.assertIn("Odd instance", shortened([Odd()]))


class Inputs(unittest.TestCase):
    def test_what_an_input_stands_for(self):
        cases = [("5", (5,)), ("(1, 2)", (1, 2)), ("1, 2", (1, 2)), ("((1, 2),)", ((1, 2),)), ("()", ()), ("1e3", (1000.0,)), ("'5'", ("5",))]
        cases += [("{1: 2}", ({1: 2},)), ("5 apples", ("5 apples",)), ("", ("",)), (" a", (" a",)), ("f(1)", ("f(1)",)), ("a\0b", ("a\0b",))]
        for text, arguments in cases:
            self.assertEqual(arguments_of(text), arguments)


if __name__ == "__main__":
    unittest.main()
