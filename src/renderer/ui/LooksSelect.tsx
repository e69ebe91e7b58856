/** How often one looks what runs inside long holds. Used by the launch form and the list of running programs. */
import { LOOKS_HZ } from '../../shared/looks.ts';

const CHOICES = [0, 10, LOOKS_HZ, 200, 1000];
const TITLE = 'How often to look, from outside, which function runs inside a hold of more than 10 ms';

interface Props {
  /** Looks a second; 0: none. */
  value: number;
  testId: string;
  className?: string;
  onChange: (looksHz: number) => void;
}

export function LooksSelect({ value, testId, className = '', onChange }: Props) {
  const choices = CHOICES.includes(value) ? CHOICES : [...CHOICES, value].sort((a, b) => a - b);
  return (
    <select
      className={`input ${className}`}
      aria-label="Looks into long holds"
      title={TITLE}
      data-testid={testId}
      value={value}
      onChange={(event) => onChange(Number(event.target.value))}
    >
      {choices.map((hz) => (
        <option key={hz} value={hz}>
          {hz === 0 ? 'No looks' : `${hz} looks a second`}
        </option>
      ))}
    </select>
  );
}
