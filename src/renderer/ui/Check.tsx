/** A choice that is on or off, with what it means beside it. */

interface Props {
  label: string;
  hint?: string;
  title?: string;
  testId: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function Check({ label, hint, title, testId, checked, onChange }: Props) {
  return (
    <label className="check" title={title}>
      <input
        type="checkbox"
        data-testid={testId}
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{label}</span>
      {hint !== undefined && <span className="muted small">{hint}</span>}
    </label>
  );
}
