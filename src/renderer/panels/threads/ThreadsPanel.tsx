/** Every thread and its figures for the range; the table beside the canvas. Only the rows in sight are drawn. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { SessionInfo, StatsReply, ThreadIdx } from '../../../shared/contract/types.ts';
import { copyText } from '../../lib/clipboard.ts';
import { count, formatNs } from '../../lib/format.ts';
import { displayName } from '../../lib/threadNames.ts';
import { useThreadSlots } from '../../store/sessions.ts';
import { notify, notifyError } from '../../store/ui.ts';
import { useView, type Range } from '../../store/view.ts';
import { threadColour } from '../../theme/colours.ts';
import { useTheme } from '../../theme/theme.ts';
import { CopyIcon } from '../../ui/icons.tsx';
import { columnsOf, sortRows, threadsCsv, type Column, type Sort, type ThreadRow } from './columns.ts';
import './threads.css';

const ROW_PX = 28;

interface Props {
  session: SessionInfo;
  stats: StatsReply | null;
  range: Range | null;
}

function rowsOf(session: SessionInfo, stats: StatsReply): ThreadRow[] {
  return stats.threads.flatMap((figures) => {
    const info = session.threads[figures.thread];
    if (info === undefined || info.own) return [];
    return [{ info, shown: displayName(session, info.idx), process: session.processes[info.process], stats: figures }];
  });
}

function Header({ columns, sort, onSort }: { columns: readonly Column[]; sort: Sort; onSort: (sort: Sort) => void }) {
  return (
    <div className="threads__row threads__row--head" role="row">
      {columns.map((column) => {
        const active = column.id === sort.id;
        const order = active ? (sort.descending ? 'descending' : 'ascending') : 'none';
        return (
          <div key={column.id} role="columnheader" aria-sort={order} className="threads__cell">
            <button
              type="button"
              title={column.help}
              data-testid={`threads-sort-${column.id}`}
              onClick={() => onSort({ id: column.id, descending: active ? !sort.descending : column.id !== 'name' })}
            >
              {column.label}
              <span className="threads__arrow">{active ? (sort.descending ? '↓' : '↑') : ''}</span>
            </button>
          </div>
        );
      })}
    </div>
  );
}

/** Mark a thread (click), look at its whole life (double click, Enter), walk with the arrow keys. */
function useThreadActions(session: SessionInfo, rows: readonly ThreadRow[]) {
  const marked = useView(session.id, (view) => view.thread);
  const mark = useView(session.id, (view) => view.markThread);
  const setRange = useView(session.id, (view) => view.setRange);
  const zoom = (row: ThreadRow) => {
    mark(row.info.idx);
    const end = row.info.endedNs ?? session.endNs;
    const margin = (end - row.info.bornNs) * 0.02;
    setRange({ start: row.info.bornNs - margin, end: end + margin });
  };
  const toggle = (idx: ThreadIdx) => mark(marked === idx ? null : idx);
  const at = rows.findIndex((row) => row.info.idx === marked);
  const onKey = (event: KeyboardEvent, scrollTo: (index: number) => void) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === 'Enter' && at >= 0) zoom(rows[at]);
    else if (step !== undefined && rows.length > 0) {
      const next = Math.max(0, Math.min(rows.length - 1, at + step));
      mark(rows[next].info.idx);
      scrollTo(next);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return { marked, toggle, zoom, onKey };
}

function Table({
  session,
  rows,
  columns,
  sort,
  onSort,
}: {
  session: SessionInfo;
  rows: ThreadRow[];
  columns: readonly Column[];
  sort: Sort;
  onSort: (sort: Sort) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const slots = useThreadSlots(session.id);
  const { marked, toggle, zoom, onKey } = useThreadActions(session, rows);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
    scrollPaddingStart: ROW_PX,
  });
  const template = columns.map((c) => (c.id === 'name' ? `minmax(${c.width}px, 1fr)` : `${c.width}px`)).join(' ');
  return (
    <div
      ref={box}
      className="threads__scroll"
      role="grid"
      aria-label="Threads"
      aria-rowcount={rows.length + 1}
      tabIndex={0}
      style={{ '--threads-columns': template } as React.CSSProperties}
      onKeyDown={(event) => onKey(event, (index) => virtual.scrollToIndex(index))}
    >
      <Header columns={columns} sort={sort} onSort={onSort} />
      <div className="threads__body" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          const chosen = row.info.idx === marked;
          return (
            <div
              key={row.info.idx}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={chosen}
              className="threads__row"
              data-testid={`thread-${row.info.idx}`}
              style={{ translate: `0 ${item.start}px` }}
              onClick={() => toggle(row.info.idx)}
              onDoubleClick={() => zoom(row)}
            >
              {columns.map((column) => (
                <div
                  key={column.id}
                  role="gridcell"
                  className="threads__cell"
                  title={column.id === 'name' || column.id === 'process' ? column.text(row) : undefined}
                >
                  {column.id === 'name' && (
                    <span className="dot" style={{ background: threadColour(slots[row.info.idx] ?? 0, theme) }} />
                  )}
                  <span className={column.id === 'name' || column.id === 'process' ? 'ellipsis' : undefined}>
                    {column.text(row)}
                  </span>
                  {column.id === 'name' && row.info.endedNs !== null && (
                    <span className="threads__ended small muted">ended</span>
                  )}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

async function copyCsv(rows: readonly ThreadRow[], columns: readonly Column[], range: Range | null): Promise<void> {
  const of = range === null ? 'the whole session' : formatNs(range.end - range.start);
  if (await copyText(threadsCsv(rows, columns))) notify(`Copied ${count(rows.length, 'thread')} of ${of} as CSV`);
  else notifyError(new Error('The browser did not allow copying to the clipboard.'));
}

export function ThreadsPanel({ session, stats, range }: Props) {
  const [sort, setSort] = useState<Sort>({ id: 'held_s', descending: true });
  const columns = useMemo(() => columnsOf(session.processes.length), [session.processes.length]);
  const rows = useMemo(
    () => (stats === null ? [] : sortRows(rowsOf(session, stats), columns, sort)),
    [session, stats, columns, sort],
  );
  if (rows.length === 0) {
    return (
      <div className="empty">{stats === null ? <span className="spinner" /> : 'No thread was seen in this range.'}</div>
    );
  }
  return (
    <div className="threads">
      <Table session={session} rows={rows} columns={columns} sort={sort} onSort={setSort} />
      <div className="threads__foot small muted">
        {count(rows.length, 'thread')} in {range === null ? 'the whole session' : formatNs(range.end - range.start)}
        <button
          type="button"
          className="btn btn--small"
          data-testid="threads-csv"
          onClick={() => void copyCsv(rows, columns, range)}
        >
          <CopyIcon size={14} /> CSV
        </button>
      </div>
    </div>
  );
}
