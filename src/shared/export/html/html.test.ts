import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ThreadLane } from '../../contract/types.ts';
import { longSchedule } from '../../model/testing/schedule.ts';
import { modelOf } from '../../model/testing/recording.ts';
import { ODD_NAMES, oddSource, sourceOf } from '../testing/oddNames.ts';
import type { ExportSource } from '../types.ts';
import { coarserLane, coarserStrip, groupSize } from './coarser.ts';
import { reportData, type ReportData } from './data.ts';
import { name, toHtml } from './element.ts';
import { writeHtml } from './html.ts';
import { packLane, unpackLane, unpackStrip } from './lanes.ts';

const MS = 1e6;

function pageOf(source: ExportSource): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const pieces = [...writeHtml(source)];
  expect(pieces.at(-1)?.done).toBe(source.intervalCount);
  return decoder.decode(Buffer.concat(pieces.map(({ bytes }) => bytes)));
}

const odd = pageOf(oddSource());
const [, json = '', script = ''] =
  /<script type="application\/json" id="data">(.*?)<\/script>\n<script>(.*)<\/script>/s.exec(odd) ?? [];

it('has two scripts, its data and the one that its policy names', () => {
  expect(odd.match(/<script/gi)).toHaveLength(2);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(odd)?.[1] ?? '';
  const hash = createHash('sha256').update(script).digest('base64');
  expect(policy).toContain('default-src &apos;none&apos;');
  expect(policy).toContain(`script-src &apos;sha256-${hash}&apos;;`);
  expect(Buffer.byteLength(script)).toBeLessThan(40_000);
});

it('refers to nothing outside of itself', () => {
  const markup = odd.replace(script, '').replaceAll('http://www.w3.org/2000/svg', '');
  expect(markup.match(/\b(?:src|href|action|poster|srcset)=|https?:|url\((?!#)|@import|javascript:/gi)).toBeNull();
  expect(markup.match(/\son\w+=/gi)).toBeNull();
});

it('shows names as text, whatever they are', () => {
  expect(odd).toContain('&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(odd).toContain('say &quot;hello&quot;, it&apos;s');
  expect(odd).toContain('خيط العمل');
  // Neither a control character nor an override of direction, nor half a character.
  expect(odd).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2066-\u2069]/);
  expect(Buffer.byteLength(odd)).toBeLessThan(300_000);
  expect(toHtml(name('x'.repeat(10_000)))).toBe(`<bdi class="name">${'x'.repeat(300)}…</bdi>`);
});

it('has each thread’s lane in its data, as the model draws it', () => {
  const source = oddSource();
  const data = JSON.parse(json) as ReportData;
  expect(json).not.toContain('<');
  const { threads } = source.timeline(data.bins);
  const lanes = data.rows.flatMap((row) =>
    row.kind === 'thread' ? [unpackLane(row.lane, row.thread, data.start)] : [],
  );
  expect(new Set(lanes.map(({ thread }) => thread))).toEqual(new Set(source.threads.map(({ idx }) => idx)));
  for (const lane of lanes) expect(lane).toEqual(threads.find(({ thread }) => thread === lane.thread));
  const strips = data.rows.flatMap((row) => (row.kind === 'gil' ? [unpackStrip(row.strip, 0, data.start)] : []));
  const [strip] = source.timeline(data.bins).gils;
  expect(strips).toHaveLength(1);
  expect(strips[0]).toMatchObject(strip.form === 'raw' ? { start: strip.start, thread: strip.thread } : {});
  expect(odd).toContain('Every interval is in this file.');
  expect(ODD_NAMES.length).toBeGreaterThan(source.threads.length);
});

it('tells a part of the session, and says which', () => {
  const page = pageOf(oddSource({ start: 4 * MS, end: 12 * MS }));
  expect(page).toContain('from 4.00');
  expect(page).not.toContain('The whole recording');
});

it('says beside its figures whether they are of all or of what was chosen', () => {
  const told = (scope: Parameters<typeof oddSource>[0]) =>
    /id="covers">(.*?)<\/p>/s.exec(pageOf(oddSource(scope)))?.[1];
  expect(told({})).toMatch(/^Figures of 1\u00a0process and 4\u00a0threads: everything, of the whole recording\.$/);
  expect(told({ start: 4 * MS, end: 12 * MS })).toContain('everything, from 4.00\u00a0ms to 12.0\u00a0ms.');
  const part = told({ threads: [1] });
  expect(part).toMatch(/^A part was chosen: 1 of 4\u00a0threads \(<bdi/);
  expect(part).toContain(
    'are of all 1\u00a0process and 4\u00a0threads, of the whole recording. Lanes, the table of threads',
  );
  expect(part).not.toContain('<script>');
});

const BIN_LANE: Extract<ThreadLane, { form: 'bins' }> = {
  ...{ form: 'bins', thread: 3, hold: Float32Array.of(1, 0.5, 0, 0.001, 1) },
  ...{
    wait: Float32Array.of(0, 0.5, 0, 0, 0),
    running: new Float32Array(5),
    blocked: Float32Array.of(0, 0, 1, 0.999, 0),
  },
  ...{ unknown: new Float32Array(5), takes: Uint32Array.of(1, 900, 0, 1, 1), waits: Uint32Array.of(0, 1, 0, 0, 0) },
};

it('keeps shares of bins within a byte’s precision, and what is not nothing is not nothing', () => {
  const back = unpackLane(packLane(BIN_LANE, 0), 3, 0);
  if (back.form !== 'bins') throw new Error('another form');
  BIN_LANE.hold.forEach((share, i) => expect(Math.abs(back.hold[i] - share)).toBeLessThan(1 / 255));
  expect(back.hold[3]).toBeGreaterThan(0);
  expect([...back.takes]).toEqual([1, 255, 0, 1, 1]);
});

it('puts bins together without losing any time', () => {
  const two = coarserLane(BIN_LANE, 2);
  expect([...two.hold]).toEqual([0.75, expect.closeTo(0.0005), 0.5]);
  expect([...two.takes]).toEqual([901, 1, 1]);
  const strip = { form: 'bins' as const, gil: 0, owner: Int32Array.of(1, 2, 2, -1) };
  const held = Float32Array.of(0.6, 0.4, 0.4, 0);
  expect([...coarserStrip({ ...strip, held, contended: held }, 4).owner]).toEqual([2]);
  expect([groupSize(0.2), groupSize(1), groupSize(1.1), groupSize(5)]).toEqual([1, 1, 2, 8]);
});

it('stays small however many holds there are, and says what it shows of them', () => {
  const { recording, endNs } = longSchedule(7, 400_000);
  const source = sourceOf(modelOf(recording.frames({ endNs, watermarks: [endNs] })));
  const { takes } = source.summary.processes[0].threads.reduce((most, one) => (one.takes > most.takes ? one : most));
  expect(takes).toBeGreaterThan(20_000);
  const { data, binned } = reportData(source);
  expect(binned).toBe(true);
  const lane = data.rows.find((row) => row.kind === 'thread')?.lane;
  expect(lane?.form).toBe('bins');
  const page = pageOf(source);
  expect(Buffer.byteLength(page)).toBeLessThan(5_000_000);
  expect(page).toContain('are reduced to 16,000 columns of');
});
