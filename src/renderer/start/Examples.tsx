/** Examples that show one thing each; one click runs one with the form's interpreter. */
import { useState } from 'react';
import type { Example, Interpreter, LaunchSpec } from '../../shared/contract/types.ts';
import { dirName } from '../lib/format.ts';
import { chosenInterpreter, interpreterName } from '../../shared/interpreters.ts';
import { attempt, launch } from '../store/actions.ts';
import { useCatalog } from '../store/catalog.ts';
import { describeError } from '../transport/index.ts';
import { PlayIcon } from '../ui/icons.tsx';
import { Notice } from '../ui/Notice.tsx';
import { useFormStore } from './formStore.ts';

function run(example: Example, python: Interpreter): Promise<boolean> {
  const spec: LaunchSpec = {
    python: python.path,
    args: [example.path, ...example.args],
    cwd: dirName(example.path),
    env: {},
    engine: 'auto',
  };
  // Not remembered: the form keeps the user's own program.
  return attempt(() => launch(spec, { remember: false }));
}

export function Examples() {
  const examples = useCatalog((s) => s.examples);
  const interpreters = useCatalog((s) => s.interpreters);
  const [running, setRunning] = useState<string | null>(null);
  const chosen = useFormStore((s) => s.form?.python);
  const python = chosenInterpreter(interpreters.items, chosen);
  const start = (example: Example) => {
    if (python === null) return;
    setRunning(example.id);
    void run(example, python).then(() => setRunning(null));
  };
  return (
    <section className="examples" aria-label="Examples">
      <div className="start__head">
        <h2>Or watch an example</h2>
        <span className="muted small">{python === null ? '' : `runs with ${interpreterName(python)}`}</span>
      </div>
      {examples.status === 'failed' && <Notice tone="error" {...describeError(examples.error)} />}
      <div className="examples__list">
        {examples.items.map((example) => (
          <button
            key={example.id}
            type="button"
            className="example"
            data-testid={`example-${example.id}`}
            disabled={python === null || running !== null}
            onClick={() => start(example)}
          >
            <span className="example__icon">
              {running === example.id ? <span className="spinner" /> : <PlayIcon size={14} />}
            </span>
            <span>
              <span className="example__title">{example.title}</span>
              <span className="muted">{example.text}</span>
            </span>
          </button>
        ))}
        {examples.status === 'ready' && examples.items.length === 0 && (
          <p className="muted">No examples are installed.</p>
        )}
      </div>
    </section>
  );
}
