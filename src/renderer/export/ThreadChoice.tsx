/** Which processes and threads are exported: a tree of ticks with a search; only rows in sight are drawn. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import type { ThreadInfo } from '../../shared/contract/types.ts';
import { count } from '../lib/format.ts';
import { chosenOf, searchBranches, toggle, type Branch, type LeftOut } from './scope.ts';

const ROW_PX = 26;
/** Fewer are found by looking. */
const SEARCH_FROM = 8;

interface Props {
  branches: readonly Branch[];
  leftOut: LeftOut;
  onChange: (leftOut: LeftOut) => void;
}

interface Row {
  key: string;
  label: string;
  hint: string;
  /** What the tick turns on and off. */
  threads: readonly ThreadInfo[];
  chosen: number;
  isThread: boolean;
}

/** A process with one thread is one row. */
function rowsOf(branches: readonly Branch[], leftOut: LeftOut): Row[] {
  const onlyProcess = branches.length === 1;
  return branches.flatMap((branch): Row[] => {
    const { process, threads } = branch;
    const rows = threads.map((thread): Row => ({
      key: `thread-${thread.idx}`,
      label: thread.name,
      hint: `tid ${thread.tid}`,
      threads: [thread],
      chosen: leftOut.has(thread.idx) ? 0 : 1,
      isThread: !onlyProcess,
    }));
    if (onlyProcess) return rows;
    const head = {
      key: `process-${process.idx}`,
      label: process.name,
      hint: `pid ${process.pid}`,
      threads,
      chosen: chosenOf(branch, leftOut),
      isThread: false,
    };
    return threads.length === 1 ? [head] : [head, ...rows];
  });
}

/** "all 12 threads of 3 processes", "5 of 12 threads, in 2 processes". */
function summaryOf(branches: readonly Branch[], leftOut: LeftOut): string {
  const all = branches.reduce((sum, { threads }) => sum + threads.length, 0);
  const chosen = branches.reduce((sum, branch) => sum + chosenOf(branch, leftOut), 0);
  const processes = branches.filter((branch) => chosenOf(branch, leftOut) > 0).length;
  const where = branches.length === 1 ? '' : ` of ${count(processes, 'process', 'processes')}`;
  return (chosen === all ? `all ${count(all, 'thread')}` : `${chosen} of ${count(all, 'thread')}`) + where;
}

function Tick({ row, onToggle }: { row: Row; onToggle: (on: boolean) => void }) {
  const all = row.chosen === row.threads.length;
  return (
    <label className={row.isThread ? 'who__row who__row--thread' : 'who__row'}>
      <input
        type="checkbox"
        data-testid={`export-${row.key}`}
        ref={(box) => {
          if (box !== null) box.indeterminate = row.chosen > 0 && !all;
        }}
        checked={all}
        onChange={(event) => onToggle(event.target.checked)}
      />
      <span className="ellipsis">{row.label}</span>
      <span className="muted small">{row.hint}</span>
    </label>
  );
}

export function ThreadChoice({ branches, leftOut, onChange }: Props) {
  const [query, setQuery] = useState('');
  const box = useRef<HTMLDivElement>(null);
  const found = useMemo(() => searchBranches(branches, query), [branches, query]);
  const rows = useMemo(() => rowsOf(found, leftOut), [found, leftOut]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    getItemKey: (at) => rows[at].key,
    overscan: 10,
  });
  const shown = found.flatMap(({ threads }) => threads);
  const many = branches.reduce((sum, { threads }) => sum + threads.length, 0) >= SEARCH_FROM;
  return (
    <fieldset className="export__part export__part--who">
      <legend>
        {branches.length === 1 ? 'Threads' : 'Processes and threads'}
        <span className="muted" data-testid="export-who">
          {summaryOf(branches, leftOut)}
        </span>
      </legend>
      <div className="row">
        {many && (
          <input
            className="input"
            type="search"
            placeholder="Search name, pid, tid"
            aria-label="Search processes and threads"
            data-testid="export-search"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        )}
        <button type="button" className="btn btn--small" onClick={() => onChange(toggle(leftOut, shown, true))}>
          {query === '' ? 'All' : 'All found'}
        </button>
        <button
          type="button"
          className="btn btn--small"
          data-testid="export-none"
          onClick={() => onChange(toggle(leftOut, shown, false))}
        >
          {query === '' ? 'None' : 'None found'}
        </button>
      </div>
      <div ref={box} className="who">
        {rows.length === 0 && <div className="empty">Nothing matches.</div>}
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => (
            <div key={item.key} className="who__place" style={{ translate: `0 ${item.start}px` }}>
              <Tick row={rows[item.index]} onToggle={(on) => onChange(toggle(leftOut, rows[item.index].threads, on))} />
            </div>
          ))}
        </div>
      </div>
    </fieldset>
  );
}
