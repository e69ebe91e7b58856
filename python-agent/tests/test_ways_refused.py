"""`ways/`: everything that can be wrong with a call is named, with its remedy; before anything runs if it can be known."""

import os
import sys
import unittest

from waysupport import MODES, PASSING, WaysCase

SHOP = """
import os, sys, threading
print_me = []
def double(n): return 2 * n
nameless = lambda n: n
def make():
    def inner(n): return n
    return inner
nested = make()
def lock(n): return threading.Lock()
def odd(n):
    if n % 2: raise ValueError("%d is odd" % n)
    return n
def quit(n): sys.exit("enough")
def die(n): os._exit(9)
async def later(n): return n
def each(n): yield n
PRICES = [1, 2]
class Desk:
    def sell(self, n): return n
"""


class Refused(WaysCase):
    def setUp(self):
        super().setUp()
        self.write("shop.py", SHOP)

    def refused(self, call, inputs=("1",), modes=MODES, more=()):
        """What each mode says: [(standard error before it, message, remedy)]; the check of the last says the same."""
        runs = [(mode, list(more)) for mode in modes] + [(modes[-1], list(more) + ["--check"])]
        *found, checked = self.each(lambda run: self.fails(call, run[0], inputs, more=run[1]), runs)
        self.assertEqual(checked[1]["remedy"], found[-1][1]["remedy"], call)
        return [(before, error["message"], error["remedy"]) for before, error in found]

    def refusals(self, cases, modes):
        """(what `refused` says in each mode, the rest of the case) of each case, which begins with its call; some at the same time."""
        for (call, *rest), found in zip(cases, self.each(lambda case: self.refused(case[0], modes=modes), cases)):
            for said in found:
                yield said, rest

    def test_no_module(self):
        for _, message, remedy in self.refused("nowhere:f", modes=MODES[:1]):
            self.assertIn("there is no module nowhere in %s" % self.folder, message)
            self.assertIn(sys.executable, message)
            self.assertIn("--cwd", remedy)
        for _, message, _ in self.refused("shop.inner:f", modes=MODES[:1]):
            self.assertIn("there is no module shop.inner", message)

    def test_a_module_that_cannot_be_imported(self):
        self.write("needs.py", "import not_installed\n")
        self.write("wrong.py", "def f(n):\n  return n / 0\nf(1)\nx = f\n")
        self.write("broken.py", "def f(n)\n")
        cases = [("needs", "no module not_installed", "install it"), ("wrong", "ZeroDivisionError", "correct it"), ("broken", "SyntaxError", "correct it")]
        for (before, message, remedy), (name, words, help) in self.refusals([(name + ":g", name, *rest) for name, *rest in cases], MODES[:2]):
            self.assertIn("importing %s failed" % name, message)
            self.assertIn(words, message)
            self.assertIn(help, remedy)
            self.assertIn("%s.py" % name, before)

    def test_a_module_that_starts_work_when_it_is_imported(self):
        self.write("work.py", "def main():\n    print('work')\ndef f(n): return n\nmain()\n")
        self.write("itself.py", '"""\nf(1)\n"""\ndef f(n): print(n)\nf(2)\n')
        self.write("ends.py", "import sys\ndef f(n): return n\nsys.exit(4)\n")
        cases = [("work:f", "runs its main() (%s/work.py, line 4)" % self.folder), ("itself:f", "line 5"), ("ends:f", "SystemExit: 4")]
        for (_, message, remedy), (words,) in self.refusals(cases, MODES[1:3]):
            self.assertIn(words, message)
            self.assertIn('if __name__ == "__main__":', remedy)

    def test_a_module_with_a_guard_may_start_what_it_likes(self):
        self.write("guarded.py", '"""\nmain()\n"""\ndef main(): f(1)\ndef f(n): return n\nif __name__ == "__main__":\n    main()\n')
        self.each(lambda mode: self.works("guarded:f", mode, [1]))

    def test_a_module_that_starts_processes_when_it_is_imported(self):
        begin = "import multiprocessing, concurrent.futures\ndef f(n): return n\n"
        self.write("one.py", begin + "p = multiprocessing.Process(target=f, args=(1,))\np.start()\np.join()\n")
        self.write("pool.py", begin + "with multiprocessing.Pool(2) as p:\n    p.map(f, [1])\n")
        self.write("executor.py", begin + "with concurrent.futures.ProcessPoolExecutor(2) as p:\n    p.submit(f, 1)\n")
        self.write("quiet.py", begin + "try:\n    multiprocessing.Process(target=f, args=(1,)).start()\nexcept Exception: pass\n")
        for (_, message, remedy), (name,) in self.refusals([(name + ":f", name) for name in ("one", "pool", "executor", "quiet")], PASSING):
            self.assertIn("importing %s starts a process" % name, message)
            self.assertIn('if __name__ == "__main__":', remedy)
        self.works("one:f", "threads", [1])

    def test_no_function(self):
        cases = [
            ("shop:duble", "(%s/shop.py) has no function duble" % self.folder, "did you mean double?"),
            ("shop:Desk.zzz", "shop.Desk", "name a function"),
            ("shop:PRICES", "is of type list", "name a function"),
            ("shop:Desk.sell", "no object to call it on", "@staticmethod"),
            ("shop:later", "coroutine function", "asyncio.run"),
            ("shop:each", "generator function", "return list"),
            ("shop", "does not name a function", "module:function"),
        ]
        for (_, message, remedy), (words, help) in self.refusals(cases, MODES[:1]):
            self.assertIn(words, message)
            self.assertIn(help, remedy)

    def test_a_function_that_cannot_be_pickled(self):
        calls = ["shop:nameless", "shop:nested"]
        for (_, message, remedy), (call,) in self.refusals([(call, call) for call in calls], PASSING):
            self.assertIn("%s cannot be pickled" % call, message)
            self.assertIn("top level of its module", remedy)
        self.each(lambda call: self.works(call, "threads", [1]), calls)

    def test_inputs_that_do_not_fit(self):
        for _, message, remedy in self.refused("shop:double", ["1", "(1, 2)"], MODES[:2]):
            self.assertIn("input 2, (1, 2), does not fit shop:double(n)", message)
            self.assertIn("one input is one task", remedy)
        for _, message, _ in self.refused("shop:double", [], MODES[:1]):
            self.assertIn("a call without arguments does not fit", message)

    def test_inputs_and_numbers_that_are_none(self):
        for more, words in [(["--inputs", "[1]"], "list of strings"), (["--inputs", "gone.json"], "gone.json"), (["--workers", "0"], "0 workers")]:
            for _, message, remedy in self.refused("shop:double", modes=MODES[:1], more=more):
                self.assertIn(words, message)
                self.assertTrue(remedy)

    @unittest.skipIf("interpreters" in MODES, "interpreters have a GIL each here")
    def test_interpreters_before_they_had_a_gil_each(self):
        for _, message, remedy in self.refused("shop:double", modes=["interpreters"]):
            self.assertIn("Python %d.%d has no interpreters with a GIL of their own" % sys.version_info[:2], message)
            self.assertIn("3.12", remedy)

    @unittest.skipUnless("interpreters" in MODES, "interpreters share a GIL here")
    def test_a_module_that_does_not_load_in_other_interpreters(self):
        self.write("here.py", "import _interpreters\n" if sys.version_info >= (3, 13) else "import _xxsubinterpreters as _interpreters\n")
        with open(os.path.join(self.folder, "here.py"), "a") as file:
            file.write("i = _interpreters.get_current()\n")
            file.write("if int(i[0] if isinstance(i, tuple) else i): raise ImportError('module x does not support loading in subinterpreters')\n")
            file.write("def f(n): print('never')\n")
        for before, message, remedy in self.refused("here:f", modes=["interpreters"]):
            self.assertIn("here cannot be imported in an interpreter of its own", message)
            self.assertIn("does not support loading in subinterpreters", message)
            self.assertIn("leave the mode interpreters out", remedy)
            self.assertIn("here.py", before)


