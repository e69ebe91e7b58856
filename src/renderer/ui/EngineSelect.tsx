/** How holds are measured. Used by the launch form and the list of running programs. */
import type { LaunchSpec } from '../../shared/contract/types.ts';
import { ENGINES } from '../lib/engines.ts';
import { Field } from './Field.tsx';

interface Props {
  label: string;
  value: LaunchSpec['engine'];
  /** What the choice is about: a program that is launched, or one that runs. */
  use: 'launch' | 'attach';
  testId: string;
  onChange: (engine: LaunchSpec['engine']) => void;
}

export function EngineSelect({ label, value, use, testId, onChange }: Props) {
  return (
    <Field label={label} hint={ENGINES.find(({ engine }) => engine === value)![use]}>
      <select
        className="input"
        aria-label={label}
        data-testid={testId}
        value={value}
        onChange={(event) => onChange(event.target.value as LaunchSpec['engine'])}
      >
        {ENGINES.map(({ engine, label: name }) => (
          <option key={engine} value={engine}>
            {name}
          </option>
        ))}
      </select>
    </Field>
  );
}
