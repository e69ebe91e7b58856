/** The tables of functions and places: their columns, sorting, words. Pure. */
import type { WordId } from '../../help/words.ts';
import type { BlameFunction, BlameRelease, BlameShare, Place } from '../../../shared/contract/blame.ts';
import type { ThreadIdx } from '../../../shared/contract/types.ts';
import { count, formatNs, formatPercent, group } from '../../lib/format.ts';
import { fileLine, functionName } from '../../lib/places.ts';

export interface Sort {
  id: string;
  descending: boolean;
}

export interface TableColumn<Row> {
  id: string;
  label: string;
  /** For the header's tooltip. */
  help: string;
  /** The word of the help that it is a figure of. */
  word?: WordId;
  value: (row: Row) => number | string;
  /** The cell's text; a column without one is drawn by the table. */
  text?: (row: Row) => string;
}

const placeKey = (place: Place | null): string => (place === null ? '' : `${functionName(place)} ${fileLine(place)}`);

const PLACE = <Row extends { place: Place | null }>(label: string, help: string): TableColumn<Row> => ({
  ...{ id: 'place', label, help, word: 'site' as const },
  value: (row) => placeKey(row.place),
});
const CAUSED = <Row extends { causedNs: number }>(help: string): TableColumn<Row> => ({
  ...{ id: 'caused', label: 'Made others wait', help, word: 'blame' as const },
  value: (row) => row.causedNs,
});

/** gilscope's own thread takes the GIL as well, at times. */
export const OWN_NAME = 'gilscope';

export type ThreadNames = (thread: ThreadIdx) => string;

/** What one thread waited in all; its wait is what a share is of. */
export type WaitOf = (thread: ThreadIdx) => number;

/** "93 % of poller’s wait": the share of the one who waited longest for it. */
export function worstShare(waiters: readonly BlameShare[], names: ThreadNames, waitOf: WaitOf): string {
  const [first] = waiters;
  if (first === undefined) return '';
  return `${formatPercent(first.ns / waitOf(first.thread))} of ${names(first.thread)}’s wait`;
}

/** Who waited for this function, in a sentence for the row's title. */
export function functionWords(row: BlameFunction, names: ThreadNames): string {
  const unknown = row.own ? OWN_NAME : 'Functions that are not known';
  const what = row.place === null ? unknown : functionName(row.place);
  const who = (list: readonly BlameShare[], all: number): string => {
    const few = list.map(({ thread, ns }) => `${names(thread)} (${formatNs(ns)})`).join(', ');
    return all > list.length ? `${few} and ${group(all - list.length)} more` : few;
  };
  return (
    `${what} made others wait ${formatNs(row.causedNs)} in ${count(row.waits, 'wait')}. ` +
    `Waited: ${who(row.waiters, row.waiterCount)}. Held: ${who(row.holders, row.holderCount)}.`
  );
}

export const FUNCTION_COLUMNS: readonly TableColumn<BlameFunction>[] = [
  PLACE('Function', 'The function in which the GIL was let go at the end of the hold, and the line where it begins'),
  CAUSED('Wait of other threads while the GIL was held in it, added up over those threads'),
  {
    id: 'worst',
    label: 'Hit hardest',
    help: 'The thread that waited longest for it, and which part of all its waiting that was',
    value: (row) => row.waiters[0]?.ns ?? 0,
  },
  {
    id: 'waits',
    label: 'Waits',
    help: 'Waits in which it had a part',
    word: 'wait',
    value: (row) => row.waits,
    text: (row) => group(row.waits),
  },
  {
    id: 'holders',
    label: 'Held by',
    help: 'The threads that held the GIL in it while others waited',
    value: (row) => row.holderCount,
  },
];

export const RELEASE_COLUMNS: readonly TableColumn<BlameRelease>[] = [
  PLACE('Let go in', 'Where holds ended: function and, where it is known, the very line'),
  CAUSED('Wait of other threads during the holds that ended here'),
  {
    id: 'preempted',
    label: 'Pre-empted',
    help: 'Holds that ended here because another thread asked',
    word: 'pre-empted',
    value: (row) => row.preempted,
    text: (row) => group(row.preempted),
  },
  {
    id: 'voluntary',
    label: 'Voluntary',
    help: 'Holds that ended here because the thread went into a blocking call',
    word: 'voluntary',
    value: (row) => row.voluntary,
    text: (row) => group(row.voluntary),
  },
  {
    id: 'held',
    label: 'Held before',
    help: 'How long the GIL had been held before it was let go here, added up',
    value: (row) => row.heldNs,
    text: (row) => formatNs(row.heldNs),
  },
];

/** A new array; what is not known (an empty name) stands last. */
export function sorted<Row>(rows: readonly Row[], columns: readonly TableColumn<Row>[], sort: Sort): Row[] {
  const column = columns.find(({ id }) => id === sort.id) ?? columns[0];
  const sign = sort.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [column.value(a), column.value(b)];
    if (typeof x === 'number' && typeof y === 'number') return sign * (x - y);
    if (x === '' || y === '') return x === y ? 0 : x === '' ? 1 : -1;
    return sign * String(x).localeCompare(String(y), 'en', { numeric: true });
  });
}
