/** A comparison as text: figures of each variant, how they stand to the first, and the verdict. Pure; used by compare.ts. */
import { difference, spreadOf } from '../shared/compare/spread.ts';
import type { CallReport, CompareReport, CompareVariant, Spread } from '../shared/contract/compare.ts';
import { formatBytes, formatCount, formatPercent, formatSeconds, NO_FIGURE, three } from '../shared/format.ts';
import { plain, table, type Column } from './terminalText.ts';

const WIDTH = 100;
const MAX_NAME = 30;

interface Row {
  title: string;
  spread: (variant: CompareVariant) => Spread | null;
  format: (value: number) => string;
  /** Left out where no variant has it. */
  optional?: boolean;
  /** A share, or what may be next to nothing in one of them: a ratio of it says nothing. */
  alone?: boolean;
  /** Estimated is not to be held against exact. */
  gil?: boolean;
}

const ROWS: readonly Row[] = [
  { title: 'wall-clock', spread: (v) => v.wall_s, format: formatSeconds },
  { title: 'work', spread: (v) => called(v, (one) => one.work_s), format: formatSeconds, optional: true },
  { title: 'tasks in all', spread: (v) => called(v, (one) => one.task_s), format: formatSeconds, optional: true },
  { title: 'passed', spread: (v) => called(v, (one) => one.passed_bytes), format: formatBytes, optional: true },
  {
    title: 'shut-down',
    spread: (v) => called(v, (one) => one.shut_down_s),
    format: formatSeconds,
    optional: true,
    alone: true,
  },
  { title: 'CPU', spread: (v) => v.cpu_s, format: formatSeconds },
  { title: 'effective cores', spread: (v) => v.effective_cores, format: three },
  { title: 'start-up', spread: (v) => v.start_up_s, format: formatSeconds, alone: true },
  { title: 'GIL held', spread: (v) => v.gil_held_share, format: formatPercent, alone: true },
  { title: 'GIL contended', spread: (v) => v.gil_contended_share, format: formatPercent, alone: true },
  { title: 'GIL free', spread: (v) => v.gil_free_share, format: formatPercent, alone: true },
  { title: 'GIL wait', spread: (v) => v.gil_wait_s, format: formatSeconds, gil: true },
  { title: 'wait p95', spread: (v) => v.wait_p95_s, format: formatSeconds, gil: true },
  { title: 'lock wait', spread: (v) => v.lock_wait_s, format: formatSeconds, optional: true, gil: true },
  { title: 'pre-empted', spread: (v) => v.switches?.preempted ?? null, format: whole, gil: true },
  { title: 'voluntary', spread: (v) => v.switches?.voluntary ?? null, format: whole, gil: true },
  { title: 'memory, PSS', spread: (v) => v.memory_bytes?.pss ?? null, format: formatBytes, optional: true },
  { title: 'memory, RSS', spread: (v) => v.memory_bytes?.rss ?? null, format: formatBytes },
];

/** Of what `--call` measured in each run. */
function called({ call }: CompareVariant, figure: (report: CallReport) => number | null): Spread | null {
  const values = call.map(figure);
  return values.every((value) => value !== null) ? spreadOf(values) : null;
}

/** The median of an even number of counts may lie between two. */
function whole(count: number): string {
  return formatCount(Math.round(count));
}

/** "1.02 s (0.980 s to 1.10 s)"; without the range where all runs came to the same figure, or there was one. */
function spreadText(spread: Spread | null, format: (value: number) => string): string {
  if (spread === null) return NO_FIGURE;
  const [median, min, max] = [spread.median, spread.min, spread.max].map(format);
  return min === max ? median : `${median} (${min}–${max})`;
}

/** "×0.54 (0.50–0.60) *": the star says that it is clear. */
function ratioText(first: Spread | null, own: Spread | null): string {
  if (first === null || own === null) return NO_FIGURE;
  const { ratio, low, high, clear } = difference(first, own);
  if (!Number.isFinite(ratio)) return NO_FIGURE;
  const range = Number.isFinite(high) && three(low) !== three(high) ? ` (${three(low)}–${three(high)})` : '';
  return `×${three(ratio)}${range}${clear ? ' *' : ''}`;
}

const shortName = (name: string): string => {
  const text = plain(name);
  return text.length > MAX_NAME ? `${text.slice(0, MAX_NAME - 1)}…` : text;
};

const rowsOf = (variants: readonly CompareVariant[]): Row[] =>
  ROWS.filter(
    ({ optional, spread }) => optional !== true || variants.some((variant) => (spread(variant)?.max ?? 0) > 0),
  );

