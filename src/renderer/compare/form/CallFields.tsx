/** One function of the user's own, over the same inputs in several ways: in turn, in threads, processes, interpreters. */
import { CALL_MODES, type CallMode } from '../../../shared/contract/compare.ts';
import { interpreterName, sortInterpreters } from '../../../shared/interpreters.ts';
import { FolderField } from '../../files/FolderField.tsx';
import { tildePath } from '../../lib/format.ts';
import { EngineBadge } from '../../start/InterpreterPicker.tsx';
import { useCatalog } from '../../store/catalog.ts';
import { useUi } from '../../store/ui.ts';
import { Check } from '../../ui/Check.tsx';
import { Field } from '../../ui/Field.tsx';
import type { CompareErrors, CompareForm } from './form.ts';

const MODES: Record<CallMode, { label: string; hint: string }> = {
  sequential: { label: 'Sequential', hint: 'one after another, in one thread' },
  threads: { label: 'Threads', hint: 'ThreadPoolExecutor' },
  processes: { label: 'Processes', hint: 'ProcessPoolExecutor; inputs and results are pickled' },
  interpreters: { label: 'Interpreters', hint: 'a GIL each, in one process; where the interpreter has them' },
};

interface Props {
  call: CompareForm['call'];
  errors: CompareErrors;
  best: string;
  onChange: (patch: Partial<CompareForm['call']>) => void;
}

const toggled = <T,>(list: readonly T[], item: T, on: boolean): T[] =>
  on ? [...list, item] : list.filter((other) => other !== item);

function Pythons({ call, errors, best, onChange }: Props) {
  const interpreters = useCatalog((s) => s.interpreters);
  const home = useUi((s) => s.info?.home ?? '');
  const usable = sortInterpreters(interpreters.items).filter((i) => i.engine !== null);
  const chosen = call.pythons.length > 0 ? call.pythons : [best];
  const pick = (path: string, on: boolean) => {
    const next = new Set(toggled(chosen, path, on));
    onChange({ pythons: usable.map((i) => i.path).filter((p) => next.has(p)) });
  };
  return (
    <Field label="Interpreters: a column for each way with each" error={errors.pythons}>
      <div className="compare-pythons" role="group" aria-label="Interpreters">
        {usable.map((item) => (
          <label key={item.path} className="check" title={tildePath(item.path, home)}>
            <input
              type="checkbox"
              data-testid={`call-python-${item.version ?? ''}`}
              checked={chosen.includes(item.path)}
              onChange={(event) => pick(item.path, event.target.checked)}
            />
            <span>{interpreterName(item)}</span>
            {item.engine === 'estimated' && <EngineBadge engine={item.engine} />}
            <span className="muted small ellipsis">{item.source}</span>
          </label>
        ))}
        {usable.length === 0 && (
          <span className="muted">
            {interpreters.status === 'loading' ? 'Looking for interpreters…' : 'No usable Python found.'}
          </span>
        )}
      </div>
    </Field>
  );
}

export function CallFields(props: Props) {
  const { call, errors, onChange } = props;
  return (
    <div className="card compare-call">
      <div className="compare-pair">
        <Field label="Function" error={errors.call} hint="As module:function; it must be importable from the folder.">
          <input
            className="input input--mono"
            placeholder="primes:count"
            aria-label="Function"
            aria-invalid={errors.call !== undefined}
            data-testid="call-function"
            spellCheck={false}
            value={call.call}
            onChange={(event) => onChange({ call: event.target.value })}
          />
        </Field>
        <FolderField
          label="Folder of the module"
          value={call.cwd}
          error={errors.cwd}
          testId="call-cwd"
          onChange={(cwd) => onChange({ cwd })}
        />
      </div>
      <div className="compare-pair">
        <Field
          label="Inputs"
          error={errors.inputs}
          hint="One on each line, as Python literals; one alone is given to every worker."
        >
          <textarea
            className="input input--mono"
            rows={5}
            placeholder={'100_000\n200_000'}
            aria-label="Inputs"
            aria-invalid={errors.inputs !== undefined}
            data-testid="call-inputs"
            spellCheck={false}
            value={call.inputs}
            onChange={(event) => onChange({ inputs: event.target.value })}
          />
        </Field>
        <div className="compare-stack">
          <Field label="Workers" error={errors.workers} hint="Threads, processes or interpreters at work at one time.">
            <input
              className="input compare-number"
              type="number"
              min={1}
              aria-label="Workers"
              aria-invalid={errors.workers !== undefined}
              data-testid="call-workers"
              value={call.workers}
              onChange={(event) => onChange({ workers: event.target.value })}
            />
          </Field>
          <Field label="Ways" error={errors.modes}>
            <div className="compare-modes" role="group" aria-label="Ways">
              {CALL_MODES.map((mode) => (
                <Check
                  key={mode}
                  {...MODES[mode]}
                  testId={`call-mode-${mode}`}
                  checked={call.modes.includes(mode)}
                  onChange={(on) => {
                    const next = toggled(call.modes, mode, on);
                    onChange({ modes: CALL_MODES.filter((m) => next.includes(m)) });
                  }}
                />
              ))}
            </div>
          </Field>
        </div>
      </div>
      <Pythons {...props} />
    </div>
  );
}
