/** The Library: every recording, searched and sorted; only the rows in sight are drawn. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import type { Recent } from '../../shared/contract/types.ts';
import { OpenButton } from '../files/OpenButton.tsx';
import { count } from '../lib/format.ts';
import { MOST_VARIANTS } from '../../shared/contract/compare.ts';
import { editLaunch } from '../store/actions.ts';
import { compareRecordings } from '../store/compare.ts';
import { describeError } from '../transport/index.ts';
import { SearchIcon } from '../ui/icons.tsx';
import { walkFocus } from '../ui/Menu.tsx';
import { Notice } from '../ui/Notice.tsx';
import { LibraryFolder } from './LibraryFolder.tsx';
import { RecentRow } from './RecentRow.tsx';
import { nameOf, searchRecents } from '../../shared/recents.ts';
import { sortRecents, useRecents, type Sort, type SortKey } from './recents.ts';
import './library.css';

const ROW_PX = 54;
const COLUMNS: readonly { key: SortKey; label: string; num?: boolean }[] = [
  { key: 'title', label: 'Recording' },
  { key: 'created', label: 'Recorded' },
  { key: 'wallS', label: 'Wall-clock', num: true },
  { key: 'threads', label: 'Threads', num: true },
  { key: 'held', label: 'GIL held / contended', num: true },
  { key: 'python', label: 'Python' },
  { key: 'bytes', label: 'Size', num: true },
];

function Header({ sort, onSort }: { sort: Sort; onSort: (sort: Sort) => void }) {
  return (
    <div className="recent recent--head">
      <div className="recent__open">
        {COLUMNS.map(({ key, label, num }) => {
          const active = sort.key === key;
          return (
            <button
              key={key}
              type="button"
              className={num === true ? 'recent__sort num' : 'recent__sort'}
              aria-label={`Sort by ${label.toLowerCase()}${active ? (sort.descending ? ', now descending' : ', now ascending') : ''}`}
              data-testid={`sort-${key}`}
              onClick={() => onSort({ key, descending: active ? !sort.descending : key !== 'title' })}
            >
              {label} {active ? (sort.descending ? '↓' : '↑') : ''}
            </button>
          );
        })}
      </div>
    </div>
  );
}

/** What is chosen, as paths in the order of choosing: the first is what the others are compared to. */
interface Choice {
  chosen: readonly string[];
  onChange: (chosen: readonly string[]) => void;
}

function Rows({ rows, chosen, onChange }: { rows: readonly Recent[] } & Choice) {
  const box = useRef<HTMLDivElement>(null);
  const [now] = useState(() => new Date());
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  return (
    <div
      ref={box}
      className="library__rows"
      data-testid="library-rows"
      onKeyDown={(event) => walkFocus(event, 'button.recent__open:not(:disabled)')}
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const recent = rows[item.index];
          return (
            <div key={recent.path} className="library__row" style={{ translate: `0 ${item.start}px` }}>
              <RecentRow
                recent={recent}
                index={item.index}
                now={now}
                choice={{
                  chosen: chosen.includes(recent.path),
                  onChange: (on) =>
                    onChange(on ? [...chosen, recent.path] : chosen.filter((path) => path !== recent.path)),
                }}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Nothing({ searching, status }: { searching: boolean; status: string }) {
  if (status === 'loading' || status === 'idle') {
    return (
      <div className="empty">
        <span className="spinner" />
      </div>
    );
  }
  if (searching) return <div className="empty">No recording matches.</div>;
  return (
    <div className="empty">
      <strong>Nothing recorded yet</strong>
      <span>Every session you record is kept here, to open again or to repeat.</span>
      <button type="button" className="btn btn--primary" style={{ marginTop: 8 }} onClick={() => editLaunch(null)}>
        Record a script
      </button>
    </div>
  );
}

function Chosen({ chosen, onChange, recents }: Choice & { recents: readonly Recent[] }) {
  // What was chosen may have been deleted since.
  const there = chosen.flatMap((path) => recents.find((recent) => recent.path === path && recent.exists) ?? []);
  if (there.length === 0) return null;
  const most = there.length > MOST_VARIANTS;
  return (
    <div className="library__chosen">
      <button
        type="button"
        className="btn btn--primary"
        data-testid="library-compare"
        disabled={there.length < 2 || most}
        title={there.length < 2 ? 'Choose another one' : most ? `At most ${MOST_VARIANTS} can be compared` : undefined}
        onClick={() => void compareRecordings(there.map((recent) => ({ ...recent, title: nameOf(recent) })))}
      >
        Compare {there.length}
      </button>
      <button type="button" className="btn btn--ghost" onClick={() => onChange([])}>
        Choose none
      </button>
    </div>
  );
}

export function LibraryPage() {
  const recents = useRecents();
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [sort, setSort] = useState<Sort>({ key: 'created', descending: true });
  const rows = useMemo(() => sortRecents(searchRecents(recents.items, query), sort), [recents.items, query, sort]);
  return (
    <div className="library" data-testid="library">
      <div className="library__bar">
        <h1>Library</h1>
        <span className="muted">{recents.items.length > 0 && count(rows.length, 'recording')}</span>
        <div className="library__search">
          <SearchIcon />
          <input
            className="input"
            type="search"
            placeholder="Search name, tags, note, command, verdict"
            aria-label="Search recordings"
            data-testid="library-search"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </div>
        <Chosen chosen={chosen} onChange={setChosen} recents={recents.items} />
        <OpenButton />
      </div>
      <LibraryFolder recents={recents.items} />
      {recents.status === 'failed' && <Notice tone="error" {...describeError(recents.error)} />}
      {rows.length > 0 && (
        <>
          <Header sort={sort} onSort={setSort} />
          <Rows rows={rows} chosen={chosen} onChange={setChosen} />
        </>
      )}
      {rows.length === 0 && <Nothing searching={query !== ''} status={recents.status} />}
    </div>
  );
}
