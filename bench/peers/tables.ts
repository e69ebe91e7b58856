/** The tables of peers.ts, as Markdown that can stand in docs/performance.md. */
import { format } from 'prettier';
import type { Compared } from './truth.ts';

export interface Ratios {
  /** Of the plain run beside it: of the program's own time, and of the CPU time of its process. */
  elapsed: number[];
  cpu: number[];
  /** CPU seconds more than the plain run beside it. */
  more: number[];
}

export interface Row {
  id: string;
  title: string;
  tells: string;
  version: string | null;
  /** Why there are no figures at all. */
  why: string | null;
  cells: Record<string, Cell | undefined>;
}

export interface Cell {
  ratios: Ratios;
  truth: Compared | null;
  note: string | null;
  /** Why it has no figures for this program. */
  why: string | null;
}

export const emptyCell = (): Cell => ({
  ratios: { elapsed: [], cpu: [], more: [] },
  truth: null,
  note: null,
  why: null,
});

export function median(values: readonly number[]): number {
  const order = [...values].sort((a, b) => a - b);
  const middle = order.length / 2;
  return order.length % 2 === 1 ? order[Math.floor(middle)] : (order[middle - 1] + order[middle]) / 2;
}

const cell = (text: string): string => text.replace(/\|/g, '\\|').replace(/\s+/g, ' ');
export const markdown = (head: readonly string[], rows: readonly (readonly string[])[]): Promise<string> =>
  format([head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n'), {
    parser: 'markdown',
  });

export interface Column {
  id: string;
  title: string;
}

const name = ({ title, version }: Row): string => (version === null ? title : `${title} (${version})`);
const times = (values: readonly number[]): string => {
  const value = median(values);
  return value >= 10 ? value.toFixed(0) : value.toFixed(2);
};

function slowCell(one: Cell): string {
  if (one.why !== null || one.ratios.elapsed.length === 0) return one.why === null ? 'n/a' : 'failed';
  const { elapsed, cpu, more } = one.ratios;
  const seconds = median(more);
  return `${times(elapsed)} · ${times(cpu)} · ${seconds < 0 ? '−' : '+'}${Math.abs(seconds).toFixed(1)} s`;
}

/** Why there is nothing in a cell, a line for each tool and reason. */
export function failures(columns: readonly Column[], rows: readonly Row[]): string {
  const reasons = new Map<string, string[]>();
  for (const row of rows)
    for (const { id, title } of columns) {
      const why = row.cells[id]?.why;
      if (why == null) continue;
      const key = `${name(row)}: ${why}`;
      reasons.set(key, [...(reasons.get(key) ?? []), title]);
    }
  return [...reasons]
    .map(([key, titles]) => `- ${key}${titles.length === columns.length ? '' : ` (${titles.join(', ')})`}\n`)
    .join('');
}

/** Elapsed and CPU of the program, medians of ratios; CPU seconds more of everything. */
export function slowTable(columns: readonly Column[], rows: readonly Row[]): Promise<string> {
  return markdown(
    ['', ...columns.map(({ title }) => title)],
    rows.map((row) => [
      name(row),
      ...columns.map(({ id }, i) => (row.why === null ? slowCell(row.cells[id]!) : i === 0 ? row.why : '')),
    ]),
  );
}

const points = (value: number | null): string => (value === null ? 'n/a' : value < 0.05 ? '0.0' : value.toFixed(1));

function truthCell(one: Cell | undefined): string {
  if (one?.truth === null || one?.truth === undefined) return one?.why == null ? 'n/a' : 'failed';
  const lost = one.truth.lost > 0 ? ` (the kernel lost ${one.truth.lost})` : '';
  const note = one.note === null ? '' : ` (${one.note})`;
  return `${points(one.truth.heldOff)} · ${points(one.truth.waitOff)}${lost}${note}`;
}

/** How far from the truth: of the thread it is most wrong about, in points of a hundred of the time, held and wait. */
export function truthTable(columns: readonly Column[], rows: readonly Row[]): Promise<string> {
  return markdown(
    ['', 'what it tells', ...columns.map(({ title }) => title)],
    rows
      .filter(({ why }) => why === null)
      .map((row) => [name(row), row.tells, ...columns.map(({ id }) => truthCell(row.cells[id]))]),
  );
}

const percent = (part: number | null): string => (part === null ? 'n/a' : `${(100 * part).toFixed(1)} %`);

/** One program: each thread as each tool tells it, and as the kernel saw it in the same run. */
export async function threadTable(id: string, rows: readonly Row[]): Promise<string | null> {
  const told = rows.filter(({ cells }) => cells[id]?.truth?.heldOff != null);
  const lines = told.flatMap((row) =>
    row.cells[id]!.truth!.threads.map((thread, i) => [
      i === 0 ? name(row) : '',
      thread.name,
      `${percent(thread.saidHeld)} (${percent(thread.held)})`,
      thread.saidWait === null ? 'n/a' : `${percent(thread.saidWait)} (${percent(thread.wait)})`,
    ]),
  );
  return lines.length === 0 ? null : await markdown(['', 'thread', 'held: told (true)', 'wait: told (true)'], lines);
}