class Failed(WaysCase):
    """What can be known only when it has happened: exit status 1."""

    def setUp(self):
        super().setUp()
        self.write("shop.py", SHOP)

    def test_an_exception_of_a_task(self):
        for before, error in self.each(lambda mode: self.fails("shop:odd", mode, [2, 5, 4], 1)):
            self.assertEqual(error["input"], 1)
            self.assertEqual(error["message"], "input 2, 5, of shop:odd failed: ValueError: 5 is odd")
            self.assertTrue(before.startswith("Traceback (most recent call last):\n"), before)
            self.assertIn("shop.py", before)

    def test_a_task_that_ends_the_program(self):
        for _, error in self.each(lambda mode: self.fails("shop:quit", mode, [1], 1)):
            self.assertIn("SystemExit: enough", error["message"])

    def test_sequential_stops_at_the_first(self):
        self.write("told.py", "def f(n):\n    open('ran', 'a').write('%d ' % n)\n    if n == 2: raise KeyError(n)\n")
        self.fails("told:f", "sequential", [1, 2, 3], 1)
        with open(os.path.join(self.folder, "ran")) as file:
            self.assertEqual(file.read(), "1 2 ")

    def test_a_result_that_cannot_be_pickled(self):
        for mode, (_, error) in zip(PASSING, self.each(lambda mode: self.fails("shop:lock", mode, [1, 2], 1), PASSING)):
            self.assertIn("cannot be pickled, so %s cannot give it back" % mode, error["message"])
            self.assertIn("return plain values", error["remedy"])
        # Nothing is passed, and nothing can be said of two locks being equal.
        self.assertEqual(self.works("shop:lock", "threads", [1])["digest"], "")

    def test_a_worker_that_dies(self):
        _, error = self.fails("shop:die", "processes", [1], 1)
        self.assertIn("a worker ended before its task did", error["message"])
        self.assertIn("memory", error["remedy"])

    def test_a_report_that_cannot_be_written(self):
        path = os.path.join(self.folder, "gone", "report.json")
        status, _, err, _ = self.run_call("shop:double", "sequential", [1], more=["--report", path])
        self.assertEqual(status, 1)
        self.assertIn("cannot write the report %s" % path, err)


if __name__ == "__main__":
    unittest.main()
