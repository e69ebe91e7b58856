/** What to compare: the Compare page's empty state, and the way to another comparison. */
import { useEffect, useState } from 'react';
import { bestInterpreter, interpreterName } from '../../../shared/interpreters.ts';
import { MOST_ROUNDS } from '../../../shared/contract/compare.ts';
import { baseName } from '../../lib/format.ts';
import { loadCatalog, useCatalog } from '../../store/catalog.ts';
import { startComparison } from '../../store/compare.ts';
import { useUi } from '../../store/ui.ts';
import { describeError } from '../../transport/index.ts';
import { Check } from '../../ui/Check.tsx';
import { Field } from '../../ui/Field.tsx';
import { PlayIcon } from '../../ui/icons.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { CallFields } from './CallFields.tsx';
import { NO_ERRORS, specFromCompareForm, type CompareErrors, type CompareForm, type CompareKind } from './form.ts';
import { useCompareForm, useFilledForm } from './formStore.ts';
import { ProgramRows } from './ProgramRows.tsx';
import { RecordingsField } from './RecordingsField.tsx';
import '../../start/start.css';
import '../../library/library.css';
import './form.css';

const KINDS: readonly { kind: CompareKind; label: string }[] = [
  { kind: 'programs', label: 'Programs' },
  { kind: 'call', label: 'One function, several ways' },
  { kind: 'recordings', label: 'Recordings' },
];

/** Starting, with its errors kept by field or for the whole. */
function useStart() {
  const [errors, setErrors] = useState(NO_ERRORS);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const start = async (form: CompareForm, best: string, pythonName: (path: string) => string) => {
    const { spec, errors: wrong } = specFromCompareForm(form, { best, pythonName });
    setErrors(wrong ?? NO_ERRORS);
    setFailure(null);
    if (spec === null) return;
    setBusy(true);
    try {
      await startComparison(spec, { remember: form.kind !== 'recordings' });
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const clear = () => setErrors(NO_ERRORS);
  return { errors, failure, busy, start, clear };
}

interface PartProps {
  form: CompareForm;
  errors: CompareErrors;
  onChange: (patch: Partial<CompareForm>) => void;
}

/** How often, how long, and whether what comes out must be alike. */
function How({ form, errors, onChange }: PartProps) {
  const ofCall = form.kind === 'call';
  return (
    <div className="compare-how">
      <Field
        label="Runs of each"
        error={errors.repeat}
        hint="In turns: A B A B. Four or more tell a difference from chance."
      >
        <input
          className="input compare-number"
          type="number"
          min={1}
          max={MOST_ROUNDS}
          aria-label="Runs of each"
          aria-invalid={errors.repeat !== undefined}
          data-testid="compare-repeat"
          value={form.repeat}
          onChange={(event) => onChange({ repeat: event.target.value })}
        />
      </Field>
      <Field label="Time limit of a run, s" error={errors.timeLimit} hint="A run that takes longer is ended.">
        <input
          className="input compare-number"
          inputMode="decimal"
          placeholder="none"
          aria-label="Time limit of a run in seconds"
          aria-invalid={errors.timeLimit !== undefined}
          data-testid="compare-limit"
          value={form.timeLimit}
          onChange={(event) => onChange({ timeLimit: event.target.value })}
        />
      </Field>
      <Check
        label={ofCall ? 'Check the results' : 'Check the output'}
        hint={ofCall ? 'every way must give the same' : 'all must print the same'}
        testId="compare-check"
        checked={form.checkOutput}
        onChange={(checkOutput) => onChange({ checkOutput })}
      />
    </div>
  );
}

function Fields({ form, errors, best, onChange }: PartProps & { best: string }) {
  switch (form.kind) {
    case 'programs':
      return (
        <ProgramRows rows={form.programs} errors={errors.programs} onChange={(programs) => onChange({ programs })} />
      );
    case 'call':
      return (
        <CallFields
          call={form.call}
          errors={errors}
          best={best}
          onChange={(patch) => onChange({ call: { ...form.call, ...patch } })}
        />
      );
    case 'recordings':
      return (
        <RecordingsField
          chosen={form.recordings}
          error={errors.recordings}
          onChange={(recordings) => onChange({ recordings })}
        />
      );
  }
}

function Form({ form }: { form: CompareForm }) {
  const patch = useCompareForm((s) => s.patch);
  const interpreters = useCatalog((s) => s.interpreters.items);
  const best = bestInterpreter(interpreters)?.path ?? '';
  const { errors, failure, busy, start, clear } = useStart();
  const pythonName = (path: string) => {
    const known = interpreters.find((i) => i.path === path);
    return known === undefined ? baseName(path) : interpreterName(known);
  };
  const onChange = (change: Partial<CompareForm>) => {
    // What is being put right is no longer called wrong.
    clear();
    patch(change);
  };
  return (
    <form
      className="compare-form"
      aria-label="What to compare"
      data-testid="compare-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void start(form, best, pythonName);
      }}
    >
      <div className="segments" role="radiogroup" aria-label="What to compare">
        {KINDS.map(({ kind, label }) => (
          <button
            key={kind}
            type="button"
            role="radio"
            className="segments__item"
            aria-checked={kind === form.kind}
            data-testid={`compare-kind-${kind}`}
            onClick={() => onChange({ kind })}
          >
            {label}
          </button>
        ))}
      </div>
      <Fields form={form} errors={errors} best={best} onChange={onChange} />
      {form.kind !== 'recordings' && <How form={form} errors={errors} onChange={onChange} />}
      {failure !== null && <Notice tone="error" testId="compare-error" {...describeError(failure)} />}
      <div className="compare-form__foot">
        <span className="muted small">
          {form.kind === 'recordings'
            ? 'Recordings have one run each: how far runs differ by themselves is not known then.'
            : 'Each run is recorded; let the machine rest meanwhile, so that they are alike.'}
        </span>
        <button type="submit" className="btn btn--primary launch__go" data-testid="compare-start" disabled={busy}>
          {busy ? <span className="spinner" /> : <PlayIcon />}
          {busy ? 'Starting…' : 'Compare'}
        </button>
      </div>
    </form>
  );
}

export function FormPage() {
  const form = useFilledForm();
  const connected = useUi((s) => s.connection === 'open');
  useEffect(() => {
    if (connected) void loadCatalog('interpreters');
  }, [connected]);
  return (
    <div className="compare-page__inner compare-page__inner--form">
      <div className="start__hero compare-form__hero">
        <h1>Which way is faster, by how much, and why</h1>
        <p className="muted">
          Runs the ways of doing one thing in turns, records every run, and puts them side by side: wall-clock, cores,
          who held the GIL and who waited for it.
        </p>
      </div>
      {form === null ? (
        <div className="empty">{connected ? <span className="spinner" /> : 'Not connected to gilscope.'}</div>
      ) : (
        <Form form={form} />
      )}
    </div>
  );
}
