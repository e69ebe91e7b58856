/** The tables of a report: threads, GILs, who made whom wait, functions, marks, reference counts. Those without rows are left out. Pure. */
import type { SummaryFunction } from '../../contract/functions.ts';
import type { SummaryMark } from '../../contract/marks.ts';
import type { GilIdx, SummaryGil, SummaryProcess, SummaryThread, ThreadInfo } from '../../contract/types.ts';
import type { SummaryWatch } from '../../contract/watches.ts';
import { threadName } from '../../figure/headlines.ts';
import { formatBytes, formatPercent, formatS, group } from '../../pageFormat.ts';
import { NO_FIGURE } from '../../format.ts';
import type { ExportSource } from '../types.ts';
import { el, name, type Element } from './element.ts';
import { section, table, type Column } from './table.ts';

const MOST_THREADS = 200;
const MOST_ROWS = 30;
const groupOr = (n: number | null): string => (n === null ? NO_FIGURE : group(n));
const right = true;

type ThreadRow = { info: ThreadInfo; figures: SummaryThread };

function threadTable(source: ExportSource): Element {
  const rows = source.threads
    .map((info) => ({ info, figures: source.figures(info.idx) }))
    .sort((a, b) => b.figures.held_s + b.figures.wait_s - (a.figures.held_s + a.figures.wait_s));
  const columns: Column<ThreadRow>[] = [
    { title: 'Thread', cell: ({ info }) => name(threadName(source.session, info.idx)) },
    { title: 'Held', right, cell: ({ figures }) => formatS(figures.held_s) },
    { title: 'Wait', right, cell: ({ figures }) => formatS(figures.wait_s) },
    { title: 'CPU', right, cell: ({ figures }) => formatS(figures.cpu_s) },
    { title: 'Lock wait', right, cell: ({ figures }) => formatS(figures.lock_wait_s) },
    { title: 'Takes', right, cell: ({ figures }) => group(figures.takes) },
    { title: 'Pre-empted', right, cell: ({ figures }) => group(figures.preempted) },
    { title: 'Voluntary', right, cell: ({ figures }) => group(figures.voluntary) },
    { title: 'Longest hold', right, cell: ({ figures }) => formatS(figures.hold_max_s) },
    { title: 'Wait p50', right, cell: ({ figures }) => formatS(figures.wait_p50_s) },
    { title: 'p95', right, cell: ({ figures }) => formatS(figures.wait_p95_s) },
    { title: 'Longest wait', right, cell: ({ figures }) => formatS(figures.wait_max_s) },
  ];
  return section('threads', 'Threads', ...table('threads', columns, rows, MOST_THREADS, 'threads'));
}

type GilRow = { process: SummaryProcess; gil: SummaryGil };

function gilTable({ summary }: ExportSource): Element[] {
  const rows = summary.processes.flatMap((process) => process.gils.map((gil) => ({ process, gil })));
  if (rows.length === 0) return [];
  const share = (part: (gil: SummaryGil) => number) => ({
    right,
    cell: ({ gil }: GilRow) => formatPercent(part(gil) / (gil.held_s + gil.free_s)),
  });
  const columns: Column<GilRow>[] = [
    { title: 'Process', cell: ({ process }) => name(`${process.name} · ${process.pid}`) },
    { title: 'GIL', right, cell: ({ gil }) => String(gil.id) },
    { title: 'Held', ...share((gil) => gil.held_s) },
    { title: 'Contended', ...share((gil) => gil.contended_s) },
    { title: 'Free', ...share((gil) => gil.free_s) },
    { title: 'Switches', right, cell: ({ gil }) => group(gil.switches) },
    { title: 'Pre-empted', right, cell: ({ gil }) => group(gil.preempted) },
    { title: 'Voluntary', right, cell: ({ gil }) => group(gil.voluntary) },
    { title: 'Captured', right, cell: ({ gil }) => groupOr(gil.switches_checked) },
    { title: 'of counted', right, cell: ({ gil }) => groupOr(gil.switches_counted) },
  ];
  return [section('gils', rows.length > 1 ? 'GILs' : 'GIL', ...table('gils', columns, rows, MOST_ROWS, 'GILs'))];
}

const place = (fn: string | null, file: string | null, line: number | null): Element =>
  fn === null
    ? el('span', { class: 'muted' }, 'not known')
    : el(
        'span',
        {},
        name(fn),
        ...(file === null || file === ''
          ? []
          : [' ', el('span', { class: 'muted' }, name(file), ...(line === null ? [] : [`:${line}`]))]),
      );

interface Blamed {
  waiter: number;
  holder: number | null;
  fn: Element;
  waitS: number;
  waits: number;
}

