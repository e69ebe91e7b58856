import { spawn, type ChildProcess } from 'node:child_process';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SessionModel } from '../shared/model/session.ts';
import type { Child, Hello } from '../shared/protocol/control.ts';
import { FrameKind } from '../shared/protocol/frames.ts';
import { Family } from './family.ts';
import { Ingest } from './ingest.ts';
import { startedS, upS } from './procfs.ts';

/** Until the clock of starts, which goes by 10 ms, has gone on since. */
function waitATick(pid: number): void {
  while (upS() <= startedS(pid)!);
}

/** Nobody has it, as after a process has ended. */
const GONE = 4_194_303;

function family() {
  const model = new SessionModel();
  const ingest = new Ingest(model, null);
  ingest.control(FrameKind.session, {
    ...{ format: 1, gilscope: 't', created: '', start_ns: '0', host: 'h', platform: 'p', cores: 1 },
    ...{ kind: 'launch', command: [], clock: 'CLOCK_MONOTONIC' },
  });
  const members = new Family(ingest, () => false);
  members.root(1);
  return { model, members };
}

const hello: Hello = {
  ...{ protocol: 1, token: '', pid: GONE, ppid: 1, python: '3.8.18', implementation: 'cpython', argv: ['-c'] },
  ...{ executable: '/usr/bin/python', engine: 'exact', start_ns: 20n },
};
/** As it comes over the wire: large numbers are texts. */
const payloadOf = (said: Hello): Uint8Array =>
  Buffer.from(JSON.stringify(said, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
const line = ['/usr/bin/python', '-c', 'from multiprocessing.resource_tracker import main;main(5)'];
const started: Child = { pid: GONE, ppid: 1, ns: 10n, kind: 'python', argv: line };

describe('a process that has ended when its HELLO is read', () => {
  it.each([
    ['after its parent told of it', ['started', 'hello']],
    ['before its parent told of it', ['hello', 'started']],
  ])('is called what its parent knows: %s', (_name, order) => {
    const { model, members } = family();
    for (const step of order) {
      if (step === 'hello') members.greet(hello);
      else members.child(started);
    }
    expect(model.processes).toHaveLength(2);
    expect(model.processes[1]).toMatchObject({ name: 'resource_tracker', argv: line, pid: GONE, bornNs: 10 });
  });

  it('keeps the name multiprocessing gave it', () => {
    const { model, members } = family();
    members.greet({ ...hello, argv: ['-c', '--multiprocessing-fork'] });
    const before = model.processes[1].name;
    members.child({ ...started, argv: ['python', '-c', 'from multiprocessing.spawn import spawn_main'] });
    expect(model.processes[1].name).toBe(before);
  });
});

describe('a process that ran another program, its descriptors closed before', () => {
  it('is not lost once that has said HELLO', () => {
    const { model, members } = family();
    const own = { ...hello, pid: process.pid };
    const { stream } = members.greet(own)!;
    members.hungUp(stream, 'it ended without a goodbye');
    expect(model.processes[stream]).toMatchObject({ lost: 'it ended without a goodbye', endedNs: null });
    expect(members.greet({ ...own, start_ns: 40n })!.stream).toBe(stream);
    model.apply({ kind: FrameKind.hello, stream, payload: payloadOf(own) });
    expect(model.processes[stream].lost).toBeNull();
  });

  it('is one process, too, when it has ended before that HELLO is read', () => {
    const { model, members } = family();
    const { stream } = members.greet(hello)!;
    members.hungUp(stream, 'it ended without a goodbye');
    expect(model.processes[stream].endedNs).toBeGreaterThan(40);
    expect(members.greet({ ...hello, start_ns: 40n })!.stream).toBe(stream);
    model.apply({ kind: FrameKind.hello, stream, payload: payloadOf(hello) });
    expect(model.processes[stream]).toMatchObject({ lost: null, endedNs: null });
    members.child({ pid: GONE, ns: 70n, exit_code: 3 });
    expect(model.processes[stream]).toMatchObject({ exitCode: 3, endedNs: 70 });
    expect(model.processes).toHaveLength(2);
    // The number is another's by now.
    expect(members.greet({ ...hello, start_ns: 90n })!.stream).toBe(2);
  });
});

it('a process ends when it said goodbye, however late that is read; what cannot be is not believed', () => {
  const { model, members } = family();
  const [future, before] = [process.hrtime.bigint() * 2n, 5n];
  for (const [i, ns] of [30n, null, future, before].entries()) {
    const { stream } = members.greet({ ...hello, pid: GONE - i })!;
    const now = Number(process.hrtime.bigint());
    members.saidGoodbye(stream, 0, ns);
    if (ns === 30n) expect(model.processes[stream].endedNs).toBe(30);
    else expect(model.processes[stream].endedNs).toBeGreaterThanOrEqual(now);
    expect(model.processes[stream].endedNs).toBeLessThanOrEqual(Number(process.hrtime.bigint()));
  }
});

it('a pid of another namespace that nobody could look up is shown, and asked nothing about', () => {
  const { model, members } = family();
  members.child({ pid: -7, ppid: 1, ns: 10n, kind: 'other', argv: ['sh', '-c', 'exit 5'] });
  expect(model.processes[1]).toMatchObject({ pid: 7, name: 'sh', endedNs: null });
  members.child({ pid: -7, ns: 30n, exit_code: 5 });
  expect(model.processes).toHaveLength(2);
  expect(model.processes[1]).toMatchObject({ pid: 7, exitCode: 5, endedNs: 30 });
});

describe('a Python that is seen before it has said HELLO', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    vi.useRealTimers();
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** A real child of ours under that name, seen in /proc twice. */
  function seen(earlier = false) {
    vi.useFakeTimers({ toFake: ['performance'] });
    const start = () => spawn('sleep', ['60'], { argv0: 'python3', stdio: 'ignore' });
    const before = earlier ? start() : null;
    if (before !== null) waitATick(before.pid!);
    const { model, members } = family();
    const child = before ?? start();
    children.push(child);
    members.root(process.pid);
    const look = (ms: number) => {
      vi.advanceTimersByTime(ms);
      members.scan();
    };
    look(1000);
    look(1000);
    expect(model.processes.slice(1).map(({ pid }) => pid)).toEqual([child.pid]);
    return { model, members, look, pid: child.pid! };
  }

  it('is not called lost when it says HELLO after all, as a forked child on a busy machine', () => {
    const { model, members, look, pid } = seen();
    members.greet({ ...hello, pid });
    look(10_000);
    members.saidGoodbye(1, 0, null);
    expect(model.processes[1]).toMatchObject({ lost: null, exitCode: 0 });
  });

  it('is called what it is when it never does', () => {
    const { model, look } = seen();
    expect(model.processes[1].lost).toBeNull();
    look(10_000);
    expect(model.processes[1].lost).toMatch(/not started by a recorded Python/);
  });

  it('is said to have run before when it did, as the workers of a server that is attached to', () => {
    const { model, look } = seen(true);
    look(10_000);
    expect(model.processes[1].lost).toMatch(/it ran before this recording began; attach to it as well/);
  });
});
