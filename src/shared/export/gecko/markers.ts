/** The markers of a thread: what it had of the GIL, and what the program marked. Used by gecko.ts. */
import { ThreadState } from '../../contract/types.ts';
import { functionLabel } from '../../functionNames.ts';
import { NS_PER_MS } from '../../units.ts';
import { jsonArray, type TextOutput } from '../textOutput.ts';
import { endedHow, orUnknown, SLICE, sliceName } from '../trace/names.ts';
import type { ExportSource, IntervalRow, MarkRow, Piece } from '../types.ts';
import { categoryOf, MarkerType } from './schema.ts';
import type { Strings } from './strings.ts';

const PHASE = { instant: 0, interval: 1 } as const;

/** Of a name that a state has. */
function stateCategory(name: string): number {
  const known = [SLICE.hold, SLICE.wait, SLICE.lock, SLICE.running].find((one) => one === name);
  return categoryOf(known ?? 'Other');
}

function stateData(row: IntervalRow, strings: Strings): object {
  const ended = endedHow(row.flags);
  return {
    type: MarkerType.state,
    where: strings.of(functionLabel(row.site)),
    ...(ended !== null && { ended: strings.of(ended) }),
    ...(row.state === ThreadState.hold && row.core >= 0 && { core: row.core }),
  };
}

/** One marker; `of` is reused. */
type Told = { name: string } & ({ kind: 'state'; of: IntervalRow } | { kind: 'mark'; of: MarkRow });

function* markersOf(source: ExportSource, thread: number, passed: () => void): Generator<Told> {
  for (const row of source.intervals(thread)) {
    passed();
    const name = sliceName(row);
    if (name !== null) yield { kind: 'state', name, of: row };
  }
  for (const row of source.marks(thread)) yield { kind: 'mark', name: orUnknown(row.name), of: row };
}

const isInstant = (told: Told): boolean => told.kind === 'mark' && told.of.instant;

/** One column after the other, each from a reading of its own: a thread may have millions of intervals. */
export function* markerTable(
  out: TextOutput,
  source: ExportSource,
  thread: number,
  strings: Strings,
): Generator<Piece> {
  let length = 0;
  const columns: [string, (told: Told) => string | number][] = [
    ['name', ({ name }) => strings.of(name)],
    ['startTime', ({ of }) => of.start / NS_PER_MS],
    ['endTime', (told) => (isInstant(told) ? 'null' : told.of.end / NS_PER_MS)],
    ['phase', (told) => (isInstant(told) ? PHASE.instant : PHASE.interval)],
    ['category', (told) => (told.kind === 'state' ? stateCategory(told.name) : categoryOf('marked by the program'))],
  ];
  out.put('"markers":{');
  const data = (told: Told): string => {
    length++;
    return JSON.stringify(told.kind === 'state' ? stateData(told.of, strings) : { type: MarkerType.mark });
  };
  yield* jsonArray(
    out,
    'data',
    markersOf(source, thread, () => out.done++),
    data,
  );
  for (const [key, tell] of columns) {
    out.put(',');
    yield* jsonArray(
      out,
      key,
      markersOf(source, thread, () => undefined),
      (told) => String(tell(told)),
    );
  }
  out.put(`,"length":${length}}`);
}
