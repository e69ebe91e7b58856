/**
 * A session file cut or changed anywhere: it opens up to the damage and says where, or is refused as no session; it never
 * crashes, never hangs, and never shows more than was recorded.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/engine/errors.ts';
import { FileSession } from '../../src/engine/fileSession.ts';
import { HEAD_BYTES } from '../../src/engine/sessionFile.ts';
import { file, gilscope, newest, record, work } from './helpers.ts';

let whole: Buffer;
let wholeEvents: number;
let wholeEndNs: number;
/** Offsets at which blocks begin; the last is the end of the file. */
const blocks: number[] = [];
const target = join(work, 'damaged.gilscope');

beforeAll(async () => {
  const script = file(
    'some.py',
    `
import threading, time
def work():
    for _ in range(600): time.sleep(0.002)
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
`,
  );
  const recorded = await record(newest.path, [script]);
  whole = readFileSync(recorded.file);
  for (let at = HEAD_BYTES; at < whole.length; at += 4 + whole.readUInt32LE(at)) blocks.push(at);
  blocks.push(whole.length);
  const { damage, events, endNs } = (await look(whole))!;
  expect(damage).toBeNull();
  wholeEvents = events;
  wholeEndNs = endNs;
  expect(blocks.length).toBeGreaterThan(4);
  expect(events).toBeGreaterThan(1000);
});

interface Look {
  damage: string | null;
  events: number;
  endNs: number;
}

/** What opening these bytes gives; null when they are refused in words. Any other error fails the test. */
async function look(bytes: Buffer): Promise<Look | null> {
  writeFileSync(target, bytes);
  let session: FileSession;
  try {
    session = await FileSession.open(target, null);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.code).toMatch(/^(not-a-session|newer-format)$/);
    return null;
  }
  await session.loaded;
  const { damage, endNs } = session.info();
  const { events } = session.model;
  // Whatever is left can be asked about.
  expect(session.model.summary().damage).toBe(damage);
  session.model.timeline({ start: 0, end: Math.max(1, endNs), px: 100 });
  await session.close();
  return { damage, events, endNs };
}

describe('a file cut short', () => {
  it('at each end of a block: all blocks before it are there', async () => {
    let events = -1;
    for (const end of blocks.slice(1, -1)) {
      const seen = (await look(whole.subarray(0, end)))!;
      expect(seen.damage).toMatch(/^the recording has no end mark/);
      expect(seen.events).toBeGreaterThanOrEqual(events);
      events = seen.events;
    }
    expect(events).toBeGreaterThan(wholeEvents / 2);
  });

  it('within a block: everything before that block is there, and it says from which byte on nothing is', async () => {
    for (let i = 1; i + 1 < blocks.length; i++) {
      const [from, to] = [blocks[i], blocks[i + 1]];
      for (const cut of [from + 1, from + 3, from + 4, from + 5, (from + to) >> 1, to - 1]) {
        const seen = (await look(whole.subarray(0, cut)))!;
        expect(seen.damage).toContain(
          `the file is cut short: the last ${cut - from} of ${cut} bytes, from byte ${from} on`,
        );
        expect(seen.damage).toMatch(/everything up to [\d.]+ s is here$/);
      }
    }
  });

  it('within the head or the first block: it is no session, in words', async () => {
    for (const cut of [0, 1, 7, 8, 9, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 2, HEAD_BYTES + 10, blocks[1] - 1]) {
      expect(await look(whole.subarray(0, cut))).toBeNull();
    }
  });

  it('anywhere', async () => {
    const cuts = fc.integer({ min: 0, max: whole.length - 1 });
    const check = async (cut: number) => {
      const seen = await look(whole.subarray(0, cut));
      if (seen === null) return cut < blocks[1];
      return seen.damage !== null && seen.events <= wholeEvents && seen.endNs <= wholeEndNs;
    };
    await fc.assert(fc.asyncProperty(cuts, check), { numRuns: 60 });
  });
});

describe('a file with a bit that is not as written', () => {
  const flipped = (at: number, bit: number): Buffer => {
    const bytes = Buffer.from(whole);
    bytes[at] ^= 1 << bit;
    return bytes;
  };

  it('anywhere', async () => {
    const check = async (at: number, bit: number) => {
      const seen = await look(flipped(at, bit));
      // The reserved bytes of the head, and fields of a gzip member's head that mean nothing, may be anything.
      if (seen === null || seen.damage === null) return true;
      return seen.events <= wholeEvents && seen.endNs <= wholeEndNs;
    };
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), fc.integer({ min: 0, max: 7 }), check),
      { numRuns: 150 },
    );
  });

  it('in the packed bytes of each block: told, with the place of the block', async () => {
    for (let i = 1; i + 1 < blocks.length; i++) {
      const [from, to] = [blocks[i], blocks[i + 1]];
      // Behind the gzip member's own head of ten bytes; the last eight are checksum and length.
      for (const at of [from + 14 + ((to - from - 22) >> 1), to - 8, to - 1]) {
        expect((await look(flipped(at, 3)))!.damage).toContain(`from byte ${from} on, cannot be read`);
      }
    }
  });

  it('in the length of a block: told', async () => {
    for (const bit of [0, 3, 7]) {
      for (let i = 0; i < 4; i++) {
        expect((await look(flipped(blocks[2] + i, bit)))!.damage).toContain(`from byte ${blocks[2]} on`);
      }
    }
  });
});

it('bytes after the end are told, and `stats` shows the rest', async () => {
  writeFileSync(target, Buffer.concat([whole, Buffer.from('something else')]));
  const { status, stdout } = await gilscope(['stats', target]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Damaged: a block has an impossible length: the last 14 of \d+ bytes, from byte \d+ on/);
});
