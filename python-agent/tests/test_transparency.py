"""The program must not notice: what it sees of itself is compared with and without gilscope, for each way to start one."""

import json
import os
import subprocess
import sys
import unittest
import zipfile

from support import AGENT, ENGINES, Case, plain_environment

# Looks first, imports afterwards: sys.modules is what it was when the program began.
PROBE = '''
import sys
modules = sorted(sys.modules)
caches = list(sys.path_importer_cache)
names = sorted(k for k in globals() if k not in ("modules", "caches", "sys"))
profile = sys.getprofile()
import gc, json, os, re, signal, subprocess, threading, time, warnings
main = sys.modules["__main__"]
inner = subprocess.run([sys.executable, "-S", "-c", "import os; print(sorted(os.environ.items()))"], stdout=subprocess.PIPE)
seen = {
    "argv": sys.argv, "path": sys.path, "environ": list(os.environ.items()), "names": names, "main": str(sorted(vars(main))),
    "file": str(globals().get("__file__")), "package": str(globals().get("__package__")), "spec": re.sub("0x[0-9a-f]+", "", str(globals().get("__spec__"))),
    "flags": str(sys.flags), "xoptions": str(sys._xoptions), "orig": str(getattr(sys, "orig_argv", "")), "prefix": sys.prefix,
    "threads": [(t.name, t.daemon) for t in threading.enumerate()], "count": threading.active_count(),
    "trace": str(sys.gettrace()), "gc": [gc.isenabled(), gc.get_threshold()], "handlers": str([signal.getsignal(s) for s in (2, 13, 15)]),
    "mask": str(signal.pthread_sigmask(signal.SIG_BLOCK, [])), "hooks": [len(sys.path_hooks), len(sys.meta_path), sys.excepthook.__module__],
    "runs": getattr(__import__("builtins"), "runs", 0), "warnings": str(warnings.filters), "interval": sys.getswitchinterval(), "recursion": sys.getrecursionlimit(),
    "inner": inner.stdout.decode(), "stdin": sys.stdin.isatty(), "input": "" if sys.argv[0] == "-" else sys.stdin.read(),
}
print(json.dumps({"seen": seen, "modules": modules, "caches": caches, "profile": str(profile)}))
'''

# All that the agent itself imports; each drags in what this version needs for it. None has an effect a program could feel:
# `threading` (names), `atexit` (the orderly end), `_socket` and `_json` (C parts only), `ctypes` (binds the tracer).
OURS = "threading, atexit, _socket, _json, ctypes"


