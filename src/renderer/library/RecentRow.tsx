/** One recording in a list: opens on click; its menu repeats, names, forgets or deletes it. F2 names, Delete deletes. */
import { useState, type KeyboardEvent } from 'react';
import type { Recent } from '../../shared/contract/types.ts';
import { formatBytes, formatPercent, formatS, formatWhen, tildePath } from '../lib/format.ts';
import { editLaunch, openFile } from '../store/actions.ts';
import { exportFile } from '../store/exports.ts';
import { useSessions } from '../store/sessions.ts';
import { useUi } from '../store/ui.ts';
import { MenuButton, type MenuItem } from '../ui/Menu.tsx';
import { nameOf } from '../../shared/recents.ts';
import { deleteRecent, forgetRecent } from './recents.ts';
import { WordsDialog } from './WordsDialog.tsx';
import './library.css';

function Python({ recent }: { recent: Recent }) {
  if (recent.python === null) return <span className="recent__cell muted">–</span>;
  return (
    <span className="recent__cell row">
      {recent.python}
      {recent.engine === 'estimated' && <span className="badge badge--warn">estimated</span>}
    </span>
  );
}

const share = (part: number | null): string => (part === null ? '–' : formatPercent(part));

/** Its name, its tags, and under them the note or else the verdict. */
function Title({ recent, name, recording }: { recent: Recent; name: string; recording: boolean }) {
  const home = useUi((s) => s.info?.home ?? '');
  const said = recent.note === '' ? recent.verdict : recent.note;
  return (
    <span className="recent__title">
      <span className="recent__name">
        <span className="ellipsis">{name}</span>
        {recent.tags.map((tag) => (
          <span key={tag} className="tag">
            {tag}
          </span>
        ))}
      </span>
      <span className="ellipsis small muted">
        {!recent.exists
          ? `The file is gone: ${tildePath(recent.path, home)}`
          : recording
            ? 'Being recorded'
            : (said ?? 'Not finished in order')}
      </span>
    </span>
  );
}

/** Deletes the row that has the focus; the one after it gets it. */
async function deleteFocused(row: HTMLElement, recent: Recent): Promise<void> {
  const rows = [
    ...(row.closest('.library__rows, .recents')?.querySelectorAll<HTMLElement>('button.recent__open') ?? []),
  ];
  const at = rows.findIndex((other) => row.contains(other));
  const next = rows.at(at + 1) ?? rows.at(at - 1);
  if (await deleteRecent(recent)) next?.focus();
}

interface Props {
  recent: Recent;
  index: number;
  now: Date;
  /** It can be chosen, to be compared; missing: it cannot. */
  choice?: { chosen: boolean; onChange: (chosen: boolean) => void };
}

export function RecentRow({ recent, index, now, choice }: Props) {
  const [editing, setEditing] = useState(false);
  const { spec } = recent;
  // Its file has no end yet, and no name but its own.
  const ours = useSessions((s) => {
    const session = Object.values(s.byId).find((one) => one.path === recent.path);
    return session?.state === 'starting' || session?.state === 'recording' ? session.title : null;
  });
  const recording = ours !== null || recent.recording;
  const title = recent.name ?? ours ?? nameOf(recent);
  const deletable = recent.exists && !recording;
  const items: MenuItem[] = [
    ...(spec === null
      ? []
      : [{ id: 'repeat', label: 'Launch again…', hint: 'Fills in the launch form', onPick: () => editLaunch(spec) }]),
    ...(recent.exists
      ? [
          {
            id: 'export',
            label: 'Export…',
            hint: 'Opens it first',
            onPick: () => void exportFile(recent.path),
          },
        ]
      : []),
    { id: 'words', label: 'Name, tags and note…', hint: 'F2', onPick: () => setEditing(true) },
    ...(recording
      ? []
      : [
          {
            id: 'forget',
            label: 'Remove from this list',
            hint: 'The file stays',
            onPick: () => void forgetRecent(recent.path),
          },
        ]),
    ...(deletable
      ? [
          {
            id: 'delete',
            label: 'Delete the file',
            hint: 'Can be undone for a moment',
            danger: true,
            onPick: () => void deleteRecent(recent),
          },
        ]
      : []),
  ];
  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    // What is pressed in its menu comes by here too.
    if (!event.currentTarget.contains(event.target as Node)) return;
    if (event.key === 'F2') setEditing(true);
    else if (event.key === 'Delete' && deletable) void deleteFocused(event.currentTarget, recent);
    else return;
    event.preventDefault();
  };
  return (
    <div className={recent.exists ? 'recent' : 'recent recent--gone'} data-testid={`recent-${index}`} onKeyDown={onKey}>
      {choice !== undefined && (
        <input
          type="checkbox"
          className="recent__choice"
          aria-label={`Choose ${title}`}
          data-testid={`choose-${index}`}
          disabled={!deletable}
          checked={choice.chosen}
          onChange={(event) => choice.onChange(event.target.checked)}
        />
      )}
      <button
        type="button"
        className="recent__open"
        disabled={!recent.exists}
        title={recent.path}
        onClick={() => void openFile(recent.path)}
      >
        <Title recent={recent} name={title} recording={recording} />
        <span className="recent__cell muted" title={new Date(recent.created).toLocaleString()}>
          {formatWhen(recent.created, now)}
        </span>
        <span className="recent__cell num">{formatS(recent.wallS)}</span>
        <span className="recent__cell num">{recent.threads ?? '–'}</span>
        <span className="recent__cell num">
          {share(recent.held)} <span className="muted">/ {share(recent.contended)}</span>
        </span>
        <Python recent={recent} />
        <span className="recent__cell num muted">{recent.exists ? formatBytes(recent.bytes) : '–'}</span>
      </button>
      <MenuButton label={`More on ${title}`} className="btn btn--ghost btn--icon btn--small" items={items}>
        ⋯
      </MenuButton>
      {editing && <WordsDialog recent={recent} onClose={() => setEditing(false)} />}
    </div>
  );
}
