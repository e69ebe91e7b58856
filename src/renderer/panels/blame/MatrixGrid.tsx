/** The heat map: a row for each thread that waited, a column for each that held meanwhile. Only the cells in sight are on the page. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { OTHERS } from '../../../shared/contract/blame.ts';
import type { ThreadIdx } from '../../../shared/contract/types.ts';
import { count, formatNs } from '../../lib/format.ts';
import type { BlameFilter } from '../../store/blame.ts';
import { CellTip, type TipAt } from './CellTip.tsx';
import { cellWords, heat, nameParts, NOBODY, stepTo, type GridAt, type Matrix } from './matrix.ts';
import { OWN_NAME } from './rows.ts';

const ROW_PX = 26;
const COLUMN_PX = 84;
const LABEL_PX = 168;

interface Props {
  matrix: Matrix;
  names: (thread: ThreadIdx) => string;
  swatch: (thread: ThreadIdx) => string;
  /** Threads of different processes. */
  apart: (one: ThreadIdx, other: ThreadIdx) => boolean;
  filter: BlameFilter;
  onFilter: (filter: BlameFilter) => void;
  /** Shows the others one by one, or together again. */
  onExpand: () => void;
}

/** What stands at a place of the grid, in words and for a click. */
function useGrid({ matrix, names, apart, onFilter, onExpand }: Props) {
  const { rows, columns } = matrix;
  const rowName = (row: number): string =>
    rows[row].thread === OTHERS ? `the ${count(matrix.otherWaiters, 'other thread')}` : names(rows[row].thread);
  const columnName = (column: number): string => {
    const { thread, own } = columns[column];
    if (thread === NOBODY) return 'nobody';
    if (thread === OTHERS) return `the ${count(matrix.otherHolders, 'other thread')}`;
    return own ? OWN_NAME : names(thread);
  };
  const cellOf = ({ row, column }: GridAt): number => (row - 1) * columns.length + column - 1;
  const words = ({ row, column }: GridAt): string => {
    if (row === 0) return columnWords(columns[column - 1].thread, columnName(column - 1));
    const { waitNs, thread } = rows[row - 1];
    if (column === 0) {
      const more = thread === OTHERS ? '; Enter shows each' : '';
      return `${rowName(row - 1)} waited ${formatNs(waitNs)}${more}`;
    }
    const cell = cellOf({ row, column });
    const holder = columns[column - 1].thread;
    if (holder === thread && thread >= 0) return `${rowName(row - 1)} does not wait for itself`;
    const nobody = holder === NOBODY;
    return cellWords({
      ...{ waiter: rowName(row - 1), holder: columnName(column - 1), nobody, waitNs },
      ...{ ns: matrix.ns[cell], waits: matrix.waits[cell], apart: apart(thread, holder) },
    });
  };
  const pick = ({ row, column }: GridAt): void => {
    const waiter = row === 0 ? undefined : rows[row - 1].thread;
    const holder = column === 0 ? undefined : columns[column - 1].thread;
    if (waiter === OTHERS || holder === OTHERS) onExpand();
    else if (holder !== NOBODY && (row === 0 || column === 0 || matrix.ns[cellOf({ row, column })] > 0))
      onFilter({ waiter, holder });
  };
  return { rowName, columnName, words, pick };
}

function columnWords(thread: ThreadIdx, name: string): string {
  if (thread === NOBODY) return 'waits while the GIL was free, or its holder is not known';
  return thread === OTHERS ? `holds of ${name}; Enter shows each` : `waits while ${name} held the GIL`;
}

const isAt = ({ row, column }: GridAt, other: GridAt): boolean => row === other.row && column === other.column;

/** The place of the element under an event; null outside of the cells. */
function placeOf(target: EventTarget): { at: GridAt; element: HTMLElement } | null {
  const element = target instanceof Element ? target.closest<HTMLElement>('[data-at]') : null;
  if (element === null) return null;
  const [row, column] = element.dataset.at!.split(' ').map(Number);
  return { at: { row, column }, element };
}

function Name({ text }: { text: string }) {
  const [head, tail] = nameParts(text);
  return (
    <span className="heat__name">
      <span className="ellipsis">{head}</span>
      {tail !== '' && <span>{tail}</span>}
    </span>
  );
}

