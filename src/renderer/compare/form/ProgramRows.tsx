/** Two programs or more, each as one would launch it: a card for each, side by side as their columns will be. */
import { MOST_VARIANTS } from '../../../shared/contract/compare.ts';
import { FolderField } from '../../files/FolderField.tsx';
import type { FieldErrors, LaunchForm } from '../../lib/launchForm.ts';
import { InterpreterPicker } from '../../start/InterpreterPicker.tsx';
import { ProgramField } from '../../start/ProgramField.tsx';
import { CloseIcon, PlusIcon } from '../../ui/icons.tsx';
import { Field } from '../../ui/Field.tsx';
import { Letter } from '../Letter.tsx';
import { letterOf } from '../../../shared/compare/letters.ts';
import { emptyProgram, ownName, type ProgramRow } from './form.ts';

interface Props {
  rows: readonly ProgramRow[];
  errors: readonly (FieldErrors & { name?: string })[];
  onChange: (rows: ProgramRow[]) => void;
}

function Card({
  row,
  at,
  errors,
  onChange,
  onRemove,
}: {
  row: ProgramRow;
  at: number;
  errors: FieldErrors & { name?: string };
  onChange: (row: ProgramRow) => void;
  /** Null: two there must be. */
  onRemove: (() => void) | null;
}) {
  const { launch } = row;
  const patch = (change: Partial<LaunchForm>) => onChange({ ...row, launch: { ...launch, ...change } });
  const letter = letterOf(at);
  return (
    <section className="card compare-program" aria-label={`Program ${letter}`} data-testid={`program-${at}`}>
      <div className="row">
        <Letter variant={at} />
        <input
          className="input"
          aria-label={`Name of program ${letter}`}
          aria-invalid={errors.name !== undefined}
          placeholder={ownName(launch) || 'Name'}
          maxLength={100}
          data-testid="program-name"
          value={row.name}
          onChange={(event) => onChange({ ...row, name: event.target.value })}
        />
        {onRemove !== null && (
          <button
            type="button"
            className="btn btn--ghost btn--icon"
            aria-label={`Remove program ${letter}`}
            data-testid="program-remove"
            onClick={onRemove}
          >
            <CloseIcon size={14} />
          </button>
        )}
      </div>
      {errors.name !== undefined && <span className="field__error">{errors.name}</span>}
      <Field label="Interpreter" error={errors.python}>
        <InterpreterPicker
          value={launch.python}
          invalid={errors.python !== undefined}
          onChange={(python) => patch({ python })}
        />
      </Field>
      <ProgramField form={launch} error={errors.program} onChange={patch} />
      <Field label="Arguments" error={errors.args ?? errors.options}>
        <input
          className="input input--mono"
          aria-label="Arguments"
          aria-invalid={errors.args !== undefined}
          data-testid="program-args"
          spellCheck={false}
          value={launch.args}
          onChange={(event) => patch({ args: event.target.value })}
        />
      </Field>
      <FolderField
        label="Working folder"
        value={launch.cwd}
        error={errors.cwd}
        testId="program-cwd"
        onChange={(cwd) => patch({ cwd })}
      />
    </section>
  );
}

export function ProgramRows({ rows, errors, onChange }: Props) {
  const last = rows.at(-1);
  return (
    <>
      <div className="compare-programs">
        {rows.map((row, i) => (
          <Card
            key={i}
            row={row}
            at={i}
            errors={errors[i] ?? {}}
            onChange={(next) => onChange(rows.map((other, at) => (at === i ? next : other)))}
            onRemove={rows.length > 2 ? () => onChange(rows.filter((_, at) => at !== i)) : null}
          />
        ))}
      </div>
      {rows.length < MOST_VARIANTS && (
        <button
          type="button"
          className="btn btn--ghost btn--small compare-form__add"
          data-testid="program-add"
          onClick={() => onChange([...rows, emptyProgram(last?.launch.cwd ?? '')])}
        >
          <PlusIcon size={14} /> Another program
        </button>
      )}
    </>
  );
}
