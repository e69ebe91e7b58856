"""Regions and instants the program marks itself: nothing where it is not recorded, all of them where it is."""

import os
import subprocess
import sys
import unittest
import zipfile

from collector import AGENT, Collector, wire
from golden import marks_meaning
from support import ENGINES, LIBRARY, Case, plain_environment, traced_environment
from test_children import Family, Member

from gilscope_agent import VERSION

MARKS = os.path.join(AGENT, "marks")
INSTANT, BEGIN, END = wire.MARK_INSTANT, wire.MARK_BEGIN, wire.MARK_END

NESTED = """
import threading
from gilscope_agent import mark, region
def work(n):
    with region("outer %d" % n):
        for i in range(3):
            with region("inner"):
                mark("tick %d" % n)
threads = [threading.Thread(target=work, args=(n,), name="worker %d" % n) for n in range(2)]
for t in threads: t.start()
for t in threads: t.join()
mark("\\ud800" + "x" * 300)
print("done")
"""

KINDS = """
import asyncio
from gilscope_agent import mark, region
@region("function")
def function(x):
    "Its text."
    return x + 1
@region("generator")
def generator():
    got = yield 1
    yield got
    return 5
@region("coroutine")
async def coroutine(n):
    await asyncio.sleep(0)
    return n
async def main():
    async def task(n):
        with region("task %d" % n):
            await asyncio.sleep(0)
    await asyncio.gather(*[task(n) for n in range(3)])
    return await coroutine(4)
assert function(1) == 2 and function.__doc__ == "Its text." and function.__name__ == "function"
g = generator()
assert next(g) == 1 and g.send(7) == 7
mark("between")
try:
    next(g)
    raise SystemExit("no end")
except StopIteration as end:
    assert end.value == 5
assert asyncio.run(main()) == 4
error = ValueError("mine")
try:
    with region("failing"):
        raise error
except ValueError as caught:
    assert caught is error and caught.__context__ is None and caught.__cause__ is None
try:
    @region("no")
    async def agen():
        yield 1
    raise SystemExit("decorated")
except TypeError:
    pass
again = region("again")
with again:
    with again:
        pass
class Odd:
    def __str__(self):
        raise RuntimeError("odd")
with region(Odd()):
    mark(Odd())
mark(5)
print("done")
"""

STOPPED = """
import threading
from gilscope_agent import mark, region
with region("open"):
    mark("before")
    print("ready", flush=True)
    input()
    mark("after")
with region("after"):
    pass
print(type(threading._active) is dict)
"""

FORKS = """
import os
from gilscope_agent import mark, region
with region("parent"):
    pid = os.fork()
    if pid == 0:
        with region("child"):
            mark("tick")
if pid:
    assert os.waitpid(pid, 0)[1] == 0
"""

ATTACH = """
import sys, threading
from gilscope_agent import mark, region
import gilscope_agent
folder, enter, config, library = sys.argv[1:]
@region("decorated")
def decorated():
    pass
done = threading.Event()
def wait():
    with region("open at the attach"):
        done.wait()
thread = threading.Thread(target=wait)
thread.start()
mark("too early")
space = {"folder": folder, "config": config, "library": library}
exec(compile(open(enter).read(), enter, "exec"), space)
assert '"ok":true' in space["result"], space["result"]
assert sys.modules["gilscope_agent"] is gilscope_agent
done.set()
thread.join()
decorated()
with region("later"):
    mark("seen")
"""

MANY = """
from gilscope_agent import mark, region
for i in range(%d):
    mark("m")
"""

BEFORE = """
import sys
print([n for n in sys.modules if "gilscope" in n], sys.modules["gilscope_agent"].__file__ == sys.argv[1])
sys.modules["gilscope_agent"].mark("seen")
"""


def of(frames):
    return [marks_meaning(payload) for kind, payload in list(frames) if kind == wire.MARK]


