/** speedscope, collapsed, gecko and md of a small recording, as they are written (golden/), and what holds of each whatever the recording. */
import { describe, expect, it } from 'vitest';
import { formatSeconds } from '../format.ts';
import { collapsed, collapsedWaits, frameName } from './collapsed/collapsed.ts';
import { gecko } from './gecko/gecko.ts';
import { code, escaped } from './md/escape.ts';
import { md } from './md/md.ts';
import { speedscope } from './speedscope/speedscope.ts';
import { ODD_NAMES, oddSource } from './testing/oddNames.ts';
import type { ExportSource, FormatWriter } from './types.ts';

const FORMATS: [string, FormatWriter][] = [
  ['speedscope.json', speedscope],
  ['folded', collapsed],
  ['waits.folded', collapsedWaits],
  ['gecko.json', gecko],
  ['md', md],
];

const decoder = new TextDecoder('utf-8', { fatal: true });
const text = (write: FormatWriter, source: ExportSource): string =>
  Array.from(write(source), ({ bytes }) => decoder.decode(bytes)).join('');

describe.each(FORMATS)('%s', (suffix, write) => {
  it('is as it was', async () => {
    await expect(text(write, oddSource())).toMatchFileSnapshot(`golden/odd.${suffix}`);
  });

  it('is the same when it is written again, and its progress ends at all of it', () => {
    const source = oddSource();
    const pieces = [...write(source)];
    expect(text(write, source)).toBe(pieces.map(({ bytes }) => decoder.decode(bytes)).join(''));
    const done = pieces.map((piece) => piece.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(source.intervalCount);
  });

  it('of nothing is a file nevertheless', () => {
    const nothing = text(write, oddSource({ processes: [7] }));
    if (suffix.endsWith('json')) expect(JSON.parse(nothing)).toBeTypeOf('object');
    else if (suffix.endsWith('folded')) expect(nothing).toBe('');
    else expect(nothing).toContain('wall-clock');
  });
});

describe('a range and a scope', () => {
  const range = { start: 3e6, end: 9e6 };

  it('speedscope begins and ends there', () => {
    const file = JSON.parse(text(speedscope, oddSource(range))) as {
      profiles: { startValue: number; endValue: number; events?: { at: number }[]; weights?: number[] }[];
    };
    const [calls, waits] = file.profiles;
    expect([calls.startValue, calls.endValue]).toEqual([range.start, range.end]);
    const times = calls.events!.map(({ at }) => at);
    expect([Math.min(...times), Math.max(...times)]).toEqual([range.start, range.end]);
    const waited = oddSource(range).summary.processes[0].threads.reduce((sum, { wait_s }) => sum + wait_s, 0);
    expect(waits.weights!.reduce((sum, ns) => sum + ns, 0)).toBe(waited * 1e9);
  });

  it('md tells which part of the recording it is about', () => {
    const told = text(md, oddSource(range));
    expect(told).toContain(`wall-clock ${formatSeconds(0.006)}`);
    expect(told).toContain('from 3.00 ms to 9.00 ms of the recording');
  });

  it('gecko has the threads of the scope', () => {
    const { threads } = JSON.parse(text(gecko, oddSource({ threads: [1] }))) as { threads: { name: string }[] };
    expect(threads.map(({ name }) => name)).toEqual([ODD_NAMES[1]]);
  });
});

describe('names', () => {
  it.each(ODD_NAMES.map((name) => [name]))('%j is one frame of a stack', (name) => {
    expect(frameName(name)).toMatch(/^[^;\p{Cc}]+$/u);
  });

  it.each(ODD_NAMES.map((name) => [name]))('%j is one cell in Markdown, and no HTML', (name) => {
    const cell = code(name);
    expect(cell).not.toMatch(/[\n\r]|(?<!\\)\||<(?!\/?(code|span)>)/);
    expect(Array.from(cell).length).toBeLessThan(400);
  });

  it('in Markdown read as they are', () => {
    expect(escaped('a|b `c` <d> & *e* _f_ [g](h) \\ ~~i~~')).toBe(
      'a\\|b \\`c\\` &lt;d&gt; &amp; \\*e\\* \\_f\\_ \\[g\\](h) \\\\ \\~\\~i\\~\\~',
    );
    expect(escaped('@octocat fixes #12')).toBe('<span>@</span>octocat fixes <span>#</span>12');
    expect(escaped('a\nb\u2028c\u202ed')).toBe('a b c d');
    expect(escaped('🧵'.repeat(500), 3)).toBe('🧵🧵🧵…');
  });
});
