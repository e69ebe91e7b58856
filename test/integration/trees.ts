/** What the tests of process trees have in common: which interpreters, and what a whole recording of a process is. */
import { expect } from 'vitest';
import type { Interpreter, Summary, SummaryProcess } from '../../src/shared/contract/types.ts';
import { pythons } from './helpers.ts';

export const LONG_MS = 110_000;

const versions = [...pythons].sort((a, b) => Number(a.version!.split('.')[1]) - Number(b.version!.split('.')[1]));
/** The oldest, one between and the newest. */
export const three: Interpreter[] = [
  ...new Set([versions[0], versions[Math.floor(versions.length / 2)], versions[versions.length - 1]]),
];

interface WithSummary {
  summary: Summary;
}
export const recorded = (ran: WithSummary): SummaryProcess[] =>
  ran.summary.processes.filter((one) => one.python !== null);
export const others = (ran: WithSummary): SummaryProcess[] =>
  ran.summary.processes.filter((one) => one.python === null);

/** Nothing lost, and as many switches seen as the interpreter itself counted. */
export function expectWhole(process: SummaryProcess): void {
  expect(process.engine, process.name).toBe('exact');
  expect(process.dropped, process.name).toBe(0);
  expect(process.events, process.name).toBeGreaterThan(0);
  for (const gil of process.gils) expect(gil.switches, `${process.name}, GIL ${gil.id}`).toBe(gil.switches_counted);
}

/** Put before a program that is launched: those of this file call `entered()` when they could be attached to. */
export const LAUNCHED = `import os, sys
def entered(): pass
`;

/** Argument: the start method. */
export const pools = (head: string): string => `${head}
import concurrent.futures, multiprocessing
def work(n):
    return sum(range(200_000)) * 0 + n
if __name__ == "__main__":
    entered()
    context = multiprocessing.get_context(sys.argv[1])
    pool = context.Pool(2)
    print(pool.map(work, range(4)))
    pool.close(); pool.join()
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as executor:
        print(list(executor.map(work, range(4))))
    one = context.Process(target=sys.exit, args=(7,), name="named by the program")
    one.start(); one.join(); print(one.exitcode)
`;

export const startMethods = [
  ['fork', 'Fork'],
  ['spawn', 'Spawn'],
  ['forkserver', 'ForkServer'],
] as const;

export function expectPools(ran: WithSummary, method: string, prefix: string): void {
  const all = recorded(ran);
  all.forEach(expectWhole);
  const names = all.map((one) => one.name);
  for (const n of [1, 2]) expect(names).toContain(`${prefix}PoolWorker-${n}`);
  // An executor may do with fewer workers than it was allowed.
  expect(names.filter((name) => new RegExp(`^${prefix}Process-\\d+$`).test(name)).length).toBeGreaterThan(0);
  expect(all.find((one) => one.name === 'named by the program')?.exit_code).toBe(7);
  const helpers =
    method === 'fork' ? [] : method === 'spawn' ? ['resource_tracker'] : ['forkserver', 'resource_tracker'];
  for (const helper of helpers) expect(names).toContain(helper);
  for (const child of all.slice(1)) expect(all.map((one) => one.pid)).toContain(child.ppid);
}

/**
 * Nested forks beside threads that compute.
 * Up to 3.10 CPython ends a thread by pthread_exit, which loads libgcc the first time: a fork in the middle of that leaves the
 * child a broken loader, gilscope or not (29 of 150 plain runs of 3.8). So one thread has ended before the first fork.
 */
export const forks = (head: string): string => `${head}
import threading, time
first = threading.Thread(target=int); first.start()
while os.path.exists("/proc/self/task/%d" % first.native_id): time.sleep(0.001)
stop = False
def spin():
    while not stop: sum(range(500))
threads = [threading.Thread(target=spin, name="spinner %d" % i, daemon=True) for i in range(3)]
for t in threads: t.start()
entered()
def child(depth):
    pid = os.fork()
    if pid == 0:
        inner = threading.Thread(target=sum, args=(range(50_000),), name="inner")
        inner.start(); inner.join()
        if depth: child(depth - 1)
        os._exit(20 + depth)
    status = os.waitpid(pid, 0)[1]
    if status >> 8 != 20 + depth: print("child ended with", status); os._exit(99)
for _ in range(5): child(2)
stop = True
for t in threads: t.join()
print("done")
`;

export function expectForks(ran: WithSummary): void {
  const all = recorded(ran);
  expect(all).toHaveLength(16);
  all.forEach(expectWhole);
  for (const child of all.slice(1))
    expect(child.threads.map(({ name }) => name).sort()).toEqual(['MainThread', 'inner']);
  const codes = all.slice(1).map((one) => one.exit_code);
  expect(codes.sort()).toEqual([20, 21, 22].flatMap((n) => [n, n, n, n, n]));
}

/** Python, Python that cannot be followed, and other programs; ends with status 1. */
export const subprocesses = (head: string): string => `${head}
import subprocess
def out(*args, **more):
    print(subprocess.run(args, stdout=subprocess.PIPE, **more).stdout.decode(), flush=True)
entered()
show = "import os, sys; print(list(os.environ.items()), sys.path[1:]); sys.exit(3)"
out("env")
out("env", env={"ONLY": "this"})
out(sys.executable, "-c", show)
out(sys.executable, "-c", show, env={"PYTHONPATH": "/nowhere", "MORE": "1"})
out(sys.executable, "-I", "-c", show)
out("sh", "-c", "exit 5")
sys.exit(subprocess.run([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]).returncode == -9)
`;

export function expectSubprocesses(ran: WithSummary): void {
  const [root, ...children] = recorded(ran);
  expectWhole(root);
  expect(children.map((one) => one.exit_code)).toEqual([3, 3, null]);
  expect(children[2].signal).toBe('SIGKILL');
  children.slice(0, 2).forEach(expectWhole);
  const listed = others(ran).map(({ name, exit_code, ppid }) => ({ name, exit_code, ppid }));
  const ppid = root.pid;
  expect(listed.filter(({ name }) => name === 'env' || name === 'sh')).toEqual([
    { name: 'env', exit_code: 0, ppid },
    { name: 'env', exit_code: 0, ppid },
    { name: 'sh', exit_code: 5, ppid },
  ]);
  // Python with -I: known, with its status, and not recorded.
  expect(listed.filter(({ exit_code }) => exit_code === 3)).toHaveLength(1);
}