class Marks(Case):
    def environment(self):
        return plain_environment(PYTHONPATH=MARKS)

    def marks_of(self, engine, text, arguments=()):
        result, collector = self.traced(engine, [self.write("script.py", text)] + list(arguments), self.environment())
        self.assertEqual((result[0], result[2]), (0, ""))
        self.assert_engine(collector, engine)
        return of(collector.frames), collector

    def paired(self, marks):
        """(name, begin, end) of every region: each has ended once, after it began."""
        begun = {m["id"]: m for m in marks if m["what"] == BEGIN}
        ended = {m["id"]: m for m in marks if m["what"] == END}
        self.assertEqual(len(begun), len([m for m in marks if m["what"] == BEGIN]))
        self.assertEqual(set(begun), set(ended))
        pairs = [(m["name"], int(m["ns"]), int(ended[i]["ns"])) for i, m in begun.items()]
        for name, start, end in pairs:
            self.assertLessEqual(start, end, name)
        return pairs

    def test_the_program_notices_nothing(self):
        for text in (NESTED, KINDS):
            status, out, err = self.same([self.write("script.py", text)], self.environment())
            self.assertEqual((status, out, err), (0, "done\n", ""))

    def test_nested_regions_in_threads(self):
        for engine in ENGINES:
            with self.subTest(engine=engine):
                marks, collector = self.marks_of(engine, NESTED)
                names = {t["serial"]: t["name"] for t in collector.values(wire.THREAD) if t.get("serial")}
                pairs = self.paired(marks)
                self.assertEqual(sorted(p[0] for p in pairs), ["inner"] * 6 + ["outer 0", "outer 1"])
                for n in range(2):
                    mine = [m for m in marks if names.get(m["serial"]) == "worker %d" % n]
                    self.assertEqual([m["name"] for m in mine if m["what"] == INSTANT], ["tick %d" % n] * 3)
                    self.assertEqual([m["name"] for m in mine if m["what"] == BEGIN], ["outer %d" % n] + ["inner"] * 3)
                    self.assertEqual([int(m["ns"]) for m in mine], sorted(int(m["ns"]) for m in mine))
                    outer = [p for p in pairs if p[0] == "outer %d" % n][0]
                    inside = [int(m["ns"]) for m in mine]
                    self.assertTrue(outer[1] == min(inside) and max(inside) <= outer[2])
                self.assertEqual([m["name"] for m in marks if m["what"] == INSTANT][-1], "?" + "x" * 199)
                self.assertEqual({m["dropped"] for m in marks}, {0})
                self.assertNotIn(0, [m["tid"] for m in marks if m["what"] != END])

    def test_functions_generators_coroutines_exceptions(self):
        for engine in ENGINES:
            with self.subTest(engine=engine):
                marks, _ = self.marks_of(engine, KINDS)
                pairs = self.paired(marks)
                expected = ["again", "again", "coroutine", "failing", "function", "generator", "task 0", "task 1", "task 2"]
                self.assertEqual(sorted(p[0] for p in pairs), expected)
                at = {m["name"]: int(m["ns"]) for m in marks if m["what"] == INSTANT}
                self.assertEqual(set(at), {"between", "5"})
                span = {name: (start, end) for name, start, end in pairs}
                # From its first step to its end, and tasks overlap as they took turns.
                self.assertTrue(span["generator"][0] < at["between"] < span["generator"][1])
                self.assertTrue(span["task 1"][0] < span["task 0"][1] < span["task 1"][1])
                # A name whose text cannot be had.
                self.assertEqual(marks[-1]["dropped"], 2)

    def test_detached(self):
        for engine in ENGINES:
            with self.subTest(engine=engine), Collector() as collector:
                mine = traced_environment(engine, collector.path, self.environment())
                process = self.open([self.write("script.py", STOPPED)], mine)
                process.stdout.readline()
                collector.wait_for(wire.HELLO)
                collector.send(id=1, cmd="stop")
                collector.wait_for(wire.GOODBYE)
                collector.wait_end()
                self.assertEqual(self.finish(process, b"\n"), (0, "True\n", ""))
                self.assertEqual([(m["what"], m["name"]) for m in of(collector.frames)], [(BEGIN, "open"), (INSTANT, "before")])

    def test_forked(self):
        for engine in ENGINES:
            with self.subTest(engine=engine), Family() as family:
                mine = traced_environment(engine, family.path, self.environment())
                result = self.finish(self.open([self.write("script.py", FORKS)], mine))
                self.assertEqual(result, (0, "", ""))
                with family.changed:
                    self.assertTrue(family.changed.wait_for(lambda: len(family.members) == 2, 20))
                found = []
                for member in family.members:
                    self.assertIsInstance(member, Member)
                    self.assertTrue(member.join())
                    found.append([(m["what"], m["name"]) for m in of(member.frames)])
                self.assertEqual(found, [[(BEGIN, "parent"), (END, "")], [(BEGIN, "child"), (INSTANT, "tick"), (END, "")]])

    def test_attached_in_the_middle(self):
        enter = os.path.join(AGENT, "gilscope_agent", "enter.py")
        for engine in ENGINES:
            with self.subTest(engine=engine), Collector() as collector:
                library = LIBRARY if engine == "exact" else ""
                config = '{"socket":"%s","token":"c0ffee","engine":"%s","lib":"%s"}' % (collector.path, engine, library)
                script = self.write("script.py", ATTACH)
                process = self.open([script, AGENT, enter, config, library], self.environment())
                self.assertEqual(self.finish(process), (0, "", ""))
                collector.wait_end()
                self.assert_engine(collector, engine)
                marks = of(collector.frames)
                self.assertEqual(sorted(p[0] for p in self.paired(marks)), ["decorated", "later"])
                self.assertEqual([m["name"] for m in marks if m["what"] == INSTANT], ["seen"])

    def test_too_many_are_counted(self):
        many = 30000
        for engine in ENGINES:
            with self.subTest(engine=engine):
                marks, _ = self.marks_of(engine, MANY % many)
                sent = [m for m in marks if m["what"] == INSTANT]
                self.assertEqual(len(sent) + marks[-1]["dropped"], many)
                by_second = {}
                for m in sent:
                    second = int(m["ns"]) // 10**9
                    by_second[second] = by_second.get(second, 0) + 1
                self.assertLessEqual(max(by_second.values()), 10000)

    def test_imported_before_the_agent(self):
        # A .pth file may import it while `site` runs, before we come.
        folder = os.path.join(self.folder, "venv")
        subprocess.check_call([sys.executable, "-m", "venv", "--without-pip", folder], env=plain_environment())
        packages = os.path.join(folder, "lib", "python%d.%d" % sys.version_info[:2], "site-packages")
        module = os.path.join(packages, "gilscope_agent.py")
        with open(os.path.join(MARKS, "gilscope_agent.py")) as source, open(module, "w") as target:
            target.write(source.read())
        with open(os.path.join(packages, "early.pth"), "w") as file:
            file.write("import gilscope_agent\n")
        python = os.path.join(folder, "bin", "python")
        script = self.write("script.py", BEFORE)
        for engine in ENGINES:
            with self.subTest(engine=engine):
                result, collector = self.traced(engine, [script, module], plain_environment(), python=python)
                self.assertEqual(result, (0, "['gilscope_agent'] True\n", ""))
                self.assertEqual([m["name"] for m in of(collector.frames)], ["seen"])


