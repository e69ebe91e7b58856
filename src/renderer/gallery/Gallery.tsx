/** Examples by the question they answer, each proves one statement about the GIL; they run with the form's interpreter. */
import { useState } from 'react';
import type { Example, Interpreter } from '../../shared/contract/types.ts';
import { interpreterName } from '../../shared/interpreters.ts';
import { groupBy } from '../lib/groupBy.ts';
import { useCatalog } from '../store/catalog.ts';
import { describeError } from '../transport/index.ts';
import { Notice } from '../ui/Notice.tsx';
import { ExampleCard } from './ExampleCard.tsx';
import { runExample } from './run.ts';
import './gallery.css';

export function Gallery({ python }: { python: Interpreter | null }) {
  const examples = useCatalog((s) => s.examples);
  const missing = useCatalog((s) => s.interpreters.status === 'ready') && python === null;
  const [running, setRunning] = useState<string | null>(null);
  const run = (example: Example) => {
    if (python === null) return;
    setRunning(example.id);
    void runExample(example, python.path).then(() => setRunning(null));
  };
  return (
    <section className="gallery" aria-labelledby="gallery-title" data-testid="gallery">
      <div className="start__head">
        <h2 id="gallery-title">Gallery</h2>
        <span className="muted small">
          What is said of the GIL, seen to happen{python !== null && ` on ${interpreterName(python)}`}.
          {missing && ' No Python was found that can be recorded.'}
        </span>
      </div>
      {examples.status === 'failed' && <Notice tone="error" {...describeError(examples.error)} />}
      <div className="gallery__groups">
        {[...groupBy(examples.items, ({ question }) => question)].map(([question, group]) => (
          <section key={question} className="gallery__group" aria-label={question}>
            <h3>{question}</h3>
            {group.map((example) => (
              <ExampleCard
                key={example.id}
                example={example}
                python={python}
                state={running === example.id ? 'starting' : running === null ? 'ready' : 'waiting'}
                onRun={run}
              />
            ))}
          </section>
        ))}
      </div>
      {examples.status === 'ready' && examples.items.length === 0 && (
        <p className="muted">No examples are installed.</p>
      )}
    </section>
  );
}
