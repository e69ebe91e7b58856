/** What an export leaves behind when its gilscope is killed, and who removes it: the next one there, and nothing else. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, watch, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { oddFrames } from '../../src/shared/export/testing/oddNames.ts';
import { longSchedule } from '../../src/shared/model/testing/schedule.ts';
import { gilscope, GILSCOPE, recordingOf, start, work, type Ran } from './helpers.ts';

const { recording, endNs } = longSchedule(5, 400_000);
const long = await recordingOf('long.gilscope', recording.frames({ watermarks: [endNs], endNs }));
const short = await recordingOf('short.gilscope', oddFrames());
const place = join(work, 'place');
mkdirSync(place);

/** Begins an export and waits for the first it writes. */
async function begun(...args: string[]): Promise<{ child: ChildProcess; done: Promise<Ran>; part: string }> {
  const before = new Set(readdirSync(place));
  const named = new Promise<string>((found) => {
    const watcher = watch(place, (_, name) => {
      if (name?.endsWith('.part') !== true || before.has(name)) return;
      watcher.close();
      found(name);
    });
  });
  const ran = start(process.execPath, [GILSCOPE, 'export', long, '-q', ...args], { cwd: place });
  return { ...ran, part: await named };
}

it('of those that were killed it is swept, of one that goes on it is not', async () => {
  const slow = await begun('--to', 'chrome', '-o', 'slow.json');
  // However loaded the machine is, it is under way while the others come and go.
  slow.child.kill('SIGSTOP');
  const killed = [];
  for (const args of [
    ['--to', 'jsonl', '--table', 'holds', '-o', 'killed.jsonl'],
    ['--to', 'csv', '-o', 'killed'],
  ]) {
    const one = await begun(...args);
    one.child.kill('SIGKILL');
    expect(await one.done).toMatchObject({ status: null, signal: 'SIGKILL' });
    killed.push(one.part);
  }
  // The second has swept what the first had left.
  expect(readdirSync(place).sort()).toEqual([slow.part, killed[1]].sort());

  const next = await gilscope(['export', short, '--to', 'md', '-o', 'next.md', '--force'], { cwd: place });
  expect(next).toMatchObject({ status: 0 });
  expect(readdirSync(place).sort()).toEqual([slow.part, 'next.md'].sort());

  slow.child.kill('SIGCONT');
  expect(await slow.done).toMatchObject({ status: 0 });
  expect(() => JSON.parse(readFileSync(join(place, 'slow.json'), 'utf8')) as unknown).not.toThrow();
  expect(readdirSync(place).sort()).toEqual(['next.md', 'slow.json']);
});

it('what is not known to be left behind stays', async () => {
  const dead = `.gilscope-${encodeURIComponent(`4194304@1@${hostname()}`)}`;
  const names = [
    // Of another machine, of another container, by no gilscope, without an owner; what may be the only copy; somebody's link.
    `.gilscope-${encodeURIComponent('4194304@1@elsewhere')}-1-0123456789ab.part`,
    `${dead}-1-0123456789ab.part`,
    '.gilscope-notes.part',
    '.gilscope--1-0123456789ab.part',
    `${dead}-1-0123456789ab.earlier`,
    'mine.part',
  ];
  for (const name of names) writeFileSync(join(place, name), 'kept');
  symlinkSync('mine.part', join(place, `${dead}-2-0123456789ab.part`));
  expect(await gilscope(['export', short, '--to', 'md', '-o', 'next.md', '--force'], { cwd: place })).toMatchObject({
    status: 0,
  });
  for (const name of names) expect(readFileSync(join(place, name), 'utf8')).toBe('kept');
});
