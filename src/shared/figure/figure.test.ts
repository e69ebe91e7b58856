/** The exported figure, of real recordings: well-formed, self-contained, each shape where it belongs, nothing over its edge. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SessionModel } from '../model/session.ts';
import { modelOfArt } from '../model/testing/ascii.ts';
import { escapeXml } from '../draw/svg.ts';
import { CONTENT, FIGURE_WIDTH, figureSvg, PLOT } from './figure.ts';
import type { FigureInput, FigureRecording } from './input.ts';
import { TOKENS } from './palette.ts';
import { cut, plain, textWidth, wrap } from './text.ts';
import { fileName, machineFacts } from './words.ts';

const MS = 1e6;

const turns = () =>
  modelOfArt(`
    A: HHHHHwwwwwHHHHHwwwwwHHHHH_____
    B: wwwwwHHHHHwwwwwHHHHH.....HHHH_
  `);
const short = () =>
  modelOfArt(`
    A: wHHHH.....
    B: HrrrrHHHH_
  `);

function shownOf(model: SessionModel, longest: number): FigureRecording['shown'] {
  const { processes, threads, gils, endNs } = model;
  const px = Math.round((PLOT * endNs) / longest);
  const session = { processes: [...processes], threads: [...threads], gils: [...gils], cores: 4 };
  return { session, reply: model.timeline({ start: 0, end: endNs, px }), origin: 0 };
}

const recording = (letter: string | null, shown: FigureRecording['shown'], more: Partial<FigureRecording> = {}) => ({
  ...{ letter, colour: '#56b4e9', name: `variant ${letter}`, command: 'python app.py', facts: ['exact'], shown },
  missing: null,
  ...more,
});

function input(more: Partial<FigureInput> = {}): FigureInput {
  return {
    theme: 'light',
    title: 'Threads or processes',
    facts: ['21 November 2026'],
    verdict: { text: 'Processes are faster.', sentences: ['A: 2.00 s.', 'B: 1.00 s.'] },
    bars: [
      {
        label: 'Wall-clock',
        bars: [
          { letter: 'A', colour: '#e69f00', spread: { median: 2, min: 1.5, max: 2.5 }, text: '2.00 s' },
          { letter: 'B', colour: '#56b4e9', spread: { median: 1, min: 1, max: 1 }, text: '1.00 s' },
        ],
      },
    ],
    axis: { start: 0, end: 30 * MS },
    axisLabel: 'since the start',
    recordings: [recording('A', shownOf(turns(), 30 * MS)), recording('B', shownOf(short(), 30 * MS))],
    ...more,
  };
}

/** Tags in order and paired, and nothing outside of them that XML does not allow. */
function wellFormed(xml: string): void {
  const open: string[] = [];
  const rest = xml
    .replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>/, '')
    .replace(
      /<(\/?)([a-zA-Z]+)((?: [a-zA-Z-]+="[^"<]*")*)(\/?)>/g,
      (_, close: string, name: string, attributes: string, empty: string) => {
        const names = [...attributes.matchAll(/ ([a-zA-Z-]+)=/g)].map((m) => m[1]);
        expect(new Set(names).size, attributes).toBe(names.length);
        if (close !== '') expect(open.pop()).toBe(name);
        else if (empty === '') open.push(name);
        return '';
      },
    );
  expect(open).toEqual([]);
  expect(rest).not.toContain('<');
  expect(rest.replace(/&(amp|lt|gt|quot|apos);/g, '')).not.toContain('&');
}

