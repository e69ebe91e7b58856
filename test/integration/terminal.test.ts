/** `record` in a real terminal, and the terminal that a window gives: what the program sees is a terminal like any other. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn, type IPty } from 'node-pty';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { file, GILSCOPE, newest, start, testEnv, untilOutput, work } from './helpers.ts';
import { TestWindow } from './window.ts';

interface Screen {
  pty: IPty;
  until(pattern: RegExp): Promise<void>;
  text(): string;
  exit: Promise<{ exitCode: number; signal?: number }>;
}

function inTerminal(args: string[]): Screen {
  const env = testEnv() as Record<string, string>;
  const pty = spawn(process.execPath, [GILSCOPE, ...args], { cwd: work, env, cols: 91, rows: 17 });
  let text = '';
  const waiting = new Set<() => void>();
  pty.onData((data) => {
    text += data;
    for (const look of waiting) look();
  });
  const exit = new Promise<{ exitCode: number; signal?: number }>((done) => pty.onExit(done));
  return {
    pty,
    exit,
    text: () => text,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!pattern.test(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void exit.then(() => reject(new Error(`ended before ${pattern}: ${text}`)));
      }),
  };
}

it('the program reads from the terminal it was started in', async () => {
  const script = file(
    'tty.py',
    'import os, sys\nprint(sys.stdin.isatty(), sys.stdout.isatty(), os.get_terminal_size())\nname = input("name? ")\nprint(f"hello {name}")\n',
  );
  const screen = inTerminal(['record', '-q', '-o', join(work, 'tty.gilscope'), '--', newest.path, script]);
  await screen.until(/name\? /);
  screen.pty.write('gil\r');
  expect((await screen.exit).exitCode).toBe(0);
  expect(screen.text()).toContain('True True os.terminal_size(columns=91, lines=17)');
  expect(screen.text()).toContain('hello gil');
});

it('Ctrl-C interrupts the program, not the recording', async () => {
  const script = file(
    'interrupt.py',
    'import time\ntry:\n    print("ready")\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print("interrupted")\n',
  );
  const screen = inTerminal(['record', '-o', join(work, 'interrupt.gilscope'), '--', newest.path, script]);
  await screen.until(/ready/);
  screen.pty.write('\x03');
  expect((await screen.exit).exitCode).toBe(0);
  expect(screen.text()).toMatch(/interrupted[\s\S]*recorded; to look at it: gilscope/);
});

it('Ctrl-C that ends the program ends gilscope in the same way, after its table', async () => {
  const script = file('interrupt2.py', 'import time\nprint("ready")\ntime.sleep(60)\n');
  const screen = inTerminal(['record', '-o', join(work, 'interrupt2.gilscope'), '--', newest.path, script]);
  await screen.until(/ready/);
  screen.pty.write('\x03');
  expect((await screen.exit).signal).toBe(2);
  expect(screen.text()).toMatch(/KeyboardInterrupt[\s\S]*ended by SIGINT[\s\S]*recorded; to look at it: gilscope/);
});

describe('a program launched from the window', () => {
  let window: TestWindow;
  let server: ReturnType<typeof start>;
  beforeAll(async () => {
    server = start(process.execPath, [GILSCOPE, 'serve'], { timeout: 110_000 });
    window = await TestWindow.open((await untilOutput(server.child, /^http:\S+/))[0]);
  });
  afterAll(async () => {
    window.close();
    server.child.kill('SIGTERM');
    expect((await server.done).status).toBe(0);
  });

  const launch = (...args: string[]) =>
    window.call('session.launch', { python: newest.path, args, cwd: work, env: {}, engine: 'auto' });
  const ended = (id: string) => window.until(id, (s) => s.state === 'ended' && !s.alive);
  const isGone = (pid: number) => expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 10_000 }).toBe(false);

  it('stands in its terminal as behind a shell: another leads the session, and goes when all is over', async () => {
    const { id } = await launch(
      '-c',
      'import os; print("facts", os.getsid(0) == os.getppid(), os.getpgrp() == os.getpid() == os.tcgetpgrp(0), os.getppid(), ".")',
    );
    const text = await window.untilTerminal(id, /facts .* \./);
    const [, leader] = /facts True True (\d+) \./.exec(text) ?? [];
    expect(Number(leader)).toBeGreaterThan(1);
    expect((await ended(id)).processes[0]).toMatchObject({ exitCode: 0, signal: null, ppid: Number(leader) });
    await isGone(Number(leader));
  });

  it.each<[string, { exitCode: number | null; signal: string | null }]>([
    ['raise SystemExit(3)', { exitCode: 3, signal: null }],
    // What a shell would make of SIGINT, but is none.
    ['raise SystemExit(130)', { exitCode: 130, signal: null }],
    ['import os; os.kill(os.getpid(), 2)', { exitCode: null, signal: 'SIGINT' }],
    ['import os; os.kill(os.getpid(), 9)', { exitCode: null, signal: 'SIGKILL' }],
    ['import os; os.abort()', { exitCode: null, signal: 'SIGABRT' }],
    [
      'import os, signal; signal.signal(1, signal.SIG_DFL); os.kill(os.getpid(), 1)',
      { exitCode: null, signal: 'SIGHUP' },
    ],
  ])('its end is told exactly: %s', async (code, end) => {
    const { id } = await launch('-c', code);
    expect((await ended(id)).processes[0]).toMatchObject(end);
  });

  it('all that it printed at the last is shown before its end is told', async () => {
    const { id } = await launch('-c', 'print("x" * 300_000 + "last words")');
    await ended(id);
    const { bytes } = await window.call('terminal.replay', { id });
    expect([bytes.length, new TextDecoder().decode(bytes.slice(-12))]).toEqual([300_012, 'last words\r\n']);
  });

  it('Ctrl-C interrupts it, a new size of the window reaches it', async () => {
    const script = file(
      'sizes.py',
      `import os, signal, time
signal.signal(signal.SIGWINCH, lambda *_: print("size", os.get_terminal_size().columns, flush=True))
try:
    print("ready", flush=True)
    while True: time.sleep(60)
except KeyboardInterrupt:
    print("interrupted")
`,
    );
    const { id } = await launch(script);
    await window.untilTerminal(id, /ready/);
    await window.call('terminal.resize', { id, cols: 123, rows: 20 });
    await window.untilTerminal(id, /size 123/);
    await window.call('terminal.write', { id, data: '\x03' });
    await window.untilTerminal(id, /interrupted/);
    expect((await ended(id)).processes[0]).toMatchObject({ exitCode: 0, signal: null });
  });

  it('Ctrl-Z stops it, Enter lets it go on, what it reads then is its own', async () => {
    const script = file(
      'stopped.py',
      'import os\nprint(f"name of {os.getpid()}? ", end="", flush=True)\nprint(f"hello {input()}", flush=True)\n',
    );
    const { id } = await launch(script);
    const [, pid] = /name of (\d+)\?/.exec(await window.untilTerminal(id, /name of \d+\?/))!;
    await window.call('terminal.write', { id, data: '\x1a' });
    await window.untilTerminal(id, /stopped: press Enter/);
    expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toMatch(/\) T /);
    await window.call('terminal.write', { id, data: '\r' });
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toMatch(/\) [SR] /);
    await window.call('terminal.write', { id, data: 'gil\r' });
    await window.untilTerminal(id, /hello gil/);
    expect((await ended(id)).processes[0].exitCode).toBe(0);
  });

  it('a stopped program that somebody else lets go on has its terminal again', async () => {
    const script = file('stopped2.py', 'import os\nprint(f"I am {os.getpid()}.")\nprint(f"hello {input()}")\n');
    const { id } = await launch(script);
    const [, pid] = /I am (\d+)\./.exec(await window.untilTerminal(id, /I am \d+\./))!;
    process.kill(Number(pid), 'SIGSTOP');
    await window.untilTerminal(id, /stopped: press Enter/);
    process.kill(Number(pid), 'SIGCONT');
    // Its group is in the foreground again: only then is the line for it.
    await expect.poll(() => foreground(pid)).toBe(Number(pid));
    await window.call('terminal.write', { id, data: 'gil\r' });
    await window.untilTerminal(id, /hello gil/);
    expect((await ended(id)).processes[0].exitCode).toBe(0);
  });

  it('a stopped program goes on when nobody is left who could let it', async () => {
    const own = start(process.execPath, [GILSCOPE, 'serve'], { timeout: 110_000 });
    const other = await TestWindow.open((await untilOutput(own.child, /^http:\S+/))[0]);
    const script = file('stopped3.py', 'import os, time\nprint(f"I am {os.getpid()}.", flush=True)\ntime.sleep(600)\n');
    const spec = { python: newest.path, args: [script], cwd: work, env: {}, engine: 'auto' as const };
    const { id } = await other.call('session.launch', spec);
    const pid = Number(/I am (\d+)\./.exec(await other.untilTerminal(id, /I am \d+\./))![1]);
    await other.call('terminal.write', { id, data: '\x1a' });
    await other.untilTerminal(id, /stopped: press Enter/);
    other.close();
    own.child.kill('SIGKILL');
    await own.done;
    try {
      await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8'), { timeout: 10_000 }).toMatch(/\) [SR] /);
    } finally {
      process.kill(pid, 'SIGKILL');
    }
    await isGone(pid);
  });

  it('a stopped program can be ended', async () => {
    const { id } = await launch('-c', 'import os, signal; os.kill(os.getpid(), signal.SIGSTOP)');
    await window.untilTerminal(id, /stopped: press Enter/);
    await window.call('session.signal', { id, signal: 'SIGKILL' });
    expect((await ended(id)).processes[0]).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
  });

  it('a child that it leaves behind lives on, and its terminal with it', async () => {
    const fifo = join(work, 'fifo');
    expect(spawnSync('mkfifo', [fifo]).status).toBe(0);
    const child = `trap 'echo hung up; exit' HUP; echo pid $$.; read line < '${fifo}'; echo still here: $line`;
    const script = file(
      'leaves.py',
      `import subprocess\nsubprocess.Popen(["sh", "-c", """${child}"""])\nraise SystemExit(7)\n`,
    );
    const { id } = await launch(script);
    const [, pid] = /pid (\d+)\./.exec(await window.untilTerminal(id, /pid \d+\./))!;
    const { processes } = await ended(id);
    expect(processes[0].exitCode).toBe(7);
    const leader = processes[0].ppid!;
    expect(existsSync(`/proc/${leader}`)).toBe(true);
    writeFileSync(fifo, 'hello\n');
    expect(await window.untilTerminal(id, /still here: hello/)).not.toContain('hung up');
    await isGone(Number(pid));
    await isGone(leader);
  });

  it('the resource tracker of multiprocessing still does its work after a hard end', async () => {
    const script = file(
      'leaks.py',
      `import os
from multiprocessing import shared_memory, resource_tracker
memory = shared_memory.SharedMemory(create=True, size=4096)
print("made", memory.name, flush=True)
os._exit(0)
`,
    );
    const { id } = await launch(script);
    const [, name] = /made (\S+)/.exec(await window.untilTerminal(id, /made \S+/))!;
    await window.untilTerminal(id, /leaked shared_memory/);
    await expect.poll(() => existsSync(join('/dev/shm', name))).toBe(false);
    await ended(id);
  });
});

/** The process group in the foreground of a process's terminal. */
function foreground(pid: string): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[5]);
}
