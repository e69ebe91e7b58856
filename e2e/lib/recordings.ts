/**
 * Recordings that many tests look at, each made by the command line when a test first asks for it, once for all tests of a run. A test
 * that is about a recording and not about recording opens one of these (`openRecording`); one that changes it takes a copy (`keep`).
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PYTHON } from './python.ts';
import { GILSCOPE, program, type Served } from './serve.ts';

const CROWD = `import threading, time
def count():
    end = time.thread_time() + 0.03
    while time.thread_time() < end:
        pass
threads = [threading.Thread(target=count, name="worker-%d" % i) for i in range(20)]
for thread in threads: thread.start()
for thread in threads: thread.join()
`;

/** What is recorded, and how; see e2e/programs. */
const MADE = {
  /** count-0 and count-1 take turns, poller sleeps and wakes: pre-emption, waits, voluntary releases. */
  turns: { args: [program('turns.py'), 'wakes', '100'], options: [] },
  /** The same, shorter and later, for what needs a second one. */
  fewTurns: { args: [program('turns.py'), 'wakes', '10'], options: [] },
  estimated: { args: [program('turns.py'), 'wakes', '40'], options: ['--engine', 'estimated'] },
  calls: { args: [program('calls.py')], options: ['--functions'] },
  estimatedCalls: { args: [program('calls.py')], options: ['--functions', '--engine', 'estimated'] },
  /** Regions and instants; no calls. */
  marks: { args: [program('marked.py')], options: [] },
  /** ways.py, which is compared. */
  short: { args: [program('ways.py'), 'short'], options: [] },
  long: { args: [program('ways.py'), 'long'], options: [] },
  /** More threads that wait for each other than Blame shows at first. */
  crowd: { args: ['-c', CROWD], options: [] },
  /** Nobody waits. */
  alone: { args: ['-c', 'import time\nfor _ in range(20): time.sleep(0.005)'], options: [] },
} satisfies Record<string, { args: string[]; options: string[] }>;

export type RecordingName = keyof typeof MADE;

/** The path of a recording. @param folder where all of them are kept */
export function recordingIn(folder: string, name: RecordingName): string {
  const path = join(folder, `${name}.gilscope`);
  if (!existsSync(path)) {
    if (name === 'fewTurns') recordingIn(folder, 'turns');
    const { args, options } = MADE[name];
    execFileSync(process.execPath, [GILSCOPE, 'record', '-q', '-o', path, ...options, '--', PYTHON.path, ...args], {
      cwd: folder,
      env: { ...process.env, GILSCOPE_HOME: join(folder, 'home') },
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 60_000,
    });
  }
  return path;
}

/** Puts a copy of a recording into the library of a server; its path. */
export function keep(served: Served, path: string, name: string): string {
  const sessions = join(served.home, 'sessions');
  mkdirSync(sessions, { recursive: true });
  const mine = join(sessions, `${name}.gilscope`);
  copyFileSync(path, mine);
  return mine;
}
