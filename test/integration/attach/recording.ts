/** `gilscope attach` on a program of a test: entered while the program waits, ended by the program's own end or by Ctrl-C. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../../src/engine/contract.ts';
import type { SessionInfo, Summary } from '../../../src/shared/contract/types.ts';
import { GILSCOPE, start, untilOutput, work, type Ran } from '../helpers.ts';
import { within } from './engine.ts';

/** Put before a program's text: `entered()` says that it can be entered, and waits for a line of input. */
export const HEAD = `import os, sys
def entered():
    print("ready", flush=True)
    assert sys.stdin.readline() == "go\\n"
`;

export interface Recording extends Ran {
  summary: Summary;
  file: string;
}

let recordings = 0;

/** Resolves when the agent is in. */
export async function enter(
  pid: number,
  more: string[] = [],
): Promise<{ done: Promise<Recording>; detach: () => Promise<Recording> }> {
  const output = join(work, `attached-${++recordings}.gilscope`);
  const json = `${output}.json`;
  const args = ['attach', String(pid), '-o', output, '--summary', json, ...more];
  const recorder = start(process.execPath, [GILSCOPE, ...args]);
  await untilOutput(recorder.child, /entered .*/, 'stderr');
  const done = recorder.done.then((ran) => {
    if (ran.status !== 0) throw new Error(`attach ended with ${ran.status}, ${ran.signal}: ${ran.stderr}`);
    return { ...ran, file: output, summary: JSON.parse(readFileSync(json, 'utf8')) as Summary };
  });
  return { done, detach: () => (recorder.child.kill('SIGINT'), done) };
}

/** The first state of a session that satisfies `is`. */
export function sessionUntil(
  engine: Engine,
  id: string,
  is: (session: SessionInfo) => boolean,
  what: string,
): Promise<SessionInfo> {
  let stop = (): void => undefined;
  const found = new Promise<SessionInfo>((resolve) => {
    const look = (session: SessionInfo): void => {
      if (session.id === id && is(session)) resolve(session);
    };
    stop = engine.subscribe((name, push) => name === 'session.changed' && 'session' in push && look(push.session));
    void engine.call('session.list', {}).then((all) => all.forEach(look));
  });
  return within(found, what).finally(() => stop());
}
