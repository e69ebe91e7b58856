/** The recorder on a real disk, read back by the reader of session files. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { encodeFrame } from '../shared/protocol/frames.ts';
import type { UserError } from './errors.ts';
import { Recorder } from './recorder.ts';
import { BlockReader } from './sessionFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'gilscope-recorder-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = () => join(folder, `${++files}.gilscope`);
const unexpected = (error: UserError) => {
  throw error;
};

async function readBack(path: string): Promise<Buffer> {
  const reader = await BlockReader.open(path);
  const parts: Buffer[] = [];
  for (;;) {
    const block = await reader.next();
    if ('damage' in block) throw new Error(block.damage.what);
    if ('end' in block) break;
    parts.push(block.frames);
  }
  await reader.close();
  return Buffer.concat(parts);
}

const bytes = (n: number, fill: number) => encodeFrame(2, new Uint8Array(n).fill(fill));

it('writes what it was given, in order, however much and however flushed', async () => {
  const step = fc.oneof(fc.integer({ min: 0, max: 400_000 }), fc.constant('flush' as const));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const path = fresh();
      const recorder = await Recorder.create(path, false, unexpected);
      const given: Uint8Array[] = [];
      for (const [i, one] of steps.entries()) {
        if (one === 'flush') await recorder.flush();
        else {
          given.push(bytes(one, i));
          recorder.add(bytes(one, i));
        }
      }
      await recorder.close();
      expect((await readBack(path)).equals(Buffer.concat(given))).toBe(true);
      expect(recorder.bytes).toBe(statSync(path).size);
      rmSync(path);
    }),
    { numRuns: 25 },
  );
});

it('is on disk soon without being asked', async () => {
  const path = fresh();
  const recorder = await Recorder.create(path, false, unexpected);
  recorder.add(bytes(10, 1));
  await expect.poll(async () => (await readBack(path)).length, { timeout: 2000 }).toBe(18);
  recorder.add(bytes(20, 2));
  await expect.poll(async () => (await readBack(path)).length, { timeout: 2000 }).toBe(46);
  await recorder.close();
});

it('goes on in another file, which then has everything; the first is gone', async () => {
  const [first, second] = [fresh(), fresh()];
  const recorder = await Recorder.create(first, false, unexpected);
  recorder.add(bytes(100, 1));
  await recorder.moveTo(second, false);
  recorder.add(bytes(100, 2));
  await recorder.close();
  expect(existsSync(first)).toBe(false);
  expect(existsSync(`${second}.part`)).toBe(false);
  expect((await readBack(second)).equals(Buffer.concat([bytes(100, 1), bytes(100, 2)]))).toBe(true);
  const third = fresh();
  await recorder.moveTo(third, false);
  expect((await readBack(third)).length).toBe(216);
});

it('a move that is refused leaves everything as it was', async () => {
  const [path, taken] = [fresh(), fresh()];
  writeFileSync(taken, 'precious');
  const recorder = await Recorder.create(path, false, unexpected);
  recorder.add(bytes(100, 1));
  await expect(recorder.moveTo(taken, false)).rejects.toThrow(/exists already/);
  await expect(recorder.moveTo(path, true)).rejects.toThrow(/already recorded in/);
  await expect(recorder.moveTo(join(folder, 'none', 'x'), false)).rejects.toThrow(/no such file or folder/);
  await expect(recorder.moveTo(folder, true)).rejects.toThrow(/is a folder/);
  recorder.add(bytes(100, 2));
  await recorder.close();
  expect(readFileSync(taken, 'utf8')).toBe('precious');
  expect((await readBack(path)).length).toBe(216);
});

it('replaces a file only when told to', async () => {
  const path = fresh();
  writeFileSync(path, 'precious');
  await expect(Recorder.create(path, false, unexpected)).rejects.toThrow(/exists already/);
  expect(readFileSync(path, 'utf8')).toBe('precious');
  const recorder = await Recorder.create(path, true, unexpected);
  recorder.begin();
  await recorder.close();
  expect((await readBack(path)).length).toBe(0);
});

it('leaves what was there before as it was until the recording begins', async () => {
  const path = fresh();
  const old = Buffer.alloc(100_000, 'old');
  writeFileSync(path, old);
  const given = bytes(400_000, 1);
  const discarded = await Recorder.create(path, true, unexpected);
  discarded.add(given);
  await discarded.flush();
  expect(readFileSync(path).equals(old)).toBe(true);
  await discarded.discard();
  expect(readFileSync(path).equals(old)).toBe(true);

  const recorder = await Recorder.create(path, true, unexpected);
  recorder.add(bytes(10, 1));
  await recorder.flush();
  recorder.begin();
  recorder.add(bytes(20, 2));
  await recorder.close();
  expect((await readBack(path)).equals(Buffer.concat([bytes(10, 1), bytes(20, 2)]))).toBe(true);
  expect(recorder.bytes).toBe(statSync(path).size);
});

it('replaces nothing that is no file, and makes what is not there', async () => {
  const path = fresh();
  const recorder = await Recorder.create(path, true, unexpected);
  recorder.add(bytes(10, 1));
  await recorder.close();
  expect((await readBack(path)).equals(Buffer.from(bytes(10, 1)))).toBe(true);
  const nowhere = await Recorder.create('/dev/null', true, unexpected);
  nowhere.add(bytes(10, 1));
  await nowhere.close();
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});
