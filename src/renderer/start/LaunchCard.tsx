/** The launch form: everything a terminal command says, checked before it runs. */
import { useState } from 'react';
import { FolderField } from '../files/FolderField.tsx';
import { TRACE_COST } from '../lib/functions.ts';
import { bestInterpreter } from '../../shared/interpreters.ts';
import { LOOKS_HZ } from '../../shared/looks.ts';
import { specFromForm, type FieldErrors, type LaunchForm } from '../lib/launchForm.ts';
import { launch } from '../store/actions.ts';
import { useCatalog } from '../store/catalog.ts';
import { describeError } from '../transport/index.ts';
import { ChevronIcon, PlayIcon } from '../ui/icons.tsx';
import { Check } from '../ui/Check.tsx';
import { EngineSelect } from '../ui/EngineSelect.tsx';
import { Field } from '../ui/Field.tsx';
import { LooksSelect } from '../ui/LooksSelect.tsx';
import { Notice } from '../ui/Notice.tsx';
import { EnvEditor } from './EnvEditor.tsx';
import { useFormStore } from './formStore.ts';
import { InterpreterPicker } from './InterpreterPicker.tsx';
import { ProgramField } from './ProgramField.tsx';

interface PartProps {
  form: LaunchForm;
  errors: FieldErrors;
  onChange: (patch: Partial<LaunchForm>) => void;
}

/** What most launches do not need; open when it holds something. */
function More({ form, errors, onChange }: PartProps) {
  const used = form.env.length > 0 || form.options !== '' || form.engine !== 'auto' || form.looksHz !== LOOKS_HZ;
  const [open, setOpen] = useState(used);
  const shown = open || errors.env !== undefined || errors.options !== undefined;
  return (
    <>
      <button
        type="button"
        className="fold"
        aria-expanded={shown}
        data-testid="start-more"
        onClick={() => setOpen(!shown)}
      >
        <ChevronIcon size={14} /> Environment, interpreter options, measurement
      </button>
      {shown && (
        <div className="launch__extra">
          <Field label="Environment variables" error={errors.env}>
            <EnvEditor rows={form.env} onChange={(env) => onChange({ env })} />
          </Field>
          <Field label="Interpreter options" error={errors.options}>
            <input
              className="input input--mono"
              placeholder="-X dev -u"
              aria-label="Interpreter options"
              aria-invalid={errors.options !== undefined}
              spellCheck={false}
              value={form.options}
              onChange={(event) => onChange({ options: event.target.value })}
            />
          </Field>
          <div className="launch__pair">
            <EngineSelect
              label="Measurement"
              value={form.engine}
              use="launch"
              testId="start-engine"
              onChange={(engine) => onChange({ engine })}
            />
            <LooksSelect value={form.looksHz} testId="start-looks" onChange={(looksHz) => onChange({ looksHz })} />
          </div>
        </div>
      )}
    </>
  );
}

/** Launching, with its errors kept by field or for the whole. */
function useLaunch() {
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const start = async (form: LaunchForm) => {
    const result = specFromForm(form);
    setErrors(result.errors ?? {});
    setFailure(null);
    if (result.spec === null) return;
    setBusy(true);
    try {
      await launch(result.spec, { remember: true });
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  /** What is being put right is no longer called wrong. */
  const touch = (patch: Partial<LaunchForm>) => {
    const touched = Object.keys(patch).map((key) => (key === 'kind' ? 'program' : key));
    setErrors((before) => Object.fromEntries(Object.entries(before).filter(([key]) => !touched.includes(key))));
  };
  return { errors, failure, busy, start, touch };
}

export function LaunchCard({ form }: { form: LaunchForm }) {
  const patch = useFormStore((s) => s.patch);
  const best = useCatalog((s) => bestInterpreter(s.interpreters.items)?.path ?? '');
  const { errors, failure, busy, start, touch } = useLaunch();
  const onChange = (change: Partial<LaunchForm>) => {
    touch(change);
    patch(change);
  };
  const submit = () => {
    if (!busy) void start({ ...form, python: form.python === '' ? best : form.python });
  };
  return (
    <form
      className="launch"
      aria-label="Launch a program"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        submit();
      }}
    >
      <Field label="Interpreter" error={errors.python}>
        <InterpreterPicker
          value={form.python}
          invalid={errors.python !== undefined}
          onChange={(python) => onChange({ python })}
        />
      </Field>
      <ProgramField form={form} error={errors.program} onChange={onChange} />
      <div className="launch__pair">
        <Field label="Arguments" error={errors.args}>
          <input
            className="input input--mono"
            placeholder={'--threads 4 "two words"'}
            aria-label="Arguments"
            aria-invalid={errors.args !== undefined}
            data-testid="start-args"
            spellCheck={false}
            value={form.args}
            onChange={(event) => onChange({ args: event.target.value })}
          />
        </Field>
        <FolderField
          label="Working folder"
          value={form.cwd}
          error={errors.cwd}
          testId="start-cwd"
          onChange={(cwd) => onChange({ cwd })}
        />
      </div>
      <Check
        label="Trace functions"
        hint={`every call, as a flame chart and as sums; ${TRACE_COST}`}
        testId="start-functions"
        checked={form.functions}
        onChange={(functions) => onChange({ functions })}
      />
      <More form={form} errors={errors} onChange={onChange} />
      {failure !== null && <Notice tone="error" testId="launch-error" {...describeError(failure)} />}
      <div className="launch__foot">
        <span className="muted small">The program runs as in a terminal; its output is in the Terminal panel.</span>
        <button type="submit" className="btn btn--primary launch__go" data-testid="start-launch" disabled={busy}>
          {busy ? <span className="spinner" /> : <PlayIcon />}
          {busy ? 'Starting…' : 'Launch and record'}
        </button>
      </div>
    </form>
  );
}
