/**
 * A comparison as one page that needs nothing else, neither gilscope nor a network: verdict, commands, bars, the lanes of one run of each on one axis,
 * and the table of differences. It has no script at all: what is light and what is dark is there in both, and its style shows one of them. Pure.
 */
import {
  figureRows,
  medianText,
  outputText,
  rangeText,
  ratioRangeText,
  ratioText,
  type Cell,
  type FigureRow,
} from '../../compare/differences.ts';
import { letterOf } from '../../compare/letters.ts';
import type { CompareVariant } from '../../contract/compare.ts';
import type { SvgNode } from '../../draw/svg.ts';
import { comparisonInput } from '../../figure/comparison.ts';
import { barsFigure, lanesFigure } from '../../figure/figure.ts';
import type { FigureInput } from '../../figure/input.ts';
import { NO_FIGURE } from '../../format.ts';
import { group } from '../../pageFormat.ts';
import { el, name, sentence, toHtml, type Child, type Element } from '../html/element.ts';
import { DARK, footer, LIGHT, opened } from '../html/frame.ts';
import { verdictSection } from '../html/head.ts';
import print from '../html/print.css?raw';
import reportStyle from '../html/report.css?raw';
import { section, table, type Column } from '../html/table.ts';
import style from './compare.css?raw';
import {
  commandOf,
  factsOf,
  failureLines,
  pythonOf,
  resultLines,
  runsText,
  titleOf,
  type ComparisonSource,
} from './source.ts';

const MOST_ROWS = 100;
const LONGEST_COMMAND = 4000;

/** Dark where the reader's system is, unless the box is ticked; then where it is not. */
const darkWhere = (root: string): string =>
  `${root}{${DARK}}${root} .of-light{display:none}${root} .of-dark{display:block}`;
const THEMES =
  `${LIGHT}.of-dark{display:none}` +
  `@media screen and (prefers-color-scheme:dark){${darkWhere(':root:not(:has(#turned:checked))')}}` +
  `@media screen and (prefers-color-scheme:light){${darkWhere(':root:has(#turned:checked)')}}`;

/** The same picture for both themes. @param id a prefix of its ids */
const picture = (source: ComparisonSource, id: string, draw: (input: FigureInput, id: string) => SvgNode): Element[] =>
  (['light', 'dark'] as const).map((theme) => {
    const { report, lanes } = source;
    const input = comparisonInput({ ...report, title: titleOf(report) }, lanes, theme);
    return el('div', { class: `picture of-${theme}` }, draw(input, `${id}-${theme}`));
  });

type Row = { variant: CompareVariant; i: number };

function variantTable(variants: readonly CompareVariant[]): Element {
  const columns: Column<Row>[] = [
    { title: '', cell: ({ i }) => letterOf(i) },
    { title: 'Name', cell: ({ variant }) => name(variant.name) },
    { title: 'Command', cell: ({ variant }) => el('code', {}, name(commandOf(variant), LONGEST_COMMAND)) },
    { title: 'Python', cell: ({ variant }) => name(pythonOf(variant)) },
    {
      title: 'Processes',
      right: true,
      cell: ({ variant: { processes } }) => (processes === null ? NO_FIGURE : group(processes)),
    },
    { title: 'Wall-clock of each run', cell: ({ variant }) => runsText(variant) },
  ];
  const rows = variants.map((variant, i) => ({ variant, i }));
  return section('variants', 'What was compared', ...table('variants', columns, rows, MOST_ROWS, 'variants'));
}

function figureCell(row: FigureRow, cell: Cell): Child {
  const { difference, remark } = cell;
  const range = rangeText(row, cell);
  const muted = (text: string | null): Child[] =>
    text === null || text === '' ? [] : [' ', el('span', { class: 'muted' }, text)];
  const ratio = difference === null || !Number.isFinite(difference.ratio) ? null : difference;
  return el(
    'div',
    {},
    el('b', {}, medianText(row, cell)),
    ...muted(range),
    ...(ratio === null
      ? [el('div', {}, ...muted(remark))]
      : [
          el(
            'div',
            { class: ratio.clear ? 'ratio clear' : 'ratio' },
            el('span', { class: 'times' }, ratioText(ratio)),
            ...muted(ratio.low === ratio.high ? null : ratioRangeText(ratio)),
            ...muted(remark),
          ),
        ]),
  );
}

function differences(variants: readonly CompareVariant[]): Element {
  const outputs = variants.map((variant) => outputText(variant, variants[0]));
  const told = figureRows(variants).map((row): Child[] => [
    el('span', { title: row.figure.help }, row.figure.label),
    ...row.cells.map((cell) => figureCell(row, cell)),
  ]);
  const rows = outputs.every((text) => text === null)
    ? told
    : [...told, ['Output', ...outputs.map((text) => text ?? NO_FIGURE)]];
  const columns: Column<Child[]>[] = [
    { title: 'Figure', cell: ([label]) => label },
    ...variants.map((variant, i) => ({
      title: el('span', {}, `${letterOf(i)} · `, name(variant.name, 60)),
      cell: (cells: Child[]) => cells[i + 1],
    })),
  ];
  return section(
    'differences',
    'Differences',
    el('p', { class: 'muted' }, DIFFERENCES),
    ...table('differences', columns, rows, MOST_ROWS, 'figures'),
  );
}

const DIFFERENCES =
  'Median, least–most of the runs; ratio to A with the range that the runs allow. A star marks what is clear: no run of the one reaches into those of the other, in runs enough to say so.';
const LANES =
  'Of each the run with the median wall-clock, or the one that was looked at; all on one axis from the start of each program.';

function remarks({ report }: ComparisonSource): Element[] {
  const lines = [...failureLines(report), ...resultLines(report.variants), ...report.notes];
  if (lines.length === 0) return [];
  return [section('notes', 'Notes', el('ul', {}, ...lines.map((text) => el('li', {}, sentence(text)))))];
}

function body(source: ComparisonSource): Element[] {
  const { report, lanes, gilscope } = source;
  const { variants } = report;
  const facts = factsOf(source).flatMap((fact, i): Child[] => (i === 0 ? [name(fact)] : [' · ', name(fact)]));
  const measured = variants.some(({ wall_s: wall }) => wall !== null);
  return [
    el('label', { class: 'turn', title: 'Light or dark' }, el('input', TURN), '◐'),
    el(
      'main',
      {},
      el('header', {}, el('h1', {}, name(titleOf(report))), el('p', { class: 'facts' }, ...facts)),
      verdictSection(report.verdict),
      variantTable(variants),
      ...(measured ? [section('bars', 'Figures', ...picture(source, 'bars', barsFigure))] : []),
      ...(measured ? [differences(variants)] : []),
      ...(lanes.shown.every((shown) => typeof shown === 'string')
        ? []
        : [
            section('lanes', 'Timelines', el('p', { class: 'muted' }, LANES), ...picture(source, 'lanes', lanesFigure)),
          ]),
      ...remarks(source),
    ),
    footer(gilscope),
  ];
}

const TURN = { type: 'checkbox', id: 'turned', 'aria-label': 'Light or dark' };

/** The text of the file. */
export function comparisonHtml(source: ComparisonSource): string {
  const { report, gilscope } = source;
  const styles = `${THEMES}\n${reportStyle}\n${print}\n${style}`;
  const page = body(source).map((element) => `${toHtml(element)}\n`);
  return `${opened({ title: titleOf(report), gilscope, script: null, style: styles })}${page.join('')}</body>\n</html>\n`;
}
