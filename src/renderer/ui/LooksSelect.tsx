/** How often one looks what runs inside long holds. Used by the launch form and the list of running programs. */
import { LOOKS_HZ } from '../../shared/looks.ts';
import { Field } from './Field.tsx';

const CHOICES = [0, 10, LOOKS_HZ, 200, 1000];

interface Props {
  /** Looks a second; 0: none. */
  value: number;
  testId: string;
  onChange: (looksHz: number) => void;
}

export function LooksSelect({ value, testId, onChange }: Props) {
  const choices = CHOICES.includes(value) ? CHOICES : [...CHOICES, value].sort((a, b) => a - b);
  return (
    <Field label="Look inside long holds" hint="Which function runs in holds above 10 ms, seen from outside: sampled.">
      <select
        className="input"
        aria-label="Look inside long holds"
        data-testid={testId}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
      >
        {choices.map((hz) => (
          <option key={hz} value={hz}>
            {hz === 0 ? 'Never' : `${hz} times a second`}
          </option>
        ))}
      </select>
    </Field>
  );
}
