"""Programs whose calls are known. Used by test_calls.py and test_calls_estimated.py."""

# Calls of all kinds, each a known number of times.
KINDS = """
import functools, time
def leaf(n): return n
def caller(n):
    for i in range(n): leaf(i)
def steps(n):
    for i in range(n): yield leaf(i)
def delegating(n):
    yield from steps(n)
class Pause:
    def __await__(self):
        yield 1
async def waits():
    await Pause()
    return leaf(0)
async def outer():
    return await waits()
def drive(coroutine):
    try:
        while True: coroutine.send(None)
    except StopIteration:
        pass
def fails(n):
    if n: return fails(n - 1)
    raise ValueError("deep")
def catches():
    try: fails(30)
    except ValueError: pass
def closes():
    it = steps(5)
    next(it); next(it)
    it.close()
def thrown():
    it = steps(5)
    next(it)
    try: it.throw(KeyError("x"))
    except KeyError: pass
def through_c():
    sorted(range(40), key=leaf)
    list(map(leaf, range(30)))
    functools.reduce(lambda a, b: leaf(a), range(10))
    max([3, 1, 2], key=lambda n: leaf(n))
class Thing:
    def __init__(self): self.x = leaf(1)
    def method(self): return self.x
    @property
    def name(self): return leaf(2)
    @classmethod
    def made(cls): return cls()
    def __eq__(self, other): return bool(leaf(0))
    def __del__(self): leaf(9)
def objects():
    for _ in range(7):
        thing = Thing.made()
        thing.method(); thing.name; thing == 1
def raises_in_c():
    for _ in range(5):
        try: [].index(1)
        except ValueError: pass
def grows():
    items = []
    for i in range(100): items.append(i)
    for i in range(50): items.pop()
    return len(items)
def comprehends():
    return [leaf(i) for i in range(11)] + list(leaf(i) for i in range(6))
def everything():
    caller(123)
    list(delegating(9)); drive(outer()); catches(); closes(); thrown(); through_c(); objects(); raises_in_c(); grows(); comprehends()
"""

REFERENCE = """
import json, sys
counts = {}
def profile(frame, event, arg):
    if event == "call" and frame.f_code.co_filename == __file__:
        key = frame.f_code.co_name
    elif event == "c_call":
        key = "C " + arg.__name__
    else:
        return
    counts[key] = counts.get(key, 0) + 1
sys.setprofile(profile)
everything()
sys.setprofile(None)
counts.pop("C setprofile")
print(json.dumps(counts))
"""

WORK = """
import os, sys, threading, time
sys.setswitchinterval(0.001)
def spin(seconds):
    until = time.thread_time() + seconds
    while time.thread_time() < until: pass
def short():
    spin(0.05)
def long():
    spin(0.15)
def naps():
    for _ in range(10): time.sleep(0.01)
def work():
    for _ in range(2):
        short(); long(); naps()
threads = [threading.Thread(target=work, name="worker %d" % n) for n in range(3)]
for t in threads: t.start()
for t in threads: t.join()
"""

DEEP = """
import sys, threading
sys.setrecursionlimit(20000)
threading.stack_size(256 << 20)
def down(n):
    return n if n == 0 else down(n - 1)
def even(n):
    return True if n == 0 else odd(n - 1)
def odd(n):
    return False if n == 0 else even(n - 1)
def fails(n):
    if n == 0: raise KeyError(n)
    fails(n - 1)
def run():
    for _ in range(3): down(9999)
    even(6000)
    try: fails(8000)
    except KeyError: pass
thread = threading.Thread(target=run)
thread.start(); thread.join()
"""

RUNNING = """
import _thread, sys, threading, time
def inner(stop):
    while not stop: time.sleep(0.005)
def outer(stop):
    inner(stop)
def after(): time.sleep(0.02)
stop = []
def raw():
    outer(stop)
    after()
threading.Thread(target=raw).start()
_thread.start_new_thread(raw, ())
def blocked():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
threading.Thread(target=blocked, daemon=True).start()
time.sleep(0.1)
print("ready", flush=True)
for line in sys.stdin:
    if line == "look\\n":
        tools = [sys.monitoring.get_tool(n) for n in range(6)] if hasattr(sys, "monitoring") else []
        print(sys.getprofile(), threading._profile_hook, [tool for tool in tools if tool], flush=True)
    elif line == "late\\n":
        _thread.start_new_thread(raw, ())
    elif line == "stop\\n":
        stop.append(1)
        time.sleep(0.3)
    print("done", flush=True)
"""

OWN_PROFILERS = {
    "setprofile": """
import sys, time
def watched(): pass
seen = []
def mine(frame, event, arg):
    if event == "call": seen.append(frame.f_code.co_name)
sys.setprofile(mine)
for _ in range(10): watched()
until = time.time() + 0.4
while time.time() < until: pass
sys.setprofile(None)
print(seen)
""",
    "threads": """
import sys, threading
def watched(): pass
seen = []
def mine(frame, event, arg):
    if event == "call" and frame.f_code.co_name in ("watched", "work"): seen.append(frame.f_code.co_name)
def work():
    for _ in range(10): watched()
threading.setprofile(mine)
t = threading.Thread(target=work); t.start(); t.join()
threading.setprofile(None)
print(seen)
import time
threading.setprofile(mine); time.sleep(0.4)
""",
    "cProfile": """
import cProfile, pstats, io, time
def watched(): pass
profile = cProfile.Profile()
profile.enable()
for _ in range(10): watched()
until = time.time() + 0.4
while time.time() < until: pass
profile.disable()
print([value[0] for key, value in pstats.Stats(profile, stream=io.StringIO()).stats.items() if key[2] == "watched"])
""",
}
OWN_REASONS = {
    "setprofile": "MainThread has a profiler of its own",
    "threads": "threading.setprofile",
    "cProfile": "MainThread has a profiler of its own",
}

TRICKY = [
    # A full stack, whatever runs within it.
    "import sys\n"
    "def down(n): return down(n + 1)\n"
    "try: down(0)\n"
    "except RecursionError as e: print(type(e).__name__)\n",
    # The end of the interpreter with calls open, exceptions that nobody catches, and objects that die late.
    "class Late:\n"
    "    def __del__(self): print('late')\n"
    "late = Late()\n"
    "def fails(): raise SystemExit(3)\n"
    "fails()\n",
    "import os\ndef leave(): os._exit(7)\nleave()\n",
    "import threading, _thread\n"
    "def stops(): raise SystemExit\n"
    "def work():\n"
    "    stops()\n"
    "t = threading.Thread(target=work); t.start(); t.join(); print('done')\n",
    "import asyncio\n"
    "async def one(n):\n"
    "    await asyncio.sleep(0.001)\n"
    "    return n\n"
    "async def main():\n"
    "    print(sum(await asyncio.gather(*[one(n) for n in range(20)])))\n"
    "asyncio.run(main())\n",
    "import sys\nprint(sys.getprofile())\nsys.setprofile(None)\nsys.settrace(None)\nprint(1)\n",
]
