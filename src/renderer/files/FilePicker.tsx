/**
 * Chooses a file, a folder, or a name to save under, on the machine where the engine runs. All of it by keyboard: type a path,
 * walk the list with the arrow keys, Enter opens, Backspace goes up. Used by the launch form, Save as and Open.
 */
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { CallReply } from '../../shared/contract/calls.ts';
import type { FileEntry } from '../../shared/contract/types.ts';
import { dirName, formatBytes, formatWhen, group } from '../lib/format.ts';
import { call, describeError, isCancelled } from '../transport/index.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { FileIcon, FolderIcon, UpIcon } from '../ui/icons.tsx';
import { Notice } from '../ui/Notice.tsx';
import './files.css';

type Mode = 'file' | 'folder' | 'save';
type Listing = CallReply['files.list'];

interface Props {
  title: string;
  mode: Mode;
  /** Folder shown first. */
  folder: string;
  suffix?: string;
  /** Other endings that can be opened. */
  also?: readonly string[];
  /** Proposed name when saving. */
  name?: string;
  onPick: (path: string, overwrite: boolean) => void;
  onClose: () => void;
}

const NO_FILTER = {};
const NONE: readonly string[] = [];

/** The listing of `folder`, the newest question's answer only. */
function useListing(folder: string, suffix: string | undefined, also: readonly string[], hidden: boolean) {
  const [state, setState] = useState<{ listing: Listing | null; error: unknown; asked: string }>({
    listing: null,
    error: null,
    asked: '',
  });
  useEffect(() => {
    const abort = new AbortController();
    const filter = suffix === undefined ? NO_FILTER : { suffix: [suffix, ...also] };
    call('files.list', { path: folder, hidden, ...filter }, { signal: abort.signal }).then(
      (listing) => setState({ listing, error: null, asked: folder }),
      (error: unknown) => {
        if (!isCancelled(error)) setState((s) => ({ ...s, error, asked: folder }));
      },
    );
    return () => abort.abort();
  }, [folder, suffix, also, hidden]);
  return { ...state, loading: state.asked !== folder };
}

const join = (folder: string, name: string) => (folder.endsWith('/') ? folder + name : `${folder}/${name}`);

interface ListProps {
  entries: readonly FileEntry[];
  chosen: string | null;
  onChoose: (entry: FileEntry) => void;
  onOpen: (entry: FileEntry) => void;
  onUp: () => void;
}

