/**
 * What a profile for profiler.firefox.com says of itself: its `meta`. Version 57 of the processed format is the last one in which each thread
 * has its own tables, so that one thread at a time need be known here; every later profiler upgrades it. Format: docs-developer/ and
 * src/types/profile.ts in https://github.com/firefox-devtools/profiler.
 */
import { SLICE } from '../trace/names.ts';
import type { ExportSource } from '../types.ts';

export const PROCESSED_VERSION = 57;
/** Of the format of Firefox itself, which this is not. */
const GECKO_VERSION = 27;

/** Indices are those of `category` in tables; one is grey, which makes it the default. */
export const CATEGORIES = [
  { name: 'Other', color: 'grey', subcategories: ['Other'] },
  { name: SLICE.hold, color: 'green', subcategories: ['Other'] },
  { name: SLICE.wait, color: 'red', subcategories: ['Other'] },
  { name: SLICE.lock, color: 'orange', subcategories: ['Other'] },
  { name: SLICE.running, color: 'lightblue', subcategories: ['Other'] },
  { name: 'Python', color: 'blue', subcategories: ['Other'] },
  { name: 'marked by the program', color: 'purple', subcategories: ['Other'] },
] as const;

export const categoryOf = (name: (typeof CATEGORIES)[number]['name']): number =>
  CATEGORIES.findIndex((category) => category.name === name);

/** Types of markers' data. */
export const MarkerType = { state: 'gil', mark: 'mark' } as const;

const MARKER_SCHEMA = [
  {
    name: MarkerType.state,
    tooltipLabel: '{marker.name}',
    tableLabel: '{marker.data.where}',
    chartLabel: '{marker.name}',
    display: ['marker-chart', 'marker-table', 'timeline-overview'],
    description: 'What the thread had of the GIL.',
    fields: [
      { key: 'where', label: 'Let go in', format: 'unique-string' },
      { key: 'ended', label: 'Ended', format: 'unique-string' },
      { key: 'core', label: 'Core', format: 'integer' },
    ],
  },
  {
    name: MarkerType.mark,
    tooltipLabel: '{marker.name}',
    tableLabel: '{marker.name}',
    chartLabel: '{marker.name}',
    display: ['marker-chart', 'marker-table', 'timeline-overview'],
    description: 'A region or an instant that the program marked itself.',
    fields: [],
  },
];

/** @param threads how many there are */
export function metaOf(source: ExportSource, threads: number): object {
  const { title, created, start, end, originNs, command, cores, summary, gilscope } = source;
  const text = (label: string, value: string) => ({ label, format: 'string', value });
  return {
    interval: 1,
    startTime: Date.parse(created) || 0,
    startTimeAsClockMonotonicNanosecondsSinceBoot: Number(originNs),
    profilingStartTime: start / 1e6,
    profilingEndTime: end / 1e6,
    processType: 0,
    product: title,
    importedFrom: `gilscope ${gilscope}`,
    arguments: command.join(' '),
    stackwalk: 0,
    version: GECKO_VERSION,
    preprocessedProfileVersion: PROCESSED_VERSION,
    logicalCPUs: cores,
    symbolicated: true,
    symbolicationNotSupported: true,
    usesOnlyOneStackType: true,
    sourceCodeIsNotOnSearchfox: true,
    categories: CATEGORIES,
    markerSchema: MARKER_SCHEMA,
    initialVisibleThreads: Array.from({ length: threads }, (_, i) => i),
    initialSelectedThreads: threads > 0 ? [0] : [],
    extra: [
      {
        label: 'gilscope',
        entries: [text('Verdict', summary.verdict.text), text('Figures', summary.engine)],
      },
    ],
  };
}
