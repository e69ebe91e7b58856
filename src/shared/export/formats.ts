/**
 * The formats that a session can be exported in: what each is called and what writes it. Writers are loaded when they are asked for, so that a list
 * costs nothing. Read by src/engine/export; the window gets it by `export.formats`.
 */
import type { ExportFormatInfo } from '../contract/exports.ts';
import { TABLES } from './tables/tables.ts';
import type { TableWriter } from './tables/table.ts';
import type { FormatWriter } from './types.ts';

interface Described extends Omit<ExportFormatInfo, 'tables'> {
  /** Not for a terminal. */
  binary: boolean;
  /** What is written is a page, HTML or SVG, which a browser makes this of (src/engine/export/browser.ts). */
  print?: { from: '.html' | '.svg'; to: 'pdf' | 'png' };
}

/** One file, or a file for each table (tables/tables.ts). */
export type ExportFormat = Described &
  ({ kind: 'file'; load: () => Promise<FormatWriter> } | { kind: 'tables'; load: () => Promise<TableWriter> });

/** Of zlib's levels the quickest that keeps a million holds below 20 MB. */
const QUICK = 3;

export const FORMATS: readonly ExportFormat[] = [
  {
    ...{ id: 'perfetto', title: 'Perfetto', suffix: '.pftrace', kind: 'file', binary: true, needs: null },
    description: 'Everything on one time axis, with arrows at each switch. For ui.perfetto.dev and trace_processor.',
    load: async () => {
      const [{ perfetto }, { deflateSync }] = await Promise.all([
        import('./perfetto/perfetto.ts'),
        import('node:zlib'),
      ]);
      return perfetto((bytes) => deflateSync(bytes, { level: QUICK }));
    },
  },
  {
    ...{ id: 'chrome', title: 'Chrome trace', suffix: '.trace.json', kind: 'file', binary: false, needs: null },
    description: 'The same as JSON (Trace Event). For chrome://tracing and tools that read it; large.',
    load: async () => (await import('./chrome/chrome.ts')).chrome,
  },
  {
    ...{ id: 'speedscope', title: 'speedscope', suffix: '.speedscope.json', kind: 'file', binary: false, needs: null },
    description: 'Every traced call, and who made whom wait. For speedscope.app.',
    load: async () => (await import('./speedscope/speedscope.ts')).speedscope,
  },
  {
    ...{
      id: 'collapsed',
      title: 'Collapsed stacks',
      suffix: '.folded',
      kind: 'file',
      binary: false,
      needs: 'functions',
    },
    description: 'Own time of each stack of traced calls, in µs. For flamegraph.pl and inferno.',
    load: async () => (await import('./collapsed/collapsed.ts')).collapsed,
  },
  {
    ...{ id: 'collapsed-waits', title: 'Collapsed waits', suffix: '.waits.folded', kind: 'file', binary: false },
    ...{ needs: null, description: 'Time waiting by who caused it, and in which function, in µs. For flame graphs.' },
    load: async () => (await import('./collapsed/collapsed.ts')).collapsedWaits,
  },
  {
    ...{ id: 'gecko', title: 'Firefox Profiler', suffix: '.gecko.json', kind: 'file', binary: false, needs: null },
    description: 'Holds and waits as markers, traced calls as stacks. For profiler.firefox.com.',
    load: async () => (await import('./gecko/gecko.ts')).gecko,
  },
  {
    ...{ id: 'html', title: 'HTML report', suffix: '.html', kind: 'file', binary: false, needs: null },
    description: 'Verdict, figures, tables and a timeline to move in: one page that needs no gilscope and no network.',
    load: async () => (await import('./html/html.ts')).writeHtml,
  },
  {
    ...{ id: 'svg', title: 'SVG picture', suffix: '.svg', kind: 'file', binary: false, needs: null },
    description: 'Lanes, verdict and facts as one picture. For documents and slides.',
    load: async () => (await import('./svg/svg.ts')).writeSvg,
  },
  {
    ...{ id: 'pdf', title: 'PDF report', suffix: '.pdf', kind: 'file', binary: true, needs: null },
    description: 'The report, printed by the Chromium, Chrome or Edge that is there.',
    print: { from: '.html', to: 'pdf' },
    load: async () => (await import('./html/html.ts')).writeHtml,
  },
  {
    ...{ id: 'png', title: 'PNG picture', suffix: '.png', kind: 'file', binary: true, needs: null },
    description: 'The picture in points, by the Chromium, Chrome or Edge that is there.',
    print: { from: '.svg', to: 'png' },
    load: async () => (await import('./svg/svg.ts')).writeSvg,
  },
  {
    ...{ id: 'md', title: 'Markdown', suffix: '.md', kind: 'file', binary: false, needs: null },
    description: 'Verdict, figures and tables of the summary. For a pull request.',
    load: async () => (await import('./md/md.ts')).md,
  },
  {
    ...{ id: 'csv', title: 'CSV', suffix: '.csv', kind: 'tables', binary: false, needs: null },
    description: 'A file for each table: holds, waits, switches and more. For spreadsheets and any program.',
    load: async () => (await import('./tables/csv.ts')).writeCsv,
  },
  {
    ...{ id: 'jsonl', title: 'JSON lines', suffix: '.jsonl', kind: 'tables', binary: false, needs: null },
    description: 'A file for each table, an object on each line. For jq, scripts and databases.',
    load: async () => (await import('./tables/jsonl.ts')).writeJsonl,
  },
  {
    ...{ id: 'arrow', title: 'Arrow', suffix: '.arrow', kind: 'tables', binary: true, needs: null },
    description: 'A file for each table (Feather, version 2). For pandas, polars, DuckDB and R.',
    load: async () => (await import('./tables/arrow.ts')).writeArrow,
  },
];

export const formatOf = (id: string): ExportFormat | null => FORMATS.find((format) => format.id === id) ?? null;

export function describeFormat({ id, title, suffix, description, needs, kind }: ExportFormat): ExportFormatInfo {
  const tables = kind === 'tables' ? TABLES.map(({ name, about }) => ({ name, description: about })) : [];
  return { id, title, suffix, description, needs, tables };
}
