/** A sortable table of which only the rows in sight are drawn, and what stands under it. Columns and sorting: lib/table.ts. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, type CSSProperties, type KeyboardEvent, type ReactNode } from 'react';
import { HeadTip } from '../help/Term.tsx';
import type { Sort, TableColumn } from '../lib/table.ts';
import { CopyIcon } from './icons.tsx';
import './datagrid.css';

const ROW_PX = 28;

interface Props<Row> {
  label: string;
  /** In the order of `sort`. */
  rows: readonly Row[];
  columns: readonly TableColumn<Row>[];
  sort: Sort;
  onSort: (sort: Sort) => void;
  keyOf: (row: Row) => string | number;
  /** `<sorts>-<column>` of the headers. */
  sorts: string;
  rowTestId: (row: Row) => string;
  /** What a cell shows when it is more than the column's text; else null. */
  cell?: (row: Row, column: string) => ReactNode;
  /** The marked row's key; arrows and a click mark another, the same again none, Enter and a double click open it. */
  marked: string | number | null;
  onMark: (row: Row | null) => void;
  onOpen: (row: Row) => void;
}

function Header<Row>({ columns, sort, onSort, sorts }: Pick<Props<Row>, 'columns' | 'sort' | 'onSort' | 'sorts'>) {
  return (
    <div className="datagrid__row datagrid__row--head" role="row">
      {columns.map(({ id, label, help, word, words = false }) => {
        const active = id === sort.id;
        const order = active ? (sort.descending ? 'descending' : 'ascending') : 'none';
        return (
          <div key={id} role="columnheader" aria-sort={order} className={cellClass(words)}>
            <HeadTip word={word} help={help}>
              <button
                type="button"
                title={word === undefined ? help : undefined}
                data-testid={`${sorts}-${id}`}
                onClick={() => onSort({ id, descending: active ? !sort.descending : !words })}
              >
                <span className={word === undefined ? undefined : 'term-line'}>{label}</span>
                <span className="datagrid__arrow">{active ? (sort.descending ? '↓' : '↑') : ''}</span>
              </button>
            </HeadTip>
          </div>
        );
      })}
    </div>
  );
}

const cellClass = (words: boolean) => (words ? 'datagrid__cell datagrid__cell--words' : 'datagrid__cell');

export function DataGrid<Row>(props: Props<Row>) {
  const { label, rows, columns, keyOf, rowTestId, cell, marked, onMark, onOpen } = props;
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
    scrollPaddingStart: ROW_PX,
  });
  const onKey = (event: KeyboardEvent) => {
    const at = rows.findIndex((row) => keyOf(row) === marked);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === 'Enter' && at >= 0) onOpen(rows[at]);
    else if (step !== undefined && rows.length > 0) {
      const next = Math.max(0, Math.min(rows.length - 1, at + step));
      onMark(rows[next]);
      virtual.scrollToIndex(next);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const template = columns.map(({ width }, i) => (i === 0 ? `minmax(${width}px, 1fr)` : `${width}px`)).join(' ');
  return (
    <div
      ref={box}
      className="datagrid"
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      tabIndex={0}
      style={{ '--datagrid-columns': template } as CSSProperties}
      onKeyDown={onKey}
    >
      <Header {...props} />
      <div className="datagrid__body" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          const key = keyOf(row);
          return (
            <div
              key={key}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={key === marked}
              className="datagrid__row"
              data-testid={rowTestId(row)}
              style={{ translate: `0 ${item.start}px` }}
              onClick={() => onMark(key === marked ? null : row)}
              onDoubleClick={() => onOpen(row)}
            >
              {columns.map((column) => (
                <div
                  key={column.id}
                  role="gridcell"
                  className={cellClass(column.words === true)}
                  title={column.words === true ? (column.title ?? column.text)(row) : undefined}
                >
                  {cell?.(row, column.id) ?? (
                    <span className={column.words === true ? 'ellipsis' : undefined}>{column.text(row)}</span>
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

interface FootProps {
  children: ReactNode;
  copyTestId: string;
  onCopy: () => void;
}

/** What the table is of, and the button that copies it. */
export function GridFoot({ children, copyTestId, onCopy }: FootProps) {
  return (
    <div className="datagrid__foot small muted">
      {children}
      <button type="button" className="btn btn--small" data-testid={copyTestId} onClick={onCopy}>
        <CopyIcon size={14} /> CSV
      </button>
    </div>
  );
}
