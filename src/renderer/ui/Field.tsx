/** A field of a form: its label, and under it what is wrong with it or what it is for. */
import type { ReactNode } from 'react';

interface Props {
  label: string;
  error?: string | undefined;
  hint?: string | undefined;
  children: ReactNode;
}

export function Field({ label, error, hint, children }: Props) {
  return (
    <div className="field">
      <span className="field__label">{label}</span>
      {children}
      {error !== undefined ? (
        <span className="field__error">{error}</span>
      ) : (
        hint !== undefined && <span className="field__hint">{hint}</span>
      )}
    </div>
  );
}
