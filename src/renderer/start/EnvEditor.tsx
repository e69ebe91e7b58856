/** Environment variables of the program: set over gilscope's own, or taken out. */
import type { EnvRow } from '../lib/launchForm.ts';
import { CloseIcon, PlusIcon } from '../ui/icons.tsx';

export function EnvEditor({ rows, onChange }: { rows: readonly EnvRow[]; onChange: (rows: EnvRow[]) => void }) {
  const change = (at: number, patch: Partial<EnvRow>) =>
    onChange(rows.map((row, i) => (i === at ? { ...row, ...patch } : row)));
  return (
    <div className="env">
      {rows.map((row, i) => (
        <div key={i} className="env__row">
          <input
            className="input input--mono"
            placeholder="NAME"
            aria-label="Name of the variable"
            spellCheck={false}
            value={row.name}
            onChange={(event) => change(i, { name: event.target.value.trim() })}
          />
          <select
            className="input"
            aria-label={`What to do with ${row.name || 'the variable'}`}
            value={row.remove ? 'remove' : 'set'}
            onChange={(event) => change(i, { remove: event.target.value === 'remove' })}
          >
            <option value="set">is set to</option>
            <option value="remove">is removed</option>
          </select>
          <input
            className="input input--mono"
            placeholder={row.remove ? '' : 'value'}
            aria-label={`Value of ${row.name || 'the variable'}`}
            spellCheck={false}
            disabled={row.remove}
            value={row.remove ? '' : row.value}
            onChange={(event) => change(i, { value: event.target.value })}
          />
          <button
            type="button"
            className="btn btn--ghost btn--icon"
            aria-label={`Drop ${row.name || 'this row'}`}
            onClick={() => onChange(rows.filter((_, other) => other !== i))}
          >
            <CloseIcon size={14} />
          </button>
        </div>
      ))}
      <button
        type="button"
        className="btn btn--ghost btn--small env__add"
        data-testid="env-add"
        onClick={() => onChange([...rows, { name: '', value: '', remove: false }])}
      >
        <PlusIcon size={14} /> Variable
      </button>
    </div>
  );
}
