/** The columns of the Functions table. Pure. */
import type { FunctionRow, GilTimes } from '../../../shared/contract/functions.ts';
import { formatNs, group } from '../../lib/format.ts';
import { functionPlace, functionTitle, functionWords } from '../../lib/functions.ts';
import type { Sort, TableColumn } from '../../lib/table.ts';

/** Which time the three figures of the GIL are of. */
export type Part = 'own' | 'total';

type Column = TableColumn<FunctionRow>;

export const timeOf = ({ holdNs, waitNs, releasedNs }: GilTimes): number => holdNs + waitNs + releasedNs;

/** Shown as text, in the CSV as seconds. */
const time = (
  id: string,
  label: string,
  help: string,
  pick: (row: FunctionRow) => number,
  word?: Column['word'],
): Column => ({
  ...{ id, label, help, word, width: 92 },
  value: (row) => pick(row) / 1e9,
  text: (row) => (pick(row) === 0 ? '0' : formatNs(pick(row))),
});
const counted = (
  id: string,
  label: string,
  help: string,
  width: number,
  pick: (row: FunctionRow) => number,
): Column => ({
  ...{ id, label, help, width },
  value: pick,
  text: (row) => group(pick(row)),
});

const PLACE: Column = {
  ...{ id: 'file', label: 'File', help: 'Where it begins; of a function written in C its module or type', width: 190 },
  words: true,
  value: ({ function: fn }) => fn.file,
  text: ({ function: fn }) => functionPlace(fn),
  title: ({ function: fn }) => functionWords(fn),
};

/** @param pidOf null: one process, which need not be told */
export function columnsOf(part: Part, pidOf: ((process: number) => number | null) | null): readonly Column[] {
  const during = part === 'own' ? 'while it was the innermost call' : 'while it was anywhere on the stack';
  const process: Column[] =
    pidOf === null
      ? []
      : [
          {
            ...{ id: 'pid', label: 'pid', help: 'The kernel’s id of its process', width: 72 },
            value: (row) => pidOf(row.function.process),
            text: (row) => String(pidOf(row.function.process) ?? '–'),
          },
        ];
  return [
    {
      ...{ id: 'function', label: 'Function', help: 'By its qualified name, where that is known', width: 220 },
      words: true,
      value: (row) => functionTitle(row.function),
      text: (row) => functionTitle(row.function),
      title: (row) => functionWords(row.function),
    },
    PLACE,
    ...process,
    counted(
      'calls',
      'Calls',
      'How often it was called; a generator or coroutine counts each time it goes on',
      96,
      (r) => r.calls,
    ),
    time('own_s', 'Own time', 'While it was the innermost call', (row) => timeOf(row.own)),
    time('total_s', 'Total time', 'While it was anywhere on the stack; recursion counts once', (row) =>
      timeOf(row.total),
    ),
    time(`${part}_held_s`, 'Holding', `With the GIL, ${during}`, (row) => row[part].holdNs, 'hold'),
    time(`${part}_wait_s`, 'Waiting', `It had asked for the GIL, ${during}`, (row) => row[part].waitNs, 'wait'),
    time(
      `${part}_released_s`,
      'Released',
      `Without the GIL and not asking for it, ${during}`,
      (row) => row[part].releasedNs,
      'released',
    ),
    counted('threads', 'Threads', 'How many threads called it', 72, (row) => row.threads),
  ];
}

/** The same figure of the part that is shown. */
export const sortOf = ({ id, descending }: Sort, part: Part): Sort => ({
  id: id.replace(/^(own|total)_(?=\w+_s$)/, `${part}_`),
  descending,
});