function blameTable(source: ExportSource): Element[] {
  const rows: Blamed[] = [];
  const total = new Map<GilIdx, number>();
  for (const { waiter, holder, site, waitS, waits } of source.blame()) {
    total.set(waiter, (total.get(waiter) ?? 0) + waitS);
    const fn = place(site === null ? null : (site.qualname ?? site.name), site?.file ?? null, site?.firstLine ?? null);
    rows.push({ waiter, holder, fn, waitS, waits });
  }
  if (rows.length === 0) return [];
  const named = (thread: number) => name(threadName(source.session, thread));
  const columns: Column<Blamed>[] = [
    { title: 'Waited', cell: ({ waiter }) => named(waiter) },
    {
      title: 'Because of',
      cell: ({ holder }) =>
        holder === null ? el('span', { class: 'muted' }, 'nobody: free, or not known') : named(holder),
    },
    { title: 'In', cell: ({ holder, fn }) => (holder === null ? NO_FIGURE : fn) },
    { title: 'Wait', right, cell: ({ waitS }) => formatS(waitS) },
    { title: 'of its wait', right, cell: ({ waiter, waitS }) => formatPercent(waitS / (total.get(waiter) ?? NaN)) },
    { title: 'Waits', right, cell: ({ holder, waits }) => (holder === null ? NO_FIGURE : group(waits)) },
  ];
  const sorted = rows.sort((a, b) => b.waitS - a.waitS);
  return [section('blame', 'Who made whom wait', ...table('blame', columns, sorted, MOST_ROWS, 'rows'))];
}

function functionTables({ summary }: ExportSource): Element[] {
  const traced = summary.processes.filter(({ functions }) => (functions?.by_own.length ?? 0) > 0);
  const rows = traced.flatMap(({ functions }) => functions?.by_own ?? []).sort((a, b) => b.own_s - a.own_s);
  if (rows.length === 0) return [];
  const columns: Column<SummaryFunction>[] = [
    { title: 'Function', cell: ({ name: fn, file, line }) => place(fn, file, line) },
    { title: 'Calls', right, cell: ({ calls }) => group(calls) },
    { title: 'Own', right, cell: ({ own_s }) => formatS(own_s) },
    { title: 'held', right, cell: ({ own_held_s }) => formatS(own_held_s) },
    { title: 'wait', right, cell: ({ own_wait_s }) => formatS(own_wait_s) },
    { title: 'released', right, cell: ({ own_released_s }) => formatS(own_released_s) },
    { title: 'Total', right, cell: ({ total_s }) => formatS(total_s) },
  ];
  return [section('functions', 'Functions', ...table('functions', columns, rows, MOST_ROWS, 'functions'))];
}

function markTable({ summary: { marks } }: ExportSource): Element[] {
  if (marks.by_name.length === 0) return [];
  const columns: Column<SummaryMark>[] = [
    { title: 'Mark', cell: (mark) => name(mark.name) },
    { title: 'Kind', cell: ({ kind }) => kind },
    { title: 'Count', right, cell: ({ count }) => group(count) },
    { title: 'Total', right, cell: ({ total_s }) => formatS(total_s) },
    { title: 'held', right, cell: ({ held_s }) => formatS(held_s) },
    { title: 'wait', right, cell: ({ wait_s }) => formatS(wait_s) },
    { title: 'released', right, cell: ({ released_s }) => formatS(released_s) },
  ];
  return [section('marks', 'Marks', ...table('marks', columns, marks.by_name, MOST_ROWS, 'names'))];
}

function watchTable({ summary: { watches = [] } }: ExportSource): Element[] {
  if (watches.length === 0) return [];
  const columns: Column<SummaryWatch>[] = [
    { title: 'Expression', cell: ({ expression }) => name(expression) },
    { title: 'Type', cell: ({ type }) => (type === null ? NO_FIGURE : name(type)) },
    { title: 'State', cell: ({ state }) => state },
    { title: 'Least', right, cell: ({ min }) => groupOr(min) },
    { title: 'Most', right, cell: ({ max }) => groupOr(max) },
    { title: 'At the end', right, cell: ({ current, immortal }) => (immortal ? 'immortal' : groupOr(current)) },
    { title: 'Size', right, cell: ({ size_bytes }) => formatBytes(size_bytes) },
  ];
  return [section('refcounts', 'Reference counts', ...table('refcounts', columns, watches, MOST_ROWS, 'objects'))];
}

export const tables = (source: ExportSource): Element[] => [
  threadTable(source),
  ...gilTable(source),
  ...blameTable(source),
  ...functionTables(source),
  ...markTable(source),
  ...watchTable(source),
];
