"""Children of a traced program say HELLO on connections of their own, under their names, and notice nothing."""

import json
import os
import socket
import sys
import threading
import unittest

from collector import Collector
from support import ENGINES, Case, plain_environment, traced_environment

from gilscope_agent import wire

TIMEOUT_S = 30
LAST = 255


class Member:
    """One connection: what one process said."""

    def __init__(self, sock):
        self.frames = []
        self._sock = sock
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        reader = wire.FrameReader()
        with self._sock:
            while True:
                try:
                    chunk = self._sock.recv(65536)
                except OSError:
                    return
                if not chunk:
                    return
                self.frames += reader.push(chunk)

    def is_last(self):
        self.join()
        return [kind for kind, _ in self.frames] == [LAST]

    def join(self):
        self._thread.join(TIMEOUT_S)
        return not self._thread.is_alive()

    def values(self, kind):
        return [json.loads(p.decode("utf-8")) for k, p in self.frames if k == kind]

    @property
    def hello(self):
        return (self.values(wire.HELLO) or [None])[0]

    @property
    def name(self):
        return ([state["name"] for state in self.values(wire.STATE) if "name" in state] or [None])[-1]

    @property
    def goodbye(self):
        return (self.values(wire.GOODBYE) or [{}])[-1]


class Family(Collector):
    """A collector of all processes of a program."""

    def __init__(self):
        super().__init__()
        self.members = []

    def _serve(self):
        while True:
            try:
                sock, _ = self._server.accept()
            except OSError:
                return
            with self.changed:
                self.members.append(Member(sock))
                self.changed.notify_all()

    def settle(self):
        """Every connection, once all have hung up; an exec makes two of one process."""
        known = len(self.members)
        with socket.socket(socket.AF_UNIX) as last, self.changed:
            # Connections are taken in the order they were made: when this one is, all of the program's are.
            last.connect(self.path)
            last.sendall(wire.frame(LAST, b""))
            last.shutdown(socket.SHUT_WR)
            came = lambda: any(m.is_last() for m in self.members[known:])  # noqa: E731
            assert self.changed.wait_for(came, TIMEOUT_S), "the collector hangs"
        for member in self.members:
            assert member.join(), "a connection stayed open: %r" % member.hello
        return [member for member in self.members if member.hello]


class Children(Case):
    def family(self, engine, arguments, environment=None):
        environment = plain_environment() if environment is None else environment
        with Family() as family:
            mine = traced_environment(engine, family.path, environment)
            result = self.finish(self.open(arguments, mine))
            return result, family.settle()

    def same_family(self, engine, arguments, environment=None):
        result, members = self.family(engine, arguments, environment)
        self.assertEqual(result, self.plain(arguments, environment))
        self.assertEqual(result[2], "")
        return result, members

    def told(self, members, pid):
        """What the others said of a process: (starts, ends)."""
        said = [value for member in members for value in member.values(wire.CHILD) if value["pid"] == pid]
        return [v for v in said if "argv" in v], [v for v in said if "argv" not in v]


FORKS = """
import os, sys, threading, time
stop = False
def spin():
    while not stop: sum(range(1000))
threads = [threading.Thread(target=spin) for _ in range(int(sys.argv[1]))]
for t in threads: t.start()
def child(depth):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        t = threading.Thread(target=sum, args=(range(100000),), name="inner %d" % depth)
        t.start(); t.join(); time.sleep(0.02)
        print("depth", depth, threading.active_count(), flush=True)
        if depth: child(depth - 1)
        os._exit(10 + depth)
    print(os.waitpid(pid, 0)[1] >> 8, flush=True)
for _ in range(3): child(1)
stop = True
for t in threads: t.join()
"""

POOL = """
import multiprocessing, sys, os
def work(n):
    return sum(range(100000)) * 0 + n
def lists(depth):
    from multiprocessing import util
    print(len(util._afterfork_registry), flush=True)
    if depth:
        p = multiprocessing.get_context(sys.argv[1]).Process(target=lists, args=(depth - 1,)); p.start(); p.join()
if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    pool = context.Pool(2)
    print(sorted(pool.map(work, range(8))))
    pool.close()
    pool.join()
    p = context.Process(target=work, args=(1,), name="a name of its own")
    p.start(); p.join(); print(p.exitcode)
    p = context.Process(target=os._exit, args=(9,)); p.start(); p.join(); print(p.exitcode)
    # CPython's own tests count what is to be called after a fork.
    p = context.Process(target=lists, args=(3,)); p.start(); p.join()
"""

