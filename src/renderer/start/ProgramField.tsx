/** What to run: a script, a module (`-m`) or code (`-c`). */
import { useState } from 'react';
import { FilePicker } from '../files/FilePicker.tsx';
import { dirName } from '../lib/format.ts';
import type { LaunchForm, ProgramKind } from '../lib/launchForm.ts';
import { useUi } from '../store/ui.ts';

const KINDS: readonly { kind: ProgramKind; label: string }[] = [
  { kind: 'script', label: 'Script' },
  { kind: 'module', label: 'Module -m' },
  { kind: 'code', label: 'Code -c' },
];

interface Props {
  form: LaunchForm;
  error: string | undefined;
  onChange: (patch: Partial<LaunchForm>) => void;
}

/** Where the script picker opens. */
function scriptFolder(form: LaunchForm): string {
  const { script } = form.program;
  return script.startsWith('/') ? dirName(script) : form.cwd;
}

export function ProgramField({ form, error, onChange }: Props) {
  const [picking, setPicking] = useState(false);
  const engineCwd = useUi((s) => s.info?.cwd ?? '');
  const { kind } = form;
  const setProgram = (text: string) => onChange({ program: { ...form.program, [kind]: text } });
  /** A picked script runs in its own folder, unless the user chose another. */
  const pickScript = (path: string) => {
    const untouched = form.cwd === '' || form.cwd === engineCwd || form.cwd === dirName(form.program.script);
    onChange({ program: { ...form.program, script: path }, ...(untouched ? { cwd: dirName(path) } : {}) });
    setPicking(false);
  };
  const shared = {
    'aria-invalid': error !== undefined,
    'aria-label': KINDS.find((k) => k.kind === kind)!.label,
    spellCheck: false,
    value: form.program[kind],
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => setProgram(event.target.value),
  };
  return (
    <div className="field">
      <div className="field__label">
        <span>Program</span>
        <div className="segments segments--small" role="radiogroup" aria-label="Kind of program">
          {KINDS.map((k) => (
            <button
              key={k.kind}
              type="button"
              role="radio"
              aria-checked={k.kind === kind}
              className="segments__item"
              data-testid={`kind-${k.kind}`}
              onClick={() => onChange({ kind: k.kind })}
            >
              {k.label}
            </button>
          ))}
        </div>
      </div>
      {kind === 'script' && (
        <div className="row">
          <input
            className="input input--mono"
            placeholder="/path/to/script.py"
            data-testid="start-script"
            {...shared}
          />
          <button type="button" className="btn" data-testid="browse-script" onClick={() => setPicking(true)}>
            Browse…
          </button>
        </div>
      )}
      {kind === 'module' && (
        <input className="input input--mono" placeholder="package.module" data-testid="start-module" {...shared} />
      )}
      {kind === 'code' && (
        <textarea
          className="input input--mono"
          rows={4}
          placeholder={'import threading\n…'}
          data-testid="start-code"
          {...shared}
        />
      )}
      {error !== undefined && <span className="field__error">{error}</span>}
      {picking && (
        <FilePicker
          title="Choose a script"
          mode="file"
          suffix=".py"
          folder={scriptFolder(form)}
          onClose={() => setPicking(false)}
          onPick={pickScript}
        />
      )}
    </div>
  );
}
