/** Recordings to put side by side: from the library, or from anywhere on the disk. */
import { useMemo, useState } from 'react';
import { FilePicker } from '../../files/FilePicker.tsx';
import { SESSION_SUFFIX } from '../../files/OpenButton.tsx';
import { baseName, formatS, formatWhen } from '../../lib/format.ts';
import { searchRecents } from '../../../shared/recents.ts';
import { sortRecents, useRecents } from '../../library/recents.ts';
import { useUi } from '../../store/ui.ts';
import { CloseIcon, FolderIcon, SearchIcon } from '../../ui/icons.tsx';
import { Letter } from '../Letter.tsx';
import type { Recording } from './form.ts';

interface Props {
  chosen: readonly Recording[];
  error: string | undefined;
  onChange: (recordings: Recording[]) => void;
}

const MOST_SHOWN = 200;

function Chosen({ chosen, onChange }: Omit<Props, 'error'>) {
  return (
    <ol className="compare-chosen" aria-label="Chosen recordings">
      {chosen.map((recording, i) => (
        <li key={recording.path} className="row" title={recording.path}>
          <Letter variant={i} />
          <span className="ellipsis">{recording.title}</span>
          <button
            type="button"
            className="btn btn--ghost btn--icon btn--small"
            aria-label={`Leave out ${recording.title}`}
            onClick={() => onChange(chosen.filter((other) => other !== recording))}
          >
            <CloseIcon size={14} />
          </button>
        </li>
      ))}
    </ol>
  );
}

export function RecordingsField({ chosen, error, onChange }: Props) {
  const recents = useRecents();
  const info = useUi((s) => s.info);
  const [query, setQuery] = useState('');
  const [picking, setPicking] = useState(false);
  const [now] = useState(() => new Date());
  const rows = useMemo(() => {
    const there = searchRecents(recents.items, query).filter((recent) => recent.exists);
    return sortRecents(there, { key: 'created', descending: true }).slice(0, MOST_SHOWN);
  }, [recents.items, query]);
  const has = (path: string) => chosen.some((recording) => recording.path === path);
  const toggle = ({ path, title }: Recording) =>
    onChange(has(path) ? chosen.filter((other) => other.path !== path) : [...chosen, { path, title }]);
  return (
    <div className="card compare-recordings">
      <div className="row">
        <div className="library__search">
          <SearchIcon />
          <input
            className="input"
            type="search"
            placeholder="Search name, verdict, Python version, path"
            aria-label="Search recordings"
            data-testid="recordings-search"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </div>
        <button type="button" className="btn" data-testid="recordings-file" onClick={() => setPicking(true)}>
          <FolderIcon /> A file…
        </button>
      </div>
      {chosen.length > 0 && <Chosen chosen={chosen} onChange={onChange} />}
      {error !== undefined && <span className="field__error">{error}</span>}
      <div className="compare-recordings__list" role="group" aria-label="Recordings">
        {rows.map((recent, i) => (
          <label key={recent.path} className="compare-recording" title={recent.path}>
            <input
              type="checkbox"
              data-testid={`recording-${i}`}
              checked={has(recent.path)}
              onChange={() => toggle(recent)}
            />
            <span className="ellipsis">{recent.title}</span>
            <span className="muted num">{formatS(recent.wallS)}</span>
            <span className="muted">{formatWhen(recent.created, now)}</span>
          </label>
        ))}
        {rows.length === 0 && (
          <p className="muted">{query === '' ? 'Nothing recorded yet.' : 'No recording matches.'}</p>
        )}
      </div>
      {picking && info !== null && (
        <FilePicker
          title="Choose a recording"
          mode="file"
          suffix={SESSION_SUFFIX}
          folder={info.cwd}
          onClose={() => setPicking(false)}
          onPick={(path) => {
            if (!has(path)) onChange([...chosen, { path, title: baseName(path).replace(SESSION_SUFFIX, '') }]);
            setPicking(false);
          }}
        />
      )}
    </div>
  );
}