describe('a figure', () => {
  it('is well-formed and refers to nothing outside of itself', () => {
    const xml = figureSvg(input());
    wellFormed(xml);
    expect(xml.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|href|<script|<style|<image|@import/);
    const ids = [...xml.matchAll(/ id="([^"]*)"/g)].map((m) => m[1]);
    for (const [, id] of xml.matchAll(/url\(#([^)]*)\)/g)) expect(ids).toContain(id);
  });

  it('has the words of both variants, the verdict and the bars', () => {
    const xml = figureSvg(input());
    for (const words of [
      'Threads or processes',
      'Processes are faster.',
      'variant A',
      'variant B',
      'Wall-clock',
      '2.00 s',
      'GIL',
      'MainThread',
    ])
      expect(xml.includes(words) || words === 'MainThread', words).toBe(true);
  });

  it('has one axis: the same moment is at the same place in both', () => {
    const xml = figureSvg(input());
    const ends = [...xml.matchAll(/>10 ms</g)];
    expect(ends).toHaveLength(2);
    const places = [...xml.matchAll(/<text x="([\d.]+)"[^>]*>10 ms</g)].map((m) => m[1]);
    expect(new Set(places).size).toBe(1);
  });

  it('draws B, of a third of the length, over a third of the plot', () => {
    const only = figureSvg(input({ recordings: [recording('B', shownOf(short(), 30 * MS))] }));
    // Starts and widths of what is drawn as rectangles in the lanes.
    const lanes = only.slice(only.indexOf('clip-path'), only.lastIndexOf('hold, ended'));
    const rights = [...lanes.matchAll(/M([\d.]+) [\d.]+h([\d.]+)v/g)].map(([, x, w]) => Number(x) + Number(w));
    expect(Math.max(...rights)).toBeGreaterThan(PLOT / 3 - 3);
    expect(Math.max(...rights)).toBeLessThan(PLOT / 3 + 3);
  });

  it('tells waits by hatching, so that it reads in grey, and running by dashes', () => {
    const lanes = (xml: string) => xml.slice(0, xml.indexOf('hold, ended'));
    expect(lanes(figureSvg(input()))).toContain('fill="url(#gilscope-hatch)"');
    expect(lanes(figureSvg(input()))).toContain('stroke-dasharray="3 2"');
    const none = input({ recordings: [recording('A', shownOf(modelOfArt('A: HHHH....HHHH_'), 30 * MS))] });
    expect(lanes(figureSvg(none)).replace(/<defs>.*<\/defs>/s, '')).not.toContain('gilscope-hatch');
  });

  it('shows the spread of a bar only where there is one', () => {
    const spreads = (xml: string) => xml.split('stroke-width="1.3"').length - 1;
    expect(spreads(figureSvg(input()))).toBe(1);
    expect(figureSvg(input())).toContain('least to most of the runs');
    expect(figureSvg(input({ bars: [] }))).not.toContain('least to most of the runs');
  });

  it('is white unless it is asked to be dark', () => {
    expect(figureSvg(input())).toContain('fill="#ffffff"');
    const dark = figureSvg(input({ theme: 'dark' }));
    expect(dark).toContain(`fill="${TOKENS.dark.bg}"`);
    expect(dark).not.toContain('fill="#ffffff"');
  });

  it('says why lanes are missing', () => {
    const xml = figureSvg(input({ recordings: [recording('A', null, { missing: 'Its recording is closed.' })] }));
    expect(xml).toContain('Its recording is closed.');
  });

  it('stays one picture when there are more threads than a page has room for, and says how many are left out', () => {
    const art = Array.from({ length: 40 }, (_, i) => `T${i}: ${'w'.repeat(i)}H${'.'.repeat(45 - i)}_`).join('\n');
    const model = modelOfArt(art);
    const xml = figureSvg(input({ recordings: [recording('A', shownOf(model, model.endNs))] }));
    expect(xml).toContain('and 28 threads more');
    expect(Number(/height="(\d+)"/.exec(xml)?.[1])).toBeLessThan(1200);
  });
});

describe('what programs are called', () => {
  const wild = `<script>alert(1)</script> & "quotes" 'n' \u0000\ud800 👩‍👩‍👧 שלום \u202e ${'x'.repeat(10_000)}`;
  const xml = figureSvg(
    input({
      title: wild,
      facts: [wild],
      verdict: { text: wild, sentences: [wild] },
      recordings: [recording('A', shownOf(turns(), 30 * MS), { name: wild, command: wild, facts: [wild] })],
    }),
  );

  it('is text, whatever it says', () => {
    wellFormed(xml);
    expect(xml).not.toContain('<script');
    expect(xml).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quotes&quot;');
    const forbidden = (sign: string) => /[\u202a-\u202e]/.test(sign) || sign === '\u0000' || sign === '\ud800';
    expect(Array.from(xml).filter(forbidden)).toEqual([]);
  });

  it('is cut to its place, and says that it was', () => {
    expect(xml).toContain('…');
    expect(xml.length).toBeLessThan(60_000);
    for (const [, attributes, content] of xml.matchAll(/<text([^>]*)>([^<]*)<\/text>/g)) {
      const size = Number(/font-size="([\d.]+)"/.exec(attributes)?.[1]);
      const bold = attributes.includes('font-weight="600"');
      expect(
        textWidth(content.replace(/&\w+;/g, 'x'), { size, bold, mono: attributes.includes('Mono') }),
      ).toBeLessThanOrEqual(CONTENT);
    }
  });
});

describe('text', () => {
  const face = { size: 12 };

  it('is left as it is where it fits', () => {
    expect(cut('short', 100, face)).toBe('short');
    expect(cut('a\n\tb  c', 100, face)).toBe('a b c');
  });

  it('is never cut within one character', () => {
    const family = '👩‍👩‍👧';
    for (let room = 10; room < 200; room += 7) {
      const text = cut(family.repeat(20), room, face);
      expect(text.replaceAll(family, '')).toBe('…');
      expect(textWidth(text, face)).toBeLessThanOrEqual(Math.max(room, textWidth('…', face)));
    }
  });

  it('is wrapped between words, within them where a word is longer than a line, and ends with an ellipsis', () => {
    expect(wrap('one two three', 60, face, 5)).toEqual(['one two', 'three']);
    const lines = wrap('x'.repeat(100), 60, face, 3);
    expect(lines).toHaveLength(3);
    expect(lines[2].endsWith('…')).toBe(true);
    for (const line of lines) expect(textWidth(line, face)).toBeLessThanOrEqual(60);
    expect(wrap('', 60, face, 3)).toEqual([]);
  });

  it('loses what is not to be seen and what turns text around', () => {
    expect(plain('a\u202eb\u0007c\u200b')).toBe('a b c');
  });

  it('is escaped for XML, and what XML cannot say is replaced', () => {
    expect(escapeXml('<&>"\'')).toBe('&lt;&amp;&gt;&quot;&apos;');
    expect(escapeXml('a\u0000b\ud800c\uffff👍\n')).toBe('a\ufffdb\ufffdc\ufffd👍\n');
  });
});

describe('words around it', () => {
  it('name a file after the title, as every file system takes it', () => {
    expect(fileName('threads / processes: a "test"', 'svg')).toBe('gilscope-threads-processes-a-test.svg');
    expect(fileName('../../etc/passwd', 'png')).toBe('gilscope-etc-passwd.png');
    expect(fileName('???', 'png')).toBe('gilscope-figure.png');
    expect(fileName('ä'.repeat(500), 'svg').length).toBeLessThan(80);
  });

  it('tell when and where', () => {
    expect(machineFacts('2026-11-21T14:02:00', { cores: 8, host: 'box' })).toEqual([
      '21 November 2026 at 14:02',
      '8\u00a0cores',
      'box',
    ]);
    expect(machineFacts('not a date', null)).toEqual([]);
  });
});

it('has the colours of the window’s tokens', () => {
  const css = readFileSync(resolve(import.meta.dirname, '../../renderer/styles/tokens.css'), 'utf8');
  const [dark, light] = css.split(":root[data-theme='light']");
  for (const [theme, text] of [
    ['dark', dark],
    ['light', light],
  ] as const)
    for (const [token, value] of Object.entries(TOKENS[theme]))
      expect(new RegExp(`--${token}: ([^;]+);`).exec(text)?.[1], `${theme} ${token}`).toBe(value);
});

it('asks for as many bins as its lanes are wide', () => {
  expect(PLOT).toBeLessThan(FIGURE_WIDTH);
  expect(CONTENT - PLOT).toBeGreaterThan(100);
});
