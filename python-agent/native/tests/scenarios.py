"""Programs with known answers, run under the tracer by traced.py. Each prints what the driver compares with."""
import os
import subprocess
import sys
import threading
import time


def countdown(n):
    while n > 0:
        n -= 1


def in_threads(targets):
    threads = [threading.Thread(target=target, args=args) for target, args in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def sleeper(rounds, waits):
    for _ in range(rounds):
        time.sleep(0.02)
        waits.append(1)


def two_countdowns_and_a_sleeper(lib, start):
    start()
    in_threads([(countdown, (6000000,)), (countdown, (6000000,)), (sleeper, (15, []))])


def tiny_calls(lib, start):
    start()
    fd = os.open(os.devnull, os.O_WRONLY)

    def work():
        for _ in range(20000):
            os.write(fd, b"x")

    in_threads([(work, ())] * 4)


def address_space():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * 4096


def short_threads(lib, start):
    """Prints by how many MiB the address space grew after the first threads: rings of ended threads are used again."""
    start()
    in_threads([(countdown, (100,))] * 10)
    before = address_space()
    for _ in range(50):
        in_threads([(countdown, (100,))] * 10)
    print((address_space() - before) >> 20)


def exits_then_preemptions(lib, start):
    """Many threads end unasked, then two compute: on some builds both let go from the same place."""
    start()
    for _ in range(10):
        in_threads([(countdown, (10,))] * 5)
    in_threads([(countdown, (6000000,))] * 2)


def lock_waits(lib, start):
    """One thread computes, others hand a lock round: their waits for it are voluntary, beside real pre-emptions."""
    lock = threading.Lock()
    stop = []

    def hand_round():
        while not stop:
            with lock:
                time.sleep(0.001)

    def compute():
        countdown(12000000)
        stop.append(1)

    start()
    in_threads([(compute, ()), (hand_round, ()), (hand_round, ())])


def lets_go_when_asked(lib, start):
    """A thread that computes in C past the switch interval, then blocks by itself: asked for the GIL, yet no pre-emption.

    All of it is one call into C, so the eval loop has no chance to pre-empt it first.
    """
    import collections
    import functools
    import operator
    zero = os.open("/dev/zero", os.O_RDONLY)
    hold = functools.partial(sum, range(2500000))
    block = [functools.partial(time.sleep, 0.001), functools.partial(os.read, zero, 1)]
    start()
    for _ in range(40):
        os.read(zero, 1)
    stop = []

    def mixed():
        steps = [hold, block[0], hold, block[1]] * 6
        collections.deque(map(operator.methodcaller("__call__"), steps), maxlen=0)
        stop.append(1)

    def compute():
        while not stop:
            countdown(1000)

    in_threads([(mixed, ()), (compute, ())])


def native_release(lib, start):
    """hashlib lets go of the GIL and computes; sleep lets go and does not."""
    import hashlib
    block = b"x" * (32 << 20)
    start()
    for _ in range(3):
        hashlib.sha256(block).digest()
        time.sleep(0.05)


def hard_exit(lib, start):
    start()
    in_threads([(countdown, (1000000,))] * 2)
    os._exit(7)


def fork(lib, start):
    start()
    for _ in range(5):
        pid = os.fork()
        if pid == 0:
            in_threads([(countdown, (200000,))] * 2)
            assert lib.gs_running() == 0
            os._exit(3) if _ % 2 else sys.exit(3)
        assert os.waitpid(pid, 0)[1] >> 8 == 3
        in_threads([(countdown, (200000,))] * 2)
        assert subprocess.call([sys.executable, "-c", "raise SystemExit(5)"]) == 5
        try:
            subprocess.call(["/nonexistent/program"])
        except OSError:
            pass


def fork_silent(lib, start):
    """One thread of the program's own: fork must not warn (3.12 on). Run with -W error."""
    start()
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def daemons(lib, start):
    start()
    for target in (countdown, countdown, sleeper):
        threading.Thread(target=target, args=(10 ** 12, []) if target is sleeper else (10 ** 12,), daemon=True).start()
    time.sleep(0.2)


def stop_and_start(lib, start):
    for _ in range(3):
        in_threads([(countdown, (300000,))] * 2)
    start()
    in_threads([(countdown, (1000000,))] * 2)
    assert lib.gs_stop(0) == 0, lib.gs_error()
    assert lib.gs_running() == 0
    in_threads([(countdown, (300000,))] * 2)


def obey(lib, start):
    """Runs until a command stops the tracer, then a little longer without it."""
    done = threading.Event()

    def on_command(lib, command):
        if command["cmd"] == "stop":
            done.set()
        return command.get("value")

    start(on_command)
    while not done.is_set():
        countdown(10000)
    while lib.gs_running() or lib.gs_own_tid():
        time.sleep(0.001)
    countdown(100000)
    print("went on")


def outlives_the_engine(lib, start):
    start()
    while lib.gs_running():
        in_threads([(countdown, (100000,))] * 2)
    in_threads([(countdown, (100000,))] * 2)
    told = sys.modules["__main__"].ALONE.wait(10)
    print("went on" if told else "was not told")


def closes_everything(lib, start):
    """The tracer's descriptor gets closed, and its number goes to a socket of the program's own."""
    import socket
    start()
    countdown(100000)
    os.closerange(3, 1000)
    pairs = [socket.socketpair() for _ in range(150)]
    in_threads([(countdown, (1000000,))] * 2)
    deadline = time.monotonic() + 5
    while lib.gs_running() and time.monotonic() < deadline:
        time.sleep(0.005)
    received = 0
    for pair in pairs:
        for end in pair:
            end.setblocking(False)
            try:
                received += len(end.recv(65536))
            except BlockingIOError:
                pass
    print("running", lib.gs_running(), "received", received, "high", pairs[-1][1].fileno() >= 200)


def tiny_stacks(lib, start):
    start()
    threading.stack_size(32768)
    in_threads([(countdown, (200000,))] * 8)


def little_memory(lib, start):
    import resource
    start()
    used = address_space()
    threading.stack_size(65536)
    resource.setrlimit(resource.RLIMIT_AS, (used + (3 << 20), resource.RLIM_INFINITY))
    in_threads([(countdown, (20000,))] * 12)
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print("overflow", lib.gs_overflow())


def execs(lib, start):
    start()
    in_threads([(countdown, (300000,))] * 2)
    try:
        os.execv("/nonexistent/program", ["x"])
    except OSError:
        pass
    assert lib.gs_running() == 1
    os.execv(sys.executable, [sys.executable, "-c", "print('execed')"])


def sub_interpreters(lib, start):
    start()
    code = "n = 400000\nwhile n > 0: n -= 1"
    if sys.version_info >= (3, 13):
        import _interpreters as interpreters
    else:
        import _xxsubinterpreters as interpreters
    ids = [interpreters.create() for _ in range(2)]
    in_threads([(interpreters.run_string, (i, code)) for i in ids] + [(countdown, (400000,))])
    for i in ids:
        interpreters.destroy(i)
    ids = [interpreters.create()]
    in_threads([(interpreters.run_string, (i, code)) for i in ids])


def forked_child_records(lib, start):
    """The tracer can be started afresh in a forked child, whose hooks are its parent's."""
    pid = os.fork()
    if pid == 0:
        start()
        in_threads([(countdown, (500000,))] * 2)
        sys.exit(0)
    assert os.waitpid(pid, 0)[1] == 0


def run(name, lib, start):
    globals()[name](lib, start)
