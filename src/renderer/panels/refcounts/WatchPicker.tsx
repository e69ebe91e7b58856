/** Modules of a recorded process and the names in them, with a search: a click watches one. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { SessionInfo } from '../../../shared/contract/types.ts';
import type { WatchableModule, WatchableNames } from '../../../shared/contract/watches.ts';
import { watchOf } from '../../../shared/watchExpression.ts';
import { count } from '../../lib/format.ts';
import { call, describeError, isCancelled } from '../../transport/index.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { walkFocus } from '../../ui/Menu.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { ownModulesFirst, ownNamesFirst } from './picker.ts';

const ROW_PX = 28;

interface Loaded<T> {
  of: string;
  value: T | null;
  error: unknown;
}

/** The answer for `of`, once it is there; an answer for something else is none. */
function useLoaded<T>(of: string | null, load: (signal: AbortSignal) => Promise<T>): Loaded<T> | null {
  const [loaded, setLoaded] = useState<Loaded<T> | null>(null);
  const loading = useRef(load);
  useEffect(() => {
    loading.current = load;
  });
  useEffect(() => {
    if (of === null) return;
    const abort = new AbortController();
    loading.current(abort.signal).then(
      (value) => setLoaded({ of, value, error: null }),
      (error: unknown) => {
        if (!isCancelled(error)) setLoaded({ of, value: null, error });
      },
    );
    return () => abort.abort();
  }, [of]);
  return loaded?.of === of ? loaded : null;
}

interface ListProps<T> {
  label: string;
  testId: string;
  loaded: Loaded<unknown> | null;
  items: readonly T[];
  keyOf: (item: T) => string;
  chosen: string | null;
  onPick: (item: T) => void;
  show: (item: T) => ReactNode;
  /** In place of an empty list. */
  nothing: string;
}

function List<T>({ label, testId, loaded, items, keyOf, chosen, onPick, show, nothing }: ListProps<T>) {
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  return (
    <div
      ref={box}
      className="picker__list"
      role="listbox"
      aria-label={label}
      data-testid={testId}
      onKeyDown={(event) => walkFocus(event, '[role="option"]')}
    >
      {loaded?.error != null && <Notice tone="error" {...describeError(loaded.error)} />}
      {loaded !== null && loaded.error == null && items.length === 0 && <div className="empty small">{nothing}</div>}
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((place) => {
          const item = items[place.index];
          const key = keyOf(item);
          return (
            <button
              key={key}
              type="button"
              role="option"
              aria-selected={key === chosen}
              className="picker__item"
              style={{ translate: `0 ${place.start}px` }}
              onClick={() => onPick(item)}
            >
              {show(item)}
            </button>
          );
        })}
      </div>
    </div>
  );
}

interface Props {
  session: SessionInfo;
  /** False: it was not possible, and the reason is told elsewhere. */
  onPick: (expression: string) => Promise<boolean>;
  onClose: () => void;
}

function ProcessSelect({
  session,
  value,
  onChange,
}: {
  session: SessionInfo;
  value: number;
  onChange: (n: number) => void;
}) {
  const living = session.processes.filter((one) => one.engine !== null && one.endedNs === null);
  if (living.length < 2) return null;
  return (
    <select
      className="input picker__process"
      aria-label="Process"
      data-testid="picker-process"
      value={value}
      onChange={(event) => onChange(Number(event.target.value))}
    >
      {living.map((one) => (
        <option key={one.idx} value={one.idx}>
          {one.name} · {one.pid}
        </option>
      ))}
    </select>
  );
}

function Module({ module }: { module: WatchableModule }) {
  return (
    <>
      <span className="mono ellipsis">{module.name}</span>
      {module.kind === 'main' && <span className="badge badge--good">the program</span>}
      <span className="small muted picker__note">{module.names}</span>
    </>
  );
}

function Name({ name, type }: WatchableNames['names'][number]) {
  return (
    <>
      <span className="mono ellipsis">{name}</span>
      <span className="small muted ellipsis picker__note">{type}</span>
    </>
  );
}

export function WatchPicker({ session, onPick, onClose }: Props) {
  const first = session.processes.find((one) => one.engine !== null && one.endedNs === null)?.idx ?? 0;
  const [process, setProcess] = useState(first);
  const [module, setModule] = useState('__main__');
  const [search, setSearch] = useState('');
  const [added, setAdded] = useState<string | null>(null);
  const { id } = session;
  const modules = useLoaded(`${process}`, (signal) => call('watches.modules', { id, process }, { signal }));
  const names = useLoaded(`${process} ${module}`, (signal) =>
    call('watches.names', { id, process, module }, { signal }),
  );
  const shownModules = useMemo(() => ownModulesFirst(modules?.value ?? []), [modules]);
  const shownNames = useMemo(() => ownNamesFirst(names?.value?.names ?? [], search), [names, search]);
  const pick = async (name: string) => {
    const expression = watchOf(module, name);
    setAdded((await onPick(expression)) ? expression : null);
  };
  const more = names?.value?.more ?? 0;
  return (
    <Dialog
      title="Pick an object to watch"
      width={680}
      testId="watch-picker"
      onClose={onClose}
      footer={
        <>
          <span className="small muted picker__said" role="status">
            {added === null ? 'What is within it, add by typing: .attribute, ["key"], [0].' : `Watching ${added}.`}
          </span>
          <button type="button" className="btn" data-testid="picker-done" onClick={onClose}>
            Done
          </button>
        </>
      }
    >
      <div className="row picker__bar">
        <input
          className="input"
          placeholder="Search names and types"
          aria-label="Search names and types"
          data-autofocus
          data-testid="picker-search"
          spellCheck={false}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <ProcessSelect session={session} value={process} onChange={setProcess} />
      </div>
      <div className="picker__lists">
        <List
          label="Modules"
          testId="picker-modules"
          loaded={modules}
          items={shownModules}
          keyOf={(item) => item.name}
          chosen={module}
          onPick={(item) => setModule(item.name)}
          show={(item) => <Module module={item} />}
          nothing="No module to look into."
        />
        <List
          label={`Names in ${module}`}
          testId="picker-names"
          loaded={names}
          items={shownNames}
          keyOf={(item) => item.name}
          chosen={null}
          onPick={(item) => void pick(item.name)}
          show={(item) => <Name {...item} />}
          nothing={search === '' ? 'No name in this module.' : 'No name fits.'}
        />
      </div>
      {more > 0 && <p className="small muted">{count(more, 'name')} more than can be listed: type them instead.</p>}
    </Dialog>
  );
}