const pythonText = ({ python, engine }: CompareVariant): string =>
  python === null ? NO_FIGURE : plain(python) + (engine === 'estimated' ? ', estimated' : '');

/** Variants side by side. */
function sideBySide(variants: readonly CompareVariant[]): string {
  const columns: Column[] = [{ title: '' }, ...variants.map(({ name }) => ({ title: shortName(name) }))];
  const words: [string, (variant: CompareVariant) => string][] = [
    ['Python', pythonText],
    ['runs', ({ wall_s: wall }) => formatCount(wall?.values.length ?? 0)],
    ['processes', ({ processes }) => formatCount(processes)],
  ];
  const figures = rowsOf(variants).map(({ title, spread, format }) => [
    title,
    ...variants.map((variant) => spreadText(spread(variant), format)),
  ]);
  return table(columns, [...words.map(([title, of]) => [title, ...variants.map(of)]), ...figures]);
}

/** The others' figures over the first one's. */
function ratios([first, ...others]: readonly CompareVariant[]): string {
  const rows = rowsOf([first, ...others])
    .filter(({ alone }) => alone !== true)
    .map(({ title, spread, gil }) => [
      title,
      ...others.map((other) =>
        gil === true && other.engine !== first.engine ? NO_FIGURE : ratioText(spread(first), spread(other)),
      ),
    ])
    .filter((row) => row.slice(1).some((cell) => cell !== NO_FIGURE));
  if (rows.length === 0) return '';
  return table(
    [{ title: `to ${shortName(first.name)}` }, ...others.map(({ name }) => ({ title: shortName(name) }))],
    rows,
  );
}

/** Of the figures those that decide, and what they are called where there is little room. */
const SHORT = new Map([
  ['work', 'work'],
  ['CPU', 'CPU'],
  ['effective cores', 'cores'],
  ['GIL held', 'held'],
  ['wait p95', 'wait p95'],
  ['memory, RSS', 'memory'],
]);

/** One below the other, when they are too many or too wide: medians. */
function stacked(variants: readonly CompareVariant[]): string {
  const [wall, ...rows] = rowsOf(variants).filter(({ title }) => title === 'wall-clock' || SHORT.has(title));
  const [first] = variants;
  const cells = variants.map((variant, i) => [
    shortName(variant.name),
    spreadText(wall.spread(variant), wall.format),
    i === 0 ? '' : ratioText(wall.spread(first), wall.spread(variant)),
    ...rows.map(({ spread, format }) => {
      const found = spread(variant);
      return found === null ? NO_FIGURE : format(found.median);
    }),
  ]);
  const columns: Column[] = [
    ...['', 'wall-clock', 'to the first'].map((title) => ({ title })),
    ...rows.map(({ title }) => ({ title: SHORT.get(title)!, right: true })),
  ];
  return table(columns, cells);
}

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

function figures(variants: readonly CompareVariant[]): string {
  const wide = sideBySide(variants);
  const compared = ratios(variants);
  const star = (text: string): string =>
    text.includes(' *') ? '* clear: no run of the one reaches into those of the other, in runs enough to say so\n' : '';
  if (Math.max(widest(wide), widest(compared)) <= WIDTH)
    return `${wide}${compared === '' ? '' : `\n${compared}`}${star(compared)}`;
  const narrow = stacked(variants);
  return narrow + star(narrow);
}

/** What the calls came to: once where all came to the same. */
function resultsText(variants: readonly CompareVariant[]): string {
  const all = variants.flatMap(({ name, call }) => call.slice(0, 1).map(({ results }) => ({ name, results })));
  if (all.length === 0) return '';
  const same = new Set(variants.flatMap(({ call }) => call.map(({ digest }) => digest))).size === 1;
  const lines = same
    ? [`all came to ${plain(all[0].results)}`]
    : all.map(({ name, results }) => `${plain(name)} came to ${plain(results)}`);
  return `\n${lines.join('\n')}\n`;
}

/** Everything but where the recordings are. */
export function compareText({ variants, failed, notes, verdict }: CompareReport): string {
  const failures = failed.map(
    ({ variant, round, error }) => `${plain(variant)}, run ${round + 1} failed: ${plain(error)}\n`,
  );
  const sentences = [
    verdict.text,
    ...verdict.evidence,
    ...(verdict.advice === null ? [] : [verdict.advice]),
    ...verdict.limits,
  ];
  const measured = variants.some(({ wall_s: wall }) => wall !== null);
  const noteLines = notes.map((note) => `${plain(note)}\n`).join('');
  return `${measured ? `${figures(variants)}${resultsText(variants)}\n` : ''}${failures.join('')}${noteLines}${sentences.map((one) => `${plain(one)}\n`).join('')}`;
}