class Installed(Case):
    def test_the_version_is_one(self):
        with open(os.path.join(AGENT, "pyproject.toml")) as project, open(os.path.join(MARKS, "wheel_backend.py")) as backend:
            self.assertIn('\nversion = "%s"\n' % VERSION, project.read())
            self.assertIn('"%s"\n_HERE' % VERSION, backend.read())

    def test_the_wheel_holds_the_module_alone(self):
        script = "import sys; sys.path.insert(0, sys.argv[1]); import wheel_backend as b; print(b.build_wheel(sys.argv[2]))"
        out = subprocess.check_output([sys.executable, "-B", "-c", script, MARKS, self.folder], cwd=AGENT, env=plain_environment())
        wheel = os.path.join(self.folder, out.decode().strip())
        with zipfile.ZipFile(wheel) as file:
            self.assertEqual([n for n in file.namelist() if "dist-info" not in n], ["gilscope_agent.py"])
            with open(os.path.join(MARKS, "gilscope_agent.py"), "rb") as source:
                self.assertEqual(file.read("gilscope_agent.py"), source.read())
        code = "import gilscope_agent; gilscope_agent.mark('x'); print(gilscope_agent.__file__)"
        status, out, err = self.plain(["-c", code], plain_environment(PYTHONPATH=wheel))
        self.assertEqual((status, err), (0, ""))
        self.assertIn(".whl", out)


if __name__ == "__main__":
    unittest.main()
