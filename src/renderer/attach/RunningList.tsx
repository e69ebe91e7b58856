/** The Python programs that run on this machine, to attach to one. The same list on the Start screen and in the attach dialog. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { attach } from '../store/actions.ts';
import { useUi } from '../store/ui.ts';
import { describeError, isCancelled } from '../transport/index.ts';
import { count } from '../lib/format.ts';
import { SearchIcon } from '../ui/icons.tsx';
import { Notice } from '../ui/Notice.tsx';
import { Measurement } from './Measurement.tsx';
import { identity, matches, type RunningRow } from './running.ts';
import { actionOf, RunningItem } from './RunningRow.tsx';
import { useRunning } from './useRunning.ts';
import './running.css';

const ROW_PX = 54;

/** One attach at a time, and why one failed: kept beside its row. */
function useAttach(onDone: () => void) {
  const [pending, setPending] = useState<string | null>(null);
  const [failed, setFailed] = useState<{ key: string; error: unknown } | null>(null);
  const start = (row: RunningRow) => {
    if (pending !== null) return;
    const key = identity(row.process);
    setPending(key);
    setFailed(null);
    attach(row.process.pid)
      .then(onDone, (error: unknown) => {
        if (!isCancelled(error)) setFailed({ key, error });
      })
      .finally(() => setPending(null));
  };
  return { pending, failed, start };
}

function Nothing({ search, all }: { search: string; all: number }) {
  if (search !== '' && all > 0) {
    return (
      <div className="empty">
        <strong>None of {count(all, 'program')} fits</strong>
        <span>The search looks at pid, user, version, command, folder and container.</span>
      </div>
    );
  }
  return (
    <div className="empty">
      <strong>No Python program runs on this machine</strong>
      <span>Start one in a terminal and it appears here; or launch one from the form.</span>
    </div>
  );
}

interface RowsProps {
  rows: readonly RunningRow[];
  hold: (held: boolean) => void;
  onDone: () => void;
}

function Rows({ rows, hold, onDone }: RowsProps) {
  const box = useRef<HTMLDivElement>(null);
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const { pending, failed, start } = useAttach(onDone);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => identity(rows[index].process),
    overscan: 6,
  });
  const found = rows.findIndex((row) => identity(row.process) === activeKey);
  const active = found < 0 ? 0 : found;

  const focus = (index: number) => {
    setActiveKey(identity(rows[index].process));
    virtual.scrollToIndex(index);
    // A row far away is there only after the scroll.
    requestAnimationFrame(() =>
      box.current?.querySelector<HTMLElement>(`[data-pid="${rows[index].process.pid}"]`)?.focus(),
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5, Home: -Infinity, End: Infinity }[event.key];
    if (step !== undefined) focus(Math.max(0, Math.min(rows.length - 1, active + step)));
    else if (event.key === 'Enter' && event.target instanceof HTMLElement && event.target.closest('button') === null)
      actionOf({ row: rows[active], onAttach: () => start(rows[active]), onDone })?.();
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={box}
      className="running__rows"
      role="list"
      aria-label="Running Python programs"
      data-testid="running-list"
      onKeyDown={onKeyDown}
      onPointerEnter={() => hold(true)}
      onPointerLeave={(event) => hold(event.currentTarget.contains(document.activeElement))}
      onFocus={(event) => {
        hold(true);
        const pid = Number((event.target as HTMLElement).closest<HTMLElement>('[data-pid]')?.dataset.pid);
        const row = rows.find((r) => r.process.pid === pid);
        if (row !== undefined) setActiveKey(identity(row.process));
      }}
      onBlur={(event) => {
        const { currentTarget, relatedTarget } = event;
        if (!currentTarget.contains(relatedTarget)) hold(currentTarget.matches(':hover'));
      }}
    >
      <div className="running__body" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          const key = identity(row.process);
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={item.index}
              className="running__place"
              style={{ translate: `0 ${item.start}px` }}
            >
              <RunningItem
                row={row}
                active={item.index === active}
                pending={pending === key}
                failure={failed?.key === key ? failed.error : null}
                onAttach={() => start(row)}
                onDone={onDone}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

const NOTHING = () => undefined;

/** `onDone`: attached, or went to the session that records the program already. */
export function RunningList({ autoFocus = false, onDone = NOTHING }: { autoFocus?: boolean; onDone?: () => void }) {
  const { rows, error, hold } = useRunning();
  const connected = useUi((s) => s.connection === 'open');
  const [search, setSearch] = useState('');
  const shown = useMemo(() => (rows ?? []).filter((row) => matches(row.process, search)), [rows, search]);
  const section = useRef<HTMLDivElement>(null);
  return (
    <div className="running" ref={section}>
      <div className="running__bar">
        <div className="running__search">
          <SearchIcon size={15} />
          <input
            className="input"
            type="search"
            placeholder="Search pid, command, user, version"
            aria-label="Search running programs"
            data-testid="running-search"
            data-autofocus={autoFocus ? '' : undefined}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
              const first = section.current?.querySelector<HTMLElement>('[data-pid][tabindex="0"]');
              if (first === undefined || first === null) return;
              event.preventDefault();
              first.focus();
            }}
          />
        </div>
      </div>
      <Measurement />
      {error !== null && connected && <Notice tone="error" {...describeError(error)} />}
      {rows === null && error === null && (
        <div className="empty">{connected ? <span className="spinner" /> : 'Not connected to gilscope.'}</div>
      )}
      {rows !== null && shown.length === 0 && <Nothing search={search} all={rows.length} />}
      {shown.length > 0 && <Rows rows={shown} hold={hold} onDone={onDone} />}
    </div>
  );
}