SUBPROCESSES = """
import os, subprocess, sys
def out(*args, **more):
    print(subprocess.run(args, stdout=subprocess.PIPE, **more).stdout.decode(), flush=True)
show = "import os, sys; print(list(os.environ.items()), sys.path[1:], sorted(sys.modules)[:3])"
out("env")
out("env", env={"A": "1"})
out("sh", "-c", "env")
out(sys.executable, "-c", show)
out(sys.executable, "-c", show, env={"B": "2"})
out(sys.executable, "-c", show, env={"PYTHONPATH": "/nowhere", "C": "3"})
out(sys.executable, "-c", show, env={"PYTHONPATH": "", "C": "3"})
out(sys.executable, "-c", show, close_fds=False)
out(sys.executable, "-c", show, preexec_fn=lambda: None)
for flag in "-I", "-E", "-S", "-Es":
    out(sys.executable, flag, "-c", show)
    out(sys.executable, "-W", "ignore", flag, "-c", show)
script = sys.argv[1]
out(script)
pid = os.posix_spawn(sys.executable, [sys.executable, "-c", "raise SystemExit(5)"], {"D": "4"})
print(os.waitpid(pid, 0)[1] >> 8, flush=True)
pid = os.posix_spawnp("env", ["env"], {"D": "4"})
print(os.waitpid(pid, 0)[1] >> 8, flush=True)
if os.fork() == 0:
    os.execve(sys.executable, [sys.executable, "-c", show], {"E": "5"})
print(os.wait()[1])
os.execvp(sys.executable, [sys.executable, "-c", "print('another image')"])
"""


class Forks(Children):
    def test_nested_beside_busy_threads(self):
        for engine in ENGINES:
            for threads in "0", "2":
                with self.subTest(engine=engine, threads=threads):
                    # With threads of the program's own the warning is the program's; without, there must be none.
                    quiet = "error" if threads == "0" else "ignore"
                    _, members = self.same_family(engine, ["-W", quiet, self.write("forks.py", FORKS), threads])
                    self.assertEqual(len(members), 7)
                    by_pid = {member.hello["pid"]: member for member in members}
                    for pid, member in by_pid.items():
                        parent = by_pid.get(member.hello["ppid"])
                        self.assertEqual(member.hello["main_tid"], pid)
                        # The estimated engine says nothing more in a process that goes by os._exit.
                        if parent is None or engine == "estimated":
                            continue
                        names = [thread["name"] for thread in member.values(wire.THREAD)]
                        depth = 1 if "inner 1" in names else 0
                        self.assertIn("inner %d" % depth, names)
                        self.assertEqual(member.goodbye["reason"], "os_exit")
                        self.assertEqual(member.goodbye["code"], 10 + depth)
                        self.assertGreater(int(member.hello["start_ns"]), int(parent.hello["start_ns"]))
                        self.assertEqual([end["exit_code"] for end in self.told(members, pid)[1]], [10 + depth])


class Multiprocessing(Children):
    def test_start_methods(self):
        for method, prefix in ("fork", "ForkPoolWorker-"), ("spawn", "SpawnPoolWorker-"), ("forkserver", "ForkServerPoolWorker-"):
            with self.subTest(method=method):
                _, members = self.same_family("exact", [self.write("pool.py", POOL), method])
                names = [member.name for member in members if member.name]
                self.assertIn("a name of its own", names)
                self.assertEqual(len([name for name in names if name.startswith(prefix)]), 2, names)
                codes = [member.goodbye.get("code") for member in members]
                self.assertIn(9, codes)
                self.assertTrue(all(member.hello["engine"] == "exact" for member in members))


    def test_estimated(self):
        """Forked children alone are followed, and tell at their end what they used, though they go by os._exit."""
        _, members = self.same_family("estimated", [self.write("pool.py", POOL), "fork"])
        workers = [member for member in members if (member.name or "").startswith("ForkPoolWorker-")]
        self.assertEqual(len(workers), 2, [member.name for member in members])
        for member in members:
            main = [thread["tid"] for thread in member.values(wire.THREAD) if thread.get("main")]
            self.assertEqual(set(main), {member.hello["pid"]})
        one = [member for member in members if member.name == "a name of its own"]
        for member in one + workers:
            # A pool ends workers that are idle with a signal.
            if member in one or member.goodbye:
                self.assertEqual(member.goodbye["reason"], "exit")
                self.assertGreater(int(member.goodbye["cpu_ns"]), 0)


class Subprocesses(Children):
    def test_environments(self):
        script = self.write("script", "#!%s -u\nimport os; print(list(os.environ.items()))\n" % sys.executable)
        os.chmod(script, 0o755)
        arguments = [self.write("sub.py", SUBPROCESSES), script]
        for environment in None, plain_environment(PYTHONPATH="/somewhere"):
            _, members = self.same_family("exact", arguments, environment)
            hellos = [member.hello for member in members]
            self.assertEqual(len(hellos), 13, [hello["argv"] for hello in hellos])
            self.assertEqual({hello["engine"] for hello in hellos}, {"exact"})
            kinds = [v["kind"] for member in members for v in member.values(wire.CHILD) if "argv" in v]
            self.assertEqual(kinds.count("isolated"), 8)
            self.assertGreaterEqual(kinds.count("other"), 4)

    def test_not_followed(self):
        script = self.write("forks.py", FORKS)
        for engine in ENGINES:
            _, members = self.same_family(engine, [script, "0"], plain_environment(GILSCOPE_CHILDREN="0"))
            self.assertEqual(len(members), 1)


if __name__ == "__main__":
    unittest.main()
