/** Which Python runs the program, and what each can do here: exact, estimated, or why not at all. */
import { useRef, useState } from 'react';
import type { Interpreter } from '../../shared/contract/types.ts';
import { tildePath } from '../lib/format.ts';
import { bestInterpreter, interpreterName, sortInterpreters } from '../../shared/interpreters.ts';
import { rescanInterpreters, useCatalog } from '../store/catalog.ts';
import { useUi } from '../store/ui.ts';
import { describeError } from '../transport/index.ts';
import { ChevronIcon } from '../ui/icons.tsx';
import { walkFocus } from '../ui/Menu.tsx';
import { Notice } from '../ui/Notice.tsx';
import { Popover } from '../ui/Popover.tsx';

interface Props {
  /** Path; empty: the best there is. */
  value: string;
  invalid: boolean;
  onChange: (path: string) => void;
}

export function EngineBadge({ engine }: { engine: Interpreter['engine'] }) {
  if (engine === 'exact') return <span className="badge badge--good">exact</span>;
  if (engine === 'estimated') return <span className="badge badge--warn">estimated</span>;
  return <span className="badge badge--bad">unusable</span>;
}

function Option({
  item,
  chosen,
  home,
  onPick,
}: {
  item: Interpreter;
  chosen: boolean;
  home: string;
  onPick: () => void;
}) {
  const unusable = item.engine === null;
  return (
    <button
      type="button"
      role="option"
      aria-selected={chosen}
      aria-disabled={unusable}
      className="interp"
      onClick={unusable ? undefined : onPick}
    >
      <span className="row">
        <span className="interp__name">{interpreterName(item)}</span>
        <span className="muted small">{item.source}</span>
        <span style={{ marginLeft: 'auto' }}>
          <EngineBadge engine={item.engine} />
        </span>
      </span>
      <span className="mono small muted ellipsis">{tildePath(item.path, home)}</span>
      {item.reason !== null && <span className="small interp__reason">{item.reason}</span>}
    </button>
  );
}

function Other({ onPick }: { onPick: (path: string) => void }) {
  const [path, setPath] = useState('');
  const ready = path.trim().length > 1;
  return (
    <form
      className="interp__other row"
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        if (ready) onPick(path.trim());
      }}
    >
      <input
        className="input input--mono"
        placeholder="Another: /path/to/python"
        aria-label="Path of another interpreter"
        data-testid="interpreter-path"
        spellCheck={false}
        value={path}
        onChange={(event) => setPath(event.target.value)}
      />
      <button type="submit" className="btn btn--small" disabled={!ready}>
        Use
      </button>
      <button type="button" className="btn btn--ghost btn--small" onClick={() => void rescanInterpreters()}>
        Search again
      </button>
    </form>
  );
}

export function InterpreterPicker({ value, invalid, onChange }: Props) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const { items, status, error } = useCatalog((s) => s.interpreters);
  const home = useUi((s) => s.info?.home ?? '');
  const current = value === '' ? bestInterpreter(items) : (items.find((i) => i.path === value) ?? null);
  const pick = (path: string) => {
    onChange(path);
    setOpen(false);
    anchor.current?.focus();
  };
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className="input interp__button"
        role="combobox"
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-controls="interpreters"
        aria-invalid={invalid}
        aria-label="Interpreter"
        data-testid="start-interpreter"
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        {current !== null ? (
          <>
            <span className="interp__name">{interpreterName(current)}</span>
            <EngineBadge engine={current.engine} />
            <span className="mono small muted ellipsis">{tildePath(current.path, home)}</span>
          </>
        ) : value !== '' ? (
          <span className="mono ellipsis">{tildePath(value, home)}</span>
        ) : (
          <span className="muted">
            {status === 'loading' ? 'Looking for interpreters…' : 'No usable Python found: give its path'}
          </span>
        )}
        <ChevronIcon />
      </button>
      {open && (
        <Popover anchor={anchor} matchWidth label="Interpreters" onClose={() => setOpen(false)}>
          {status === 'failed' && <Notice tone="error" {...describeError(error)} />}
          <div
            id="interpreters"
            role="listbox"
            aria-label="Interpreters"
            className="interp__list"
            onKeyDown={(event) => walkFocus(event, '[role="option"]')}
          >
            {sortInterpreters(items).map((item) => (
              <Option
                key={item.path}
                item={item}
                home={home}
                chosen={item.path === current?.path}
                onPick={() => pick(item.path)}
              />
            ))}
          </div>
          <Other onPick={pick} />
        </Popover>
      )}
    </>
  );
}