function EntryList({ entries, chosen, onChoose, onOpen, onUp }: ListProps) {
  const box = useRef<HTMLDivElement>(null);
  const at = entries.findIndex((entry) => entry.path === chosen);
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[event.key];
    if (step !== undefined && entries.length > 0) {
      event.preventDefault();
      const from = at < 0 && step > 0 ? -1 : at;
      onChoose(entries[Math.max(0, Math.min(entries.length - 1, from + step))]);
    } else if (event.key === 'Enter' && at >= 0) {
      event.preventDefault();
      onOpen(entries[at]);
    } else if (event.key === 'Backspace') {
      event.preventDefault();
      onUp();
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
      const letter = event.key.toLowerCase();
      const after = [...entries.slice(at + 1), ...entries.slice(0, at + 1)];
      const found = after.find((entry) => entry.name.toLowerCase().startsWith(letter));
      if (found !== undefined) onChoose(found);
    }
  };
  useEffect(() => {
    box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const now = new Date();
  return (
    <div
      ref={box}
      className="files__list"
      role="listbox"
      aria-label="Files"
      tabIndex={0}
      data-testid="files-list"
      onKeyDown={onKey}
    >
      {entries.map((entry) => (
        <div
          key={entry.path}
          role="option"
          aria-selected={entry.path === chosen}
          className="files__row"
          onClick={() => onChoose(entry)}
          onDoubleClick={() => onOpen(entry)}
        >
          {entry.kind === 'folder' ? <FolderIcon /> : <FileIcon />}
          <span className="ellipsis">{entry.name}</span>
          <span className="num muted small">{entry.kind === 'file' ? formatBytes(entry.bytes) : ''}</span>
          <span className="num muted small">{formatWhen(entry.modified, now)}</span>
        </div>
      ))}
    </div>
  );
}

export function FilePicker({
  title,
  mode,
  folder: first,
  suffix,
  also = NONE,
  name: proposed = '',
  onPick,
  onClose,
}: Props) {
  const [folder, setFolder] = useState(first);
  const [typed, setTyped] = useState(first);
  const [hidden, setHidden] = useState(false);
  const [chosen, setChosen] = useState<FileEntry | null>(null);
  const [name, setName] = useState(proposed);
  const { listing, error, loading } = useListing(folder, suffix, also, hidden);
  const all = listing?.entries ?? [];
  const entries = mode === 'folder' ? all.filter((entry) => entry.kind === 'folder') : all;

  const go = (path: string) => {
    setFolder(path);
    setTyped(path);
    setChosen(null);
  };
  const here = listing?.path ?? folder;
  const up = () => {
    if (listing?.parent != null) go(listing.parent);
  };
  const target = targetOf(mode, chosen, here, name, suffix);
  const exists = mode === 'save' && all.some((entry) => entry.path === target);
  const finish = () => {
    if (target !== null) onPick(target, exists);
  };
  const open = (entry: FileEntry) => {
    if (entry.kind === 'folder') go(entry.path);
    else if (mode === 'save') setName(entry.name);
    else onPick(entry.path, false);
  };
  /** A typed path may be a folder to look into or the file itself. */
  const submitTyped = () => {
    const path = typed.trim();
    if (path === '') return;
    if (mode !== 'file') {
      go(path);
      return;
    }
    // Whatever it is called: what a file is, its content says.
    call('files.list', { path }).then(
      ({ file }) => (file === undefined ? go(path) : onPick(file, false)),
      () => go(path),
    );
  };

  return (
    <Dialog
      title={title}
      width={680}
      onClose={onClose}
      testId="file-picker"
      footer={
        <>
          <label className="row muted small" style={{ marginRight: 'auto' }}>
            <input type="checkbox" checked={hidden} onChange={(event) => setHidden(event.target.checked)} />
            Show hidden
          </label>
          <button type="button" className="btn" onClick={onClose}>
            Cancel
          </button>
          <button
            type="button"
            className="btn btn--primary"
            data-testid="files-pick"
            disabled={target === null}
            onClick={finish}
          >
            {mode === 'save' ? (exists ? 'Replace' : 'Save') : mode === 'folder' ? 'Choose this folder' : 'Choose'}
          </button>
        </>
      }
    >
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          submitTyped();
        }}
      >
        <button
          type="button"
          className="btn btn--icon"
          aria-label="Parent folder"
          disabled={listing?.parent == null}
          onClick={up}
        >
          <UpIcon />
        </button>
        <input
          className="input input--mono"
          aria-label="Path"
          data-testid="files-path"
          data-autofocus={mode === 'save' ? undefined : ''}
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </form>
      <div className="files__box">
        {error !== null ? (
          <Notice tone="error" {...describeError(error)} />
        ) : entries.length === 0 ? (
          <div className="empty">
            {loading ? (
              <span className="spinner" />
            ) : (
              <span>{suffix === undefined ? 'This folder is empty.' : `No ${suffix} file and no folder here.`}</span>
            )}
          </div>
        ) : (
          <EntryList
            entries={entries}
            chosen={chosen?.path ?? null}
            onUp={up}
            onOpen={open}
            onChoose={(entry) => {
              setChosen(entry);
              if (mode === 'save' && entry.kind === 'file') setName(entry.name);
            }}
          />
        )}
      </div>
      {listing?.truncated === true && (
        <p className="muted small">
          Only the first {group(listing.entries.length)} are shown; type the path to reach the others.
        </p>
      )}
      {mode === 'save' && (
        <label className="field">
          <span className="field__label">Name</span>
          <input
            className="input"
            data-autofocus=""
            data-testid="files-name"
            spellCheck={false}
            value={name}
            onChange={(event) => setName(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              // Else the same press goes on to the button that gets the focus back.
              event.preventDefault();
              finish();
            }}
          />
          {exists && <span className="field__error">A file of this name is there and would be replaced.</span>}
        </label>
      )}
    </Dialog>
  );
}

/** What “Choose” or “Save” would pick now; null when nothing fits. */
function targetOf(
  mode: Mode,
  chosen: FileEntry | null,
  here: string,
  name: string,
  suffix: string | undefined,
): string | null {
  if (mode === 'folder') return chosen?.path ?? here;
  if (mode === 'file') return chosen?.kind === 'file' ? chosen.path : null;
  const folder = chosen?.kind === 'folder' ? chosen.path : chosen === null ? here : dirName(chosen.path);
  const plain = name.trim();
  if (plain === '' || /[/\0]/.test(plain)) return null;
  return join(folder, suffix === undefined || plain.endsWith(suffix) ? plain : plain + suffix);
}
