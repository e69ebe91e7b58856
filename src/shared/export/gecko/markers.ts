/** The markers of a thread: what it had of the GIL, and what the program marked. Used by gecko.ts. */
import { ThreadState, type SiteInfo } from '../../contract/types.ts';
import { functionLabel } from '../../functionNames.ts';
import { NS_PER_MS } from '../../units.ts';
import { jsonArray, type TextOutput } from '../textOutput.ts';
import { endedHow, orUnknown, SLICE, sliceName } from '../trace/names.ts';
import type { ExportSource, IntervalRow, MarkRow, Piece } from '../types.ts';
import { categoryOf, MarkerType } from './schema.ts';
import type { Strings } from './strings.ts';

const PHASE = { instant: 0, interval: 1 } as const;

/** Of a name that a state has. */
const STATE_CATEGORIES = new Map<string, number>(
  [SLICE.hold, SLICE.wait, SLICE.lock, SLICE.running].map((name) => [name, categoryOf(name)]),
);
const OTHER = categoryOf('Other');
const MARKED = categoryOf('marked by the program');

/** Data of states: few differ, so each is made once. */
class StateData {
  private readonly known = new Map<SiteInfo | null, Map<string, string>>();

  constructor(private readonly strings: Strings) {}

  of({ site, flags, state, core }: IntervalRow): string {
    let ofSite = this.known.get(site);
    if (ofSite === undefined) this.known.set(site, (ofSite = new Map<string, string>()));
    const ended = endedHow(flags);
    const taken = state === ThreadState.hold && core >= 0 ? core : null;
    const key = `${ended} ${taken}`;
    let data = ofSite.get(key);
    if (data === undefined) {
      data = JSON.stringify({
        type: MarkerType.state,
        where: this.strings.of(functionLabel(site)),
        ...(ended !== null && { ended: this.strings.of(ended) }),
        ...(taken !== null && { core: taken }),
      });
      ofSite.set(key, data);
    }
    return data;
  }
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
    ['category', ({ kind, name }) => (kind === 'state' ? (STATE_CATEGORIES.get(name) ?? OTHER) : MARKED)],
  ];
  out.put('"markers":{');
  const states = new StateData(strings);
  const marked = JSON.stringify({ type: MarkerType.mark });
  const data = (told: Told): string => {
    length++;
    return told.kind === 'state' ? states.of(told.of) : marked;
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