class Transparency(Case):
    @classmethod
    def setUpClass(cls):
        # In development mode loading an extension module looks up one more codec.
        code = "import sys, %s; print('\\n'.join(sys.modules))" % OURS
        cls.allowed = set(subprocess.check_output([sys.executable, "-X", "dev", "-c", code], env=plain_environment()).decode().split())

    def compare(self, arguments, environment=None, text=b"some input\n", python=sys.executable):
        environment = plain_environment() if environment is None else environment
        status, out, err = self.plain(arguments, environment, text, python)
        self.assertEqual((status, err), (0, ""))
        expected = json.loads(out)
        for engine in ENGINES:
            with self.subTest(engine=engine, arguments=arguments):
                (status, out, err), collector = self.traced(engine, arguments, environment, text, python)
                self.assertEqual((status, err), (0, ""))
                self.assert_engine(collector, engine)
                found = json.loads(out)
                self.assertEqual(found["seen"], expected["seen"])
                self.assertEqual(set(expected["modules"]) - set(found["modules"]), set())
                self.assertEqual(set(found["modules"]) - set(expected["modules"]) - self.allowed, set())
                # Importing the modules above may have made the interpreter look into folders of its own, never into ours.
                self.assertEqual([c for c in found["caches"] if c.startswith(AGENT)], [])
                library = tuple(entry for entry in found["seen"]["path"] if entry)
                self.assertEqual([c for c in set(found["caches"]) - set(expected["caches"]) if not c.startswith(library)], [])
                if engine == "exact":
                    self.assertEqual(found["profile"], "None")

    def test_script(self):
        self.compare([self.write("probe.py", PROBE), "one", "--two"])

    def test_script_by_relative_path(self):
        self.write("sub/probe.py", PROBE)
        self.compare(["sub/probe.py"])

    def test_module(self):
        self.write("package/__init__.py", "")
        self.write("package/probe.py", PROBE)
        self.compare(["-m", "package.probe", "x"])

    def test_code(self):
        self.compare(["-c", PROBE, "a", "b"])

    def test_standard_input(self):
        self.compare(["-", "a"], text=PROBE.encode())

    def test_folder_and_zip(self):
        self.write("app/__main__.py", PROBE)
        self.compare([os.path.join(self.folder, "app"), "x"])
        archive = os.path.join(self.folder, "app.pyz")
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("__main__.py", PROBE)
        self.compare([archive, "x"])

    def test_user_pythonpath(self):
        self.write("lib/helper.py", "")
        script = self.write("probe.py", "import helper\n" + PROBE)
        self.compare([script], plain_environment(PYTHONPATH=os.path.join(self.folder, "lib")))
        self.compare([self.write("probe2.py", PROBE)], plain_environment(PYTHONPATH=""))

    def test_warnings_are_errors(self):
        self.compare(["-W", "error", "-X", "dev", "-X", "warn_default_encoding", self.write("probe.py", PROBE)])

    def test_virtual_environment(self):
        target = os.path.join(self.folder, "venv")
        subprocess.check_call([sys.executable, "-m", "venv", "--without-pip", target], env=plain_environment())
        python = os.path.join(target, "bin", "python")
        packages = os.path.join(target, "lib", "python%d.%d" % sys.version_info[:2], "site-packages")
        # A system's own sitecustomize (Debian has one) may come before it; then neither run sees this one.
        with open(os.path.join(packages, "sitecustomize.py"), "w") as file:
            file.write("import builtins\nbuiltins.runs = getattr(builtins, 'runs', 0) + 1\n")
        script = self.write("probe.py", "import builtins\nassert getattr(builtins, 'runs', 0) < 2\n" + PROBE)
        self.compare([script], python=python)


class Sitecustomize(Case):
    """The user's own sitecustomize runs once, in its own name, and fails as it would have failed."""

    SHOW = "import sys\nprint(sys.modules['sitecustomize'].__file__, sys.modules['sitecustomize'].__spec__.origin)\n"

    def with_own(self, text):
        self.write("own/sitecustomize.py", text)
        return plain_environment(PYTHONPATH=os.path.join(self.folder, "own"))

    def test_runs_once(self):
        environment = self.with_own("print('own', __name__, __file__)\n")
        status, out, err = self.same([self.write("s.py", self.SHOW)], environment)
        self.assertEqual((status, err, out.count("own sitecustomize")), (0, "", 1))

    def test_failing(self):
        status, out, err = self.same(["-c", "print('on')"], self.with_own("raise ValueError('broken')\n"))
        self.assertEqual((status, out), (0, "on\n"))
        self.assertIn("ValueError: broken", err)

    def test_missing_import(self):
        status, out, err = self.same(["-c", "print('on')"], self.with_own("import no_such_module\n"))
        self.assertIn("no_such_module", err)

    def test_leaving(self):
        status, out, err = self.plain(["-c", "print('on')"], self.with_own("raise SystemExit(3)\n"))
        for engine in ENGINES:
            result, _ = self.traced(engine, ["-c", "print('on')"], self.with_own("raise SystemExit(3)\n"))
            self.assertEqual(result[:2], (status, out))

    def test_none(self):
        code = "import sys; print('sitecustomize' in sys.modules, [m for m in sys.modules if 'gilscope' in m])"
        status, out, err = self.same(["-c", code])
        self.assertEqual(err, "")
        self.assertIn("[]", out)


if __name__ == "__main__":
    unittest.main()
