"""What the function trace costs where a program does nothing but call: a recursive Fibonacci number plain, recorded, recorded with
--functions, under cProfile, and under callbacks that do nothing at all (the floor of what the interpreter offers), interleaved.

    python3 bench/native/calls.py [--python PATH]... [--rounds 7] [--n 27]

Prints for each the median of the ratios to the plain run beside it, by the clock and by the CPU time of the thread, and the time of a call.
The floor needs a C compiler: sys.monitoring from 3.12 on, PyEval_SetProfile before.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
GILSCOPE = os.path.join(HERE, "..", "..", "bin", "gilscope")

WORKER = """
import sys, time
way, n = sys.argv[1], int(sys.argv[2])
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
def quiet(path):
    import ctypes
    library = ctypes.PyDLL(path)
    library.callback.restype = ctypes.py_object
    if sys.version_info < (3, 12):
        return library.set_quiet()
    monitoring = sys.monitoring
    E = monitoring.events
    monitoring.use_tool_id(4, "quiet")
    events = [E.PY_START, E.PY_RESUME, E.PY_THROW, E.PY_RETURN, E.PY_YIELD, E.PY_UNWIND, E.CALL]
    callback = library.callback()
    for event in events + [E.C_RETURN, E.C_RAISE]:
        monitoring.register_callback(4, event, callback)
    monitoring.set_events(4, sum(events))
def begin():
    if way == "cProfile":
        import cProfile
        global profile
        profile = cProfile.Profile()
        profile.enable()
    elif way == "floor":
        quiet(sys.argv[3])
fib(15)
begin()
fib(15)
wall, cpu = time.perf_counter(), time.thread_time()
fib(n)
print(time.perf_counter() - wall, time.thread_time() - cpu)
if way == "cProfile":
    profile.disable()
"""

QUIET = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
struct object { long references; void *type; void *(*call)(void *, void *const *, size_t, void *); };
struct member { const char *name; int type; long offset; int flags; const char *doc; };
struct slot { int slot; void *value; };
struct spec { const char *name; int size, item; unsigned flags; struct slot *slots; };
static void *none;
static void *nothing(void *s, void *const *a, size_t n, void *k) { (void)s, (void)a, (void)n, (void)k; return none; }
static int profile(void *s, void *f, int w, void *a) { (void)s, (void)f, (void)w, (void)a; return 0; }
void set_quiet(void) {
    void (*set)(void *, void *) = (void (*)(void *, void *))dlsym(RTLD_DEFAULT, "PyEval_SetProfile");
    set((void *)profile, NULL);
}
void *callback(void) {
    static struct member members[] = {{"__vectorcalloffset__", 19, offsetof(struct object, call), 1, NULL}, {0}};
    static struct slot slots[] = {{72, members}, {50, NULL}, {0, NULL}};
    static struct spec spec = {"quiet.callback", sizeof(struct object), 0, 1u << 18 | 1u << 11, slots};
    none = dlsym(RTLD_DEFAULT, "_Py_NoneStruct");
    slots[1].value = dlsym(RTLD_DEFAULT, "PyVectorcall_Call");
    void *type = ((void *(*)(void *))dlsym(RTLD_DEFAULT, "PyType_FromSpec"))(&spec);
    struct object *made = ((void *(*)(void *, long))dlsym(RTLD_DEFAULT, "PyType_GenericAlloc"))(type, 0);
    made->call = nothing;
    return made;
}
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", action="append")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--n", type=int, default=27)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        script, floor = os.path.join(folder, "fib.py"), build_floor(folder)
        with open(script, "w") as file:
            file.write(WORKER)
        for python in options.python or [sys.executable]:
            print(python)
            measure(python, [script], str(options.n), floor, folder, options.rounds)


def build_floor(folder):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    source, library = os.path.join(folder, "quiet.c"), os.path.join(folder, "quiet.so")
    with open(source, "w") as file:
        file.write(QUIET)
    subprocess.run([compiler, "-O2", "-w", "-shared", "-fPIC", "-o", library, source], check=True)
    return library


def measure(python, script, n, floor, folder, rounds):
    record = ["node", GILSCOPE, "record", "-q", "--engine", "exact", "-o", os.path.join(folder, "x.gilscope")]
    ways = {
        "recorded": (record + ["--", python] + script + ["recorded", n]),
        "--functions": (record + ["--functions", "--", python] + script + ["functions", n]),
        "cProfile": [python] + script + ["cProfile", n],
    }
    if floor is not None:
        ways["floor"] = [python] + script + ["floor", n, floor]
    plain, found = [], {way: [] for way in ways}
    for _ in range(rounds):
        for way, command in ways.items():
            before = times([python] + script + ["plain", n])
            plain.append(before)
            found[way].append([mine / beside for mine, beside in zip(times(command), before)])
    a, b = 1, 1
    for _ in range(int(n)):
        a, b = b, a + b
    calls = 2 * a - 1
    print("  plain: %.1f ns a call, %d calls" % (statistics.median(wall for wall, _ in plain) / calls * 1e9, calls))
    for way, ratios in found.items():
        wall, cpu = (statistics.median(column) for column in zip(*ratios))
        print("  %-12s %.2f times as long, %.2f times the CPU" % (way, wall, cpu))


def times(command):
    out = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return [float(word) for word in out.split()]


if __name__ == "__main__":
    main()
