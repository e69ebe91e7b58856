/** Exports that a window asks for: told while they run, cancelled without a trace, refused at once, and nobody else waits for them. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { ExportInfo } from '../../shared/contract/exports.ts';
import { FORMATS } from '../../shared/export/formats.ts';
import { ODD_NAMES, oddFrames } from '../../shared/export/testing/oddNames.ts';
import { longSchedule } from '../../shared/model/testing/schedule.ts';
import { createEngine } from '../contract.ts';
import { Recorder } from '../recorder.ts';

const folder = mkdtempSync(join(tmpdir(), 'gilscope-exports-'));
const engine = createEngine({ shell: 'server', dataFolder: join(folder, 'home') });
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

const ALL = { processes: [], threads: [] };

async function open(name: string, frames: Iterable<Uint8Array>): Promise<string> {
  const path = join(folder, name);
  const recorder = await Recorder.create(path, false, (error) => {
    throw error;
  });
  for (const frame of frames) recorder.add(frame);
  await recorder.close();
  const { id } = await engine.call('session.open', { path });
  while ((await engine.call('session.list', {})).some((one) => one.id === id && one.progress !== null))
    await new Promise(setImmediate);
  return id;
}

const { recording, endNs } = longSchedule(11, 200_000);
const long = await open('long.gilscope', recording.frames({ watermarks: [endNs], endNs }));
const odd = await open('odd.gilscope', oddFrames());

let told: ExportInfo[] = [];
engine.subscribe((name, push) => {
  if (name === 'export.changed' && 'export' in push) told.push(push.export);
});
afterEach(() => (told = []));

/** The push that says how it ended. */
function ended(id: string): Promise<ExportInfo> {
  return new Promise((done) => {
    const stop = engine.subscribe((_, push) => {
      if (!('export' in push) || push.export.id !== id || push.export.state === 'running') return;
      stop();
      done(push.export);
    });
  });
}

describe('exports of a window', () => {
  it('tell how far they are, and the window is answered meanwhile', async () => {
    const path = join(folder, 'long');
    const info = await engine.call('export.start', {
      ...{ id: long, format: 'jsonl', path, scope: ALL, overwrite: false },
    });
    expect(info).toMatchObject({ session: long, format: 'jsonl', path, state: 'running', error: null });
    const end = ended(info.id);
    let over = false;
    void end.then(() => (over = true));
    let answers = 0;
    for (; !over; answers++) {
      await engine.call('timeline.overview', { id: long, px: 100 });
      await new Promise(setImmediate);
    }
    const last = await end;
    expect(last).toMatchObject({ state: 'done', error: null });
    expect(last.done).toBe(last.total);
    expect(last.bytes).toBeGreaterThan(1e6);
    // A piece is some 64 KiB: at least every few of them somebody else had his turn.
    expect(answers).toBeGreaterThan(last.bytes / (64 << 10) / 10);
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).sort((a, b) => a - b));
    expect(readdirSync(path)).toContain('holds.jsonl');
    expect(await engine.call('export.list', {})).toContainEqual(last);
  });

  it('are cancelled without a trace, and what was there stays', async () => {
    const path = join(folder, 'kept.csv');
    writeFileSync(path, 'earlier');
    const before = readdirSync(folder).sort();
    const asked = { id: long, format: 'csv', table: 'waits', path, scope: ALL, overwrite: true };
    const { id } = await engine.call('export.start', asked);
    expect(await engine.call('export.cancel', { id })).toMatchObject({ state: 'cancelled', error: null });
    expect(readFileSync(path, 'utf8')).toBe('earlier');
    expect(readdirSync(folder).sort()).toEqual(before);
    // Again: it stays as it ended.
    expect(await engine.call('export.cancel', { id })).toMatchObject({ state: 'cancelled' });
  });

  it('are refused at once for what can be known', async () => {
    mkdirSync(join(folder, 'mine'));
    writeFileSync(join(folder, 'mine', 'precious'), '');
    writeFileSync(join(folder, 'there.csv'), 'earlier');
    const start = (more: object): Promise<unknown> =>
      engine.call('export.start', {
        ...{ id: odd, format: 'csv', table: 'holds', path: join(folder, 'x.csv'), scope: ALL, overwrite: false },
        ...more,
      });
    await expect(start({ format: 'xls' })).rejects.toThrow('there is no format "xls"');
    await expect(start({ path: join(folder, 'there.csv') })).rejects.toThrow('exists already');
    await expect(start({ path: join(folder, 'odd.gilscope'), overwrite: true })).rejects.toThrow(
      'the recording itself',
    );
    await expect(start({ scope: { ...ALL, start: 5, end: 5 } })).rejects.toThrow('nothing was recorded in that range');
    await expect(start({ scope: { ...ALL, threads: [99] } })).rejects.toThrow('nothing of the session was chosen');
    await expect(start({ table: undefined, path: join(folder, 'mine'), overwrite: true })).rejects.toThrow(
      'a folder that holds other things',
    );
    expect(existsSync(join(folder, 'x.csv'))).toBe(false);
    expect(readFileSync(join(folder, 'there.csv'), 'utf8')).toBe('earlier');
  });

  it('a window finds what there is to choose from', async () => {
    const formats = await engine.call('export.formats', {});
    expect(new Set(formats.map(({ id }) => id)).size).toBe(formats.length);
    const csv = formats.find(({ id }) => id === 'csv');
    expect(csv?.tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['holds', 'waits', 'switches']));
    for (const { suffix, title, description } of formats) {
      expect(suffix).toMatch(/^\.[a-z.-]+$/);
      expect(title).not.toBe('');
      expect(description).toMatch(/\.$/);
    }
  });

  it('every format writes a recording with odd names, whole and of a part', async () => {
    // Those that a browser prints have tests of their own.
    for (const { id: format, suffix } of FORMATS.filter(({ print }) => print === undefined))
      for (const scope of [ALL, { ...ALL, start: 3e6, end: 9e6, threads: [0] }]) {
        const path = join(folder, `odd-${'start' in scope ? 'part' : 'whole'}-${format}${suffix}`);
        const asked = { id: odd, format, path, scope, overwrite: false };
        const { id } = await engine.call('export.start', asked);
        expect([format, await ended(id)]).toMatchObject([format, { state: 'done', error: null }]);
        expect(existsSync(path)).toBe(true);
      }
    const readme = readFileSync(join(folder, 'odd-whole-csv.csv', 'README.md'), 'utf8');
    expect(readme).not.toContain(ODD_NAMES[4]);
  });
});