export function MatrixGrid(props: Props) {
  const { matrix, swatch, filter } = props;
  const { rows, columns, ns, mostNs } = matrix;
  const { rowName, columnName, words, pick } = useGrid(props);
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<GridAt>({ row: 1, column: 1 });
  const [tip, setTip] = useState<TipAt | null>(null);
  const walking = useRef(false);
  const down = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 4,
    scrollPaddingStart: ROW_PX,
  });
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => box.current,
    estimateSize: () => COLUMN_PX,
    overscan: 3,
    scrollPaddingStart: LABEL_PX,
  });
  // Rows and columns may become fewer while it records.
  const here: GridAt = { row: Math.min(at.row, rows.length), column: Math.min(at.column, columns.length) };
  useEffect(() => {
    if (!walking.current) return;
    walking.current = false;
    box.current?.querySelector<HTMLElement>(`[data-at="${at.row} ${at.column}"]`)?.focus({ preventScroll: true });
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = stepTo(here, event.key, matrix);
    if (next !== null) {
      if (next.row > 0) down.scrollToIndex(next.row - 1);
      if (next.column > 0) across.scrollToIndex(next.column - 1);
      walking.current = true;
      setAt(next);
    } else if (event.key === 'Enter' || event.key === ' ') {
      // The row of the others may be gone then; its place keeps the focus.
      walking.current = true;
      pick(here);
    } else if (event.key === 'Escape' && tip !== null) setTip(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const tell = (target: EventTarget) => {
    const place = placeOf(target);
    setTip(place === null ? null : { text: words(place.at), box: place.element.getBoundingClientRect() });
  };
  const cell = (row: number, column: number) => ({
    'data-at': `${row} ${column}`,
    'aria-rowindex': row + 1,
    'aria-colindex': column + 1,
    'aria-label': words({ row, column }),
    tabIndex: isAt(here, { row, column }) ? 0 : -1,
  });
  const chosen = (row: number | null, column: number | null): boolean =>
    (row === null || rows[row].thread === filter.waiter) &&
    (column === null || columns[column].thread === filter.holder);
  const whole = (row: number | null, column: number | null): boolean =>
    row === null
      ? filter.waiter === undefined && chosen(null, column)
      : filter.holder === undefined && chosen(row, null);

  return (
    <div
      ref={box}
      className="heat"
      role="grid"
      aria-label="Who waited (rows) because of whom (columns)"
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length + 1}
      data-testid="blame-matrix"
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const place = placeOf(event.target);
        if (place === null) return;
        setAt(place.at);
        pick(place.at);
      }}
      onPointerOver={(event: PointerEvent) => tell(event.target)}
      onPointerLeave={() => setTip(null)}
      onFocus={(event) => {
        if (event.target.matches(':focus-visible')) tell(event.target);
      }}
      onBlur={() => setTip(null)}
      onScroll={() => setTip(null)}
    >
      <div
        className="heat__sheet"
        style={{ width: LABEL_PX + across.getTotalSize(), height: ROW_PX + down.getTotalSize() }}
      >
        <div role="row" aria-rowindex={1} className="heat__head" style={{ height: ROW_PX }}>
          <div className="heat__corner" style={{ width: LABEL_PX }}>
            <span>waited ↓</span>
            <span>because of →</span>
          </div>
          {across.getVirtualItems().map(({ index, start }) => {
            const { thread } = columns[index];
            return (
              <div
                key={thread}
                role="columnheader"
                aria-selected={whole(null, index)}
                className="heat__column"
                style={{ left: LABEL_PX + start, width: COLUMN_PX, height: ROW_PX }}
                {...cell(0, index + 1)}
              >
                {thread >= 0 && <span className="dot" style={{ background: swatch(thread) }} />}
                <Name text={thread === OTHERS ? `+ ${matrix.otherHolders}` : columnName(index)} />
              </div>
            );
          })}
        </div>
        {down.getVirtualItems().map(({ index: row, start }) => (
          <div
            key={rows[row].thread}
            role="row"
            aria-rowindex={row + 2}
            className="heat__row"
            style={{ top: ROW_PX + start, height: ROW_PX }}
          >
            <div
              role="rowheader"
              aria-selected={whole(row, null)}
              className="heat__label"
              style={{ width: LABEL_PX }}
              {...cell(row + 1, 0)}
            >
              {rows[row].thread >= 0 && <span className="dot" style={{ background: swatch(rows[row].thread) }} />}
              <Name text={rowName(row)} />
              <span className="heat__wait muted">{formatNs(rows[row].waitNs)}</span>
            </div>
            {across.getVirtualItems().map(({ index: column, start: left }) => {
              const value = ns[row * columns.length + column];
              const { thread } = columns[column];
              return (
                <div
                  key={thread}
                  role="gridcell"
                  aria-selected={chosen(row, column)}
                  className={`heat__cell${thread === NOBODY ? ' heat__cell--nobody' : ''}`}
                  style={
                    {
                      left: LABEL_PX + left,
                      width: COLUMN_PX,
                      height: ROW_PX,
                      '--heat': heat(value, mostNs).toFixed(3),
                    } as React.CSSProperties
                  }
                  {...cell(row + 1, column + 1)}
                >
                  {value > 0 && formatNs(value)}
                </div>
              );
            })}
          </div>
        ))}
      </div>
      {tip !== null && <CellTip tip={tip} />}
    </div>
  );
}
