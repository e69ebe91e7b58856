/**
 * Programs to be attached to. Each says "ready", works until its standard input is closed, then says what came of its work:
 * "result ok", or what went wrong.
 */
const head = `import os, select, sys, threading, time
def over():
    return bool(select.select([0], [], [], 0)[0])
def finish(problem=None):
    print("result", problem or "ok", flush=True)
def ready():
    print("ready", flush=True)
`;

/** Everything a program of ordinary kind may be doing while somebody comes in. */
export const workloads: Record<string, string> = {
  'busy threads': `
stop = []
sums = {}
def count(n):
    rounds = wrong = 0
    while not stop:
        if sum(range(1000)) != 499500:
            wrong += 1
        rounds += 1
    sums[n] = (rounds, wrong)
ts = [threading.Thread(target=count, args=(i,), name="busy-%d" % i) for i in range(3)]
for t in ts: t.start()
ready()
sys.stdin.read()
stop.append(1)
for t in ts: t.join()
finish(None if all(r > 0 and w == 0 for r, w in sums.values()) and len(sums) == 3 else sums)`,

  'all blocked': `
gate = threading.Event()
woken = []
def block(n):
    gate.wait()
    woken.append(n)
ts = [threading.Thread(target=block, args=(i,), name="blocked-%d" % i) for i in range(3)]
for t in ts: t.start()
ready()
sys.stdin.read()
gate.set()
for t in ts: t.join()
finish(None if sorted(woken) == [0, 1, 2] else woken)`,

  'single thread': `
ready()
rounds = wrong = 0
while not over():
    # over() lets go of the GIL each millisecond: a newcomer that waits as take_gil does would hardly ever get it (native/src/impatient.h).
    for _ in range(200):
        rounds += 1
        wrong += sum(x * x for x in range(100)) != 328350
finish(None if rounds and not wrong else wrong)`,

  'inside a long C call': `
import hashlib, zlib
data = bytes(range(256)) * 4096
want = hashlib.sha256(data).hexdigest(), zlib.crc32(data)
ready()
wrong = 0
while not over():
    wrong += (hashlib.sha256(data).hexdigest(), zlib.crc32(data)) != want
    wrong += sorted(range(200000, 0, -1))[0] != 1
finish(wrong or None)`,

  'allocating heavily': `
ready()
wrong = 0
def churn():
    global wrong
    while not done:
        blocks = [bytearray(n) for n in range(1, 60000, 997)]
        if sum(map(len, blocks)) != sum(range(1, 60000, 997)):
            wrong += 1
done = []
ts = [threading.Thread(target=churn) for _ in range(2)]
for t in ts: t.start()
sys.stdin.read()
done.append(1)
for t in ts: t.join()
finish(wrong or None)`,

  'importing all the time': `
import importlib
names = ["colorsys", "bisect", "heapq", "_bisect", "_heapq", "array", "math", "_struct", "_json", "string", "textwrap"]
ready()
rounds = 0
while not over():
    for name in names:
        if name not in ("math",):
            sys.modules.pop(name, None)
        importlib.import_module(name)
    importlib.invalidate_caches()
    rounds += 1
import bisect, colorsys
finish(None if rounds and bisect.bisect([1, 2, 3], 2) == 2 and colorsys.rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0) else "bad modules")`,

  'starting and ending threads all the time': `
made = ended = 0
lock = threading.Lock()
def brief():
    global ended
    with lock:
        ended += 1
ready()
while not over():
    ts = [threading.Thread(target=brief) for _ in range(8)]
    for t in ts: t.start()
    for t in ts: t.join()
    made += 8
finish(None if made == ended and made else (made, ended))`,
};

for (const name of Object.keys(workloads)) workloads[name] = head + workloads[name];

/** Long enough for an attach on a machine that has other things to do. */
export const LIMIT_S = 4;

/**
 * A raw system call in which the only thread is blocked, made through ctypes so that Python cannot hide an EINTR.
 * `act` is done by the program's other end when the test says so; the call's return value and errno are compared.
 */
