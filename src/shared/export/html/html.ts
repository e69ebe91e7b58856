/**
 * `html`: a session as one page that needs nothing else, neither gilscope nor a network. Text is escaped (element.ts), the one script is named by its
 * hash in the page's own policy, and what it draws from is data. Without scripts, and in print, the lanes are a picture.
 */
import { formatNs, group } from '../../pageFormat.ts';
import { stillsOf } from '../svg/svg.ts';
import { TextOutput } from '../textOutput.ts';
import type { ExportSource, Piece } from '../types.ts';
import { jsonText, reportData, type Reduced } from './data.ts';
import { el, toHtml, type Element } from './element.ts';
import { DARK, footer, LIGHT, opened } from './frame.ts';
import { head, verdictSection } from './head.ts';
import { histogram } from './histogram.ts';
import { code, hash } from './page/main.ts?page-script';
import print from './print.css?raw';
import style from './report.css?raw';
import { section } from './table.ts';
import { tables } from './tables.ts';

/** Light unless the reader's system, or the reader, wants dark; paper is always light. */
const THEMES =
  `${LIGHT}@media screen{:root[data-theme=dark]{${DARK}}}` +
  `@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){${DARK}}}`;

function resolution({ data, hidden, binned }: Reduced): string {
  const width = formatNs((data.end - data.start) / data.bins);
  const lanes = binned
    ? `Lanes with more intervals than there is room for are reduced to ${group(data.bins)} columns of ${width} each: shares of the time in each state. Figures and tables are of every interval.`
    : 'Every interval is in this file.';
  return hidden === 0 ? lanes : `${lanes} The ${group(hidden)} threads that did least have no lane here.`;
}

function timeline(source: ExportSource, reduced: Reduced): Element {
  const button = (id: string, label: string, text: string) =>
    el('button', { type: 'button', 'data-do': id, 'aria-label': label, title: label }, text);
  const stills = stillsOf(source);
  return section(
    'timeline',
    'Timeline',
    el(
      'div',
      { id: 'timeline' },
      el(
        'div',
        { class: 'tools' },
        el('span', { class: 'muted hint' }, 'Drag to pan; click, then wheel or + − to zoom, ← → to pan, 0 for all'),
        el('span', { id: 'range', 'aria-live': 'polite' }, ''),
        button('out', 'Zoom out', '−'),
        button('in', 'Zoom in', '+'),
        button('all', 'Show all', 'All'),
      ),
      el('div', { id: 'lanes' }, ''),
      el('div', { class: 'legend' }, stills.legend),
    ),
    el('div', { class: 'still' }, stills.lanes),
    el('p', { class: 'muted', id: 'resolution' }, resolution(reduced)),
  );
}

function body(source: ExportSource, reduced: Reduced): Element[] {
  const { histogram: lengths } = source.stats();
  return [
    el('button', { type: 'button', id: 'theme', 'aria-label': 'Light or dark', title: 'Light or dark' }, '◐'),
    el(
      'main',
      {},
      ...head(source),
      verdictSection(source.summary.verdict),
      timeline(source, reduced),
      section(
        'lengths',
        'Holds and waits',
        el('div', { class: 'charts' }, histogram(lengths, 'holds'), histogram(lengths, 'waits')),
      ),
      ...tables(source),
    ),
    footer(source.gilscope),
  ];
}

export function* writeHtml(source: ExportSource): Generator<Piece> {
  const out = new TextOutput();
  const reduced = reportData(source);
  out.put(
    opened({ title: source.title, gilscope: source.gilscope, script: hash, style: `${THEMES}\n${style}\n${print}` }),
  );
  for (const element of body(source, reduced)) {
    out.put(`${toHtml(element)}\n`);
    if (out.full) yield out.piece();
  }
  out.put(
    `<script type="application/json" id="data">${jsonText(reduced.data)}</script>\n<script>${code}</script>\n</body>\n</html>\n`,
  );
  out.done = source.intervalCount;
  yield out.piece();
}
