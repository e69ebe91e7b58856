/** One recording in a list: opens on click; its menu repeats, forgets or deletes it. */
import { useState } from 'react';
import type { Recent } from '../../shared/contract/types.ts';
import { formatBytes, formatS, formatWhen, tildePath } from '../lib/format.ts';
import { editLaunch, openFile } from '../store/actions.ts';
import { exportFile } from '../store/exports.ts';
import { useSessions } from '../store/sessions.ts';
import { useUi } from '../store/ui.ts';
import { Confirm } from '../ui/Dialog.tsx';
import { MenuButton, type MenuItem } from '../ui/Menu.tsx';
import { forgetRecent } from './recents.ts';
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

interface Props {
  recent: Recent;
  index: number;
  now: Date;
  /** It can be chosen, to be compared; missing: it cannot. */
  choice?: { chosen: boolean; onChange: (chosen: boolean) => void };
}

export function RecentRow({ recent, index, now, choice }: Props) {
  const [confirming, setConfirming] = useState(false);
  const home = useUi((s) => s.info?.home ?? '');
  const { spec } = recent;
  // Its file has no end yet, and no name but its own.
  const recording = useSessions((s) => {
    const session = Object.values(s.byId).find((one) => one.path === recent.path);
    return session?.state === 'starting' || session?.state === 'recording' ? session.title : null;
  });
  const title = recording ?? recent.title;
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
    {
      id: 'forget',
      label: 'Remove from this list',
      hint: 'The file stays',
      onPick: () => void forgetRecent(recent.path, false),
    },
    ...(recent.exists && recording === null
      ? [{ id: 'delete', label: 'Delete the file…', danger: true, onPick: () => setConfirming(true) }]
      : []),
  ];
  return (
    <div className={recent.exists ? 'recent' : 'recent recent--gone'} data-testid={`recent-${index}`}>
      {choice !== undefined && (
        <input
          type="checkbox"
          className="recent__choice"
          aria-label={`Choose ${title}`}
          data-testid={`choose-${index}`}
          disabled={!recent.exists || recording !== null}
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
        <span className="recent__title">
          <span className="ellipsis">{title}</span>
          <span className="ellipsis small muted">
            {recent.exists
              ? (recent.verdict ?? (recording === null ? 'Not finished in order' : 'Being recorded'))
              : `The file is gone: ${tildePath(recent.path, home)}`}
          </span>
        </span>
        <span className="recent__cell muted" title={new Date(recent.created).toLocaleString()}>
          {formatWhen(recent.created, now)}
        </span>
        <span className="recent__cell num">{formatS(recent.wallS)}</span>
        <Python recent={recent} />
        <span className="recent__cell num muted">{recent.exists ? formatBytes(recent.bytes) : '–'}</span>
      </button>
      <MenuButton label={`More on ${title}`} className="btn btn--ghost btn--icon btn--small" items={items}>
        ⋯
      </MenuButton>
      {confirming && (
        <Confirm
          title="Delete this recording?"
          text={
            <p>
              <code>{tildePath(recent.path, home)}</code> ({formatBytes(recent.bytes)}) is deleted from the disk. This
              cannot be undone.
            </p>
          }
          confirm="Delete"
          danger
          onConfirm={() => void forgetRecent(recent.path, true)}
          onClose={() => setConfirming(false)}
        />
      )}
    </div>
  );
}
