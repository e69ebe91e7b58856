/** A folder, typed or chosen. */
import { useState } from 'react';
import { Field } from '../ui/Field.tsx';
import { FilePicker } from './FilePicker.tsx';

interface Props {
  label: string;
  value: string;
  error: string | undefined;
  testId: string;
  onChange: (path: string) => void;
}

export function FolderField({ label, value, error, testId, onChange }: Props) {
  const [picking, setPicking] = useState(false);
  return (
    <Field label={label} error={error}>
      <div className="row">
        <input
          className="input input--mono"
          aria-label={label}
          aria-invalid={error !== undefined}
          data-testid={testId}
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
        <button type="button" className="btn" onClick={() => setPicking(true)}>
          Browse…
        </button>
      </div>
      {picking && (
        <FilePicker
          title={`Choose the ${label.toLowerCase()}`}
          mode="folder"
          folder={value === '' ? '/' : value}
          onClose={() => setPicking(false)}
          onPick={(path) => {
            onChange(path);
            setPicking(false);
          }}
        />
      )}
    </Field>
  );
}
