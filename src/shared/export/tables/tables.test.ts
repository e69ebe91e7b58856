/** Tables in their three formats: each says the same, names come back as they were, and docs/exports.md describes every column. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { longSchedule } from '../../model/testing/schedule.ts';
import { toSeconds } from '../../units.ts';
import { ODD_NAMES, oddSource, sourceOf } from '../testing/oddNames.ts';
import type { ExportSource, Piece } from '../types.ts';
import { writeArrow } from './arrow.ts';
import { writeCsv } from './csv.ts';
import { writeJsonl } from './jsonl.ts';
import { secondsText, type Table, type TableWriter } from './table.ts';
import { TABLES } from './tables.ts';

type Row = Record<string, unknown>;

const table = (name: string): Table => TABLES.find((one) => one.name === name)!;

function bytesOf(pieces: Iterable<Piece>): Uint8Array {
  let before = 0;
  return Buffer.concat(
    Array.from(pieces, ({ bytes, done }) => {
      expect(done).toBeGreaterThanOrEqual(before);
      before = done;
      return bytes;
    }),
  );
}

const textOf = (write: TableWriter, source: ExportSource, name: string): string =>
  new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(write(source, table(name))));

const jsonRows = (source: ExportSource, name: string): Row[] =>
  textOf(writeJsonl, source, name)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row);

/** RFC 4180, read plainly. */
function csvRows(text: string): string[][] {
  const fields = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)];
  const rows: string[][] = [[]];
  for (const [, inQuotes, bare, after] of fields) {
    rows.at(-1)!.push(inQuotes === undefined ? bare : inQuotes.replaceAll('""', '"'));
    if (after === '\r\n') rows.push([]);
  }
  expect(fields.map(([whole]) => whole).join('')).toBe(text);
  return rows.slice(0, -1);
}

const arrowRows = (source: ExportSource, name: string): Row[] =>
  tableFromIPC(bytesOf(writeArrow(source, table(name))))
    .toArray()
    .map((row: { toJSON: () => Row }) =>
      Object.fromEntries(
        Object.entries(row.toJSON()).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]),
      ),
    );

describe.each(TABLES.map(({ name }) => name))('%s', (name) => {
  const source = oddSource();
  const rows = jsonRows(source, name);

  it('has rows, with every column', () => {
    expect(rows.length).toBeGreaterThan(0);
    const names = table(name).columns.map((column) => column.name);
    for (const row of rows) expect(Object.keys(row)).toEqual(names);
  });

  it('says the same as CSV and as Arrow', () => {
    const [head, ...csv] = csvRows(textOf(writeCsv, source, name));
    expect(head).toEqual(table(name).columns.map((column) => column.name));
    expect(
      csv.map((cells) => cells.map((cell) => (/^-?\d+(\.\d+)?$/.test(cell) ? String(Number(cell)) : cell))),
    ).toEqual(
      rows.map((row) =>
        Object.values(row).map((value) =>
          value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value),
        ),
      ),
    );
    expect(arrowRows(source, name)).toEqual(rows);
  });

  it('is described in docs/exports.md, in these words', () => {
    const docs = readFileSync(join(import.meta.dirname, '../../../../docs/exports.md'), 'utf8').replaceAll(/ +/g, ' ');
    for (const { name: column, type, about } of table(name).columns)
      expect(docs).toContain(`| \`${column}\` | ${type} | ${about} |`);
  });
});

describe('tables', () => {
  it('bring names back as they were, but for half a character', () => {
    const names = new Set(jsonRows(oddSource(), 'threads').map(({ thread }) => thread));
    expect(names).toEqual(new Set(ODD_NAMES.slice(0, 4)));
    const functions = new Set(jsonRows(oddSource(), 'functions').map((row) => row.function));
    expect(functions).toContain('cut in two \uFFFD');
    expect(functions).toContain(ODD_NAMES[4]);
  });

  it('tell a range, and what was cut off', () => {
    const source = oddSource({ start: 1e6, end: 6e6, threads: [0] });
    const rows = jsonRows(source, 'holds');
    expect(rows).toMatchObject([
      { start_s: 0.001, hold_s: 0.003, cut_start: true, cut_end: false, ended: 'preempted' },
    ]);
    expect(jsonRows(source, 'waits')).toMatchObject([
      { start_s: 0.004, wait_s: 0.002, cut_start: false, cut_end: true },
    ]);
  });

  it('of a long session come in many batches and lose nothing', () => {
    const { recording, endNs } = longSchedule(3, 300_000);
    const source = sourceOf(recording.model({ watermarks: [endNs] }));
    const read = tableFromIPC(bytesOf(writeArrow(source, table('holds'))));
    expect(read.batches.length).toBeGreaterThan(1);
    const held = source.summary.processes[0].threads.reduce((sum, { held_s }) => sum + held_s, 0);
    let sum = 0;
    for (const value of read.getChild('hold_s')!.toArray() as Float64Array) sum += value;
    expect(sum).toBeCloseTo(held, 9);
  });

  it('without rows still have their columns', () => {
    const source = oddSource({ threads: [2] });
    expect(csvRows(textOf(writeCsv, source, 'holds'))).toHaveLength(1);
    expect(jsonRows(source, 'holds')).toEqual([]);
    const read = tableFromIPC(bytesOf(writeArrow(source, table('holds'))));
    expect([read.numRows, read.schema.fields.length]).toEqual([0, table('holds').columns.length]);
  });
});

describe('seconds', () => {
  it('are exact to the nanosecond', () => {
    expect([0, 1, 999_999_999, 1e9, 8_985_600_000_000_001].map(secondsText)).toEqual([
      ...['0.000000000', '0.000000001', '0.999999999', '1.000000000', '8985600.000000001'],
    ]);
    expect([-1, -1_500_000_000, -0].map(secondsText)).toEqual(['-0.000000001', '-1.500000000', '0.000000000']);
    expect(Number(secondsText(123_456_789_012))).toBe(toSeconds(123_456_789_012));
  });
});