export const blockingCalls: Record<string, { setup: string; call: string; expect: string; timed?: boolean }> = {
  'read of a pipe': { setup: 'buf = ctypes.create_string_buffer(10)', call: 'c.read(0, buf, 10)', expect: '(2, 0)' },
  'poll without a limit': { setup: POLL(), call: 'c.poll(p, 1, -1)', expect: '(1, 0)' },
  'poll with a limit': { setup: POLL('r'), call: `c.poll(p, 1, ${LIMIT_S * 1000})`, expect: '(0, 0)', timed: true },
  nanosleep: { setup: SPEC(), call: 'c.nanosleep(t, None)', expect: '(0, 0)', timed: true },
  'clock_nanosleep to a moment': {
    setup: `${SPEC()}\nw = time.clock_gettime(time.CLOCK_MONOTONIC) + ${LIMIT_S}\nt[0], t[1] = int(w), int(w % 1 * 1e9)`,
    call: 'c.clock_nanosleep(1, 1, t, None)',
    expect: '(0, 0)',
    timed: true,
  },
  'accept on a socket': {
    setup:
      'import socket\ns = socket.socket()\ns.bind(("127.0.0.1", 0))\ns.listen(1)\nport = s.getsockname()[1]\nprint("port", port, flush=True)',
    call: 'c.accept(s.fileno(), None, None) > 0',
    expect: '(True, 0)',
  },
  'epoll without a limit': { setup: EPOLL('0'), call: 'c.epoll_wait(e, ev, 1, -1)', expect: '(1, 0)' },
  'select without a limit': {
    setup: 'f = (ctypes.c_ulong * 16)(1)',
    call: 'c.select(1, f, None, None, None)',
    expect: '(1, 0)',
  },
  'select with a limit': {
    setup: `r, _ = os.pipe()\nf = (ctypes.c_ulong * 16)(1 << r)\nt = (ctypes.c_long * 2)(${LIMIT_S}, 0)`,
    call: 'c.select(r + 1, f, None, None, t)',
    expect: '(0, 0)',
    timed: true,
  },
  'a semaphore (futex)': {
    setup: `m = ctypes.create_string_buffer(64)\nc.sem_init(m, 0, 0)\n${SPEC()}\nw = time.time() + ${LIMIT_S}\nt[0], t[1] = int(w), int(w % 1 * 1e9)`,
    call: 'c.sem_timedwait(m, t)',
    expect: '(-1, 110)',
    timed: true,
  },
  'waiting for a child': {
    setup: 'import subprocess\nq = subprocess.Popen(["cat"], stdin=0, stdout=subprocess.DEVNULL)',
    call: 'c.waitpid(q.pid, None, 0) == q.pid',
    expect: '(True, 0)',
  },
  'a file lock': {
    setup:
      'import fcntl, tempfile\nfd = tempfile.TemporaryFile()\nfcntl.flock(fd, 2)\nother = open("/proc/self/fd/%d" % fd.fileno())\nr, w = os.pipe()\nif os.fork() == 0:\n    os.close(w); os.read(0, 9); os._exit(0)\nfd.close()',
    call: 'c.flock(other.fileno(), 2)',
    expect: '(0, 0)',
  },
};

function POLL(from?: string): string {
  const fd = from === undefined ? '0' : 'os.pipe()[0]';
  return `p = (ctypes.c_int * 2)(${fd}, 1)`;
}

function SPEC(): string {
  return `t = (ctypes.c_long * 2)(${LIMIT_S}, 0)`;
}

function EPOLL(fd: string): string {
  return `e = c.epoll_create1(0)\nev = (ctypes.c_uint32 * 3)(1, 0, 0)\nc.epoll_ctl(e, 1, ${fd}, ev)`;
}

export function blockingProgram({ setup, call }: { setup: string; call: string }): string {
  return `import ctypes, os, sys, time
c = ctypes.CDLL(None, use_errno=True)
began = time.monotonic()
${setup}
print("ready", flush=True)
ctypes.set_errno(0)
got = ${call}
err = ctypes.get_errno()
print("result", (got, err), "after", time.monotonic() - began, flush=True)
`;
}
