"""What the agent's tests share: run a program with and without gilscope, under this very interpreter, in each engine."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from collector import AGENT, Collector, wire

LIBRARY = os.path.join(AGENT, "native", "build", "libgilscope.so")
TIMEOUT_S = 60

# Without a compiler there is no tracer; then the estimated engine is all there is to test, and run.py says so.
ENGINES = ["exact", "estimated"] if os.path.exists(LIBRARY) else ["estimated"]


def plain_environment(**extra):
    """This process's environment without anything of gilscope's or the test runner's."""
    base = {k: v for k, v in os.environ.items() if not k.startswith(("GILSCOPE_", "PYTHON"))}
    base.update(extra)
    return base


def traced_environment(engine, path, environment):
    """As the engine's launcher makes it (src/engine/launch.ts)."""
    boot = os.path.join(AGENT, "boot")
    mine = dict(environment)
    old = mine.get("PYTHONPATH")
    mine["PYTHONPATH"] = boot + os.pathsep + old if old else boot
    if old is not None:
        mine["GILSCOPE_PYTHONPATH"] = old
    mine.update(GILSCOPE_SOCKET=path, GILSCOPE_TOKEN="c0ffee", GILSCOPE_ENGINE=engine)
    mine["GILSCOPE_LIB"] = LIBRARY if engine == "exact" else ""
    return mine


class Case(unittest.TestCase):
    """A folder of its own, and children that do not outlive the test."""

    maxDiff = 4000

    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="gilscope-case-"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        return path

    def open(self, arguments, environment, python=sys.executable, **more):
        process = subprocess.Popen(
            [python] + arguments,
            env=environment,
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **more
        )
        self.addCleanup(self._end, process)
        return process

    def _end(self, process):
        process.kill()
        process.communicate()

    def finish(self, process, text=b""):
        out, err = process.communicate(text, TIMEOUT_S)
        return process.returncode, out.decode(), err.decode()

    def plain(self, arguments, environment=None, text=b"", python=sys.executable):
        """(exit status, stdout, stderr) without gilscope."""
        environment = plain_environment() if environment is None else environment
        return self.finish(self.open(arguments, environment, python), text)

    def traced(self, engine, arguments, environment=None, text=b"", python=sys.executable):
        """The same with gilscope, and the collector with all the agent said."""
        environment = plain_environment() if environment is None else environment
        with Collector() as collector:
            mine = traced_environment(engine, collector.path, environment)
            result = self.finish(self.open(arguments, mine, python), text)
            collector.wait_end()
        return result, collector

    def same(self, arguments, environment=None, text=b"", python=sys.executable):
        """Output and exit status are the same with and without, in each engine; returns them."""
        expected = self.plain(arguments, environment, text, python)
        for engine in ENGINES:
            with self.subTest(engine=engine, arguments=arguments):
                result, collector = self.traced(engine, arguments, environment, text, python)
                self.assertEqual(result, expected)
                self.assert_engine(collector, engine)
        return expected

    def assert_engine(self, collector, engine):
        hello = collector.values(wire.HELLO)
        self.assertEqual([h["engine"] for h in hello], [engine], hello)
        self.assertEqual(hello[0]["token"], "c0ffee")
