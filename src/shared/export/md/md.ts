/** `md`: a summary as Markdown, for a pull request or the step summary of a GitHub workflow. */
import { cpuOf, wallOf } from '../../compare/variant.ts';
import type { Summary, SummaryProcess, Verdict } from '../../contract/types.ts';
import { formatCount, formatPercent, formatSeconds, three } from '../../format.ts';
import {
  blameTable,
  functionTable,
  processText,
  switchesText,
  threadTable,
  type Column,
  type Table,
} from '../../summaryTables.ts';
import { TextOutput } from '../textOutput.ts';
import type { FormatWriter } from '../types.ts';
import { code, escaped, markdownTable } from './escape.ts';

const MOST_THREADS = 12;
const MOST_BLAMED = 5;
const MOST_FUNCTIONS = 10;
/** Programs with hundreds of workers: the rest is one line. */
const MOST_PROCESSES = 4;

/** What a summary does not know of itself. */
export interface SummaryHead {
  title: string;
  command: readonly string[];
}

const GIL_COLUMNS: readonly Column[] = [
  { title: 'GIL' },
  ...['held', 'contended', 'free', 'switches', 'pre-empted', 'voluntary'].map((title) => ({ title, right: true })),
];

/** Of all its processes, in the order in which they were started. */
function gilTable({ processes }: Summary): Pick<Table, 'columns' | 'rows'> {
  const several = processes.length > 1;
  const rows = processes.flatMap((process) =>
    process.gils.map((gil) => {
      const whole = gil.held_s + gil.free_s;
      const name = process.gils.length > 1 ? `GIL ${gil.id}` : 'GIL';
      return [
        several ? `${name} of ${process.name} (${process.pid})` : name,
        ...[gil.held_s, gil.contended_s, gil.free_s].map((part) => formatPercent(part / whole)),
        switchesText(gil),
        ...[gil.preempted, gil.voluntary].map(formatCount),
      ];
    }),
  );
  return { columns: GIL_COLUMNS, rows: rows.slice(0, MOST_THREADS) };
}

/** Length, CPU and cores of the program; of a part of the session, of that part. */
function timesText(summary: Summary): string {
  const { from_s: from, until_s: until, whole } = summary.range;
  const wall = whole ? wallOf(summary) : until - from;
  const cpu = cpuOf(summary);
  const cores = cpu === null || wall <= 0 ? [] : `${three(cpu / wall)} cores in use`;
  const part = whole ? [] : `from ${formatSeconds(from)} to ${formatSeconds(until)} of the recording`;
  const parts = [`wall-clock ${formatSeconds(wall)}`, `CPU ${formatSeconds(cpu)}`, cores, part].flat();
  return parts.join(', ');
}

const moreText = (count: number, what: string): string =>
  count > 0 ? `\n… and ${formatCount(count)} more ${what}\n` : '';

function processSections(process: SummaryProcess): string {
  const { functions } = process;
  const threads = threadTable(process, MOST_THREADS);
  const head = `\n### ${escaped(processText(process))}\n\n`;
  const dropped =
    process.dropped > 0 ? `\n${formatCount(process.dropped)} events were dropped: gaps are shown as unknown.\n` : '';
  const lost = process.lost === null ? '' : `\nIncomplete: ${escaped(process.lost)}.\n`;
  const calls = functions === undefined || functions.by_own.length === 0 ? '' : callsSection(process, functions);
  return head + markdownTable(threads) + moreText(threads.more, 'threads') + dropped + lost + calls;
}

function callsSection({ engine }: SummaryProcess, functions: NonNullable<SummaryProcess['functions']>): string {
  const table = functionTable(functions, MOST_FUNCTIONS);
  const estimated = engine === 'estimated' ? ', estimated' : '';
  return (
    `\n**Functions**: ${formatCount(functions.calls)} calls, by their own time${estimated}\n\n` +
    markdownTable(table) +
    moreText(table.more, 'functions')
  );
}

/** Of a recording, or of a comparison. */
export function verdictMarkdown({ text, evidence, advice, limits }: Omit<Verdict, 'kind' | 'predicted_s'>): string {
  const lines = [
    `**${escaped(text, 400)}**\n`,
    advice === null ? [] : `${escaped(advice, 400)}\n`,
    evidence.length === 0 ? [] : `${evidence.map((one) => `- ${escaped(one, 400)}`).join('\n')}\n`,
    limits.length === 0 ? [] : `What this cannot know: ${limits.map((one) => escaped(one, 400)).join(' ')}\n`,
  ];
  return lines.flat().join('\n');
}

/** Of a session, or of a part of it. */
export function summaryMarkdown(summary: Summary, { title, command }: SummaryHead): string {
  const { processes, engine, damage, verdict } = summary;
  const rest = processes.length - MOST_PROCESSES;
  const blame = blameTable(summary, MOST_BLAMED);
  const gils = gilTable(summary);
  const estimated = engine === 'estimated' ? ', estimated' : '';
  return [
    `## ${escaped(title)}\n`,
    command.length === 0 ? [] : `${code(command.join(' '), 300)}\n`,
    `${timesText(summary)}; figures are ${engine}\n`,
    damage === null ? [] : `**Damaged**: ${escaped(damage, 400)}\n`,
    verdictMarkdown(verdict),
    gils.rows.length === 0 ? [] : markdownTable(gils),
    blame.rows.length === 0 ? [] : `### Who made whom wait${estimated}\n\n${markdownTable(blame)}`,
    processes.slice(0, MOST_PROCESSES).map(processSections).join('').replace(/^\n/, ''),
    rest > 0 ? `… and ${formatCount(rest)} more processes\n` : [],
  ]
    .flat()
    .join('\n');
}

export const md: FormatWriter = function* (source) {
  const out = new TextOutput();
  out.put(summaryMarkdown(source.summary, source));
  out.passed(1, 1, source);
  yield out.piece();
};
