/** Beside a recording or a comparison of an example: what to look for in it. Says nothing of other programs. */
import { useEffect, useState } from 'react';
import { exampleOf } from '../../shared/examples.ts';
import { loadCatalog, useCatalog } from '../store/catalog.ts';
import { CloseIcon } from '../ui/icons.tsx';
import { useDismissed } from './dismissed.ts';
import './gallery.css';

interface Props {
  /** Of the session or the comparison; what is dismissed stays so for it. */
  id: string;
  /** Each as [python, script, arguments]. */
  commands: readonly (readonly string[])[];
}

export function LookFor({ id, commands }: Props) {
  const examples = useCatalog((s) => s.examples);
  const dismissed = useDismissed((s) => s.ids.includes(id));
  const dismiss = useDismissed((s) => s.dismiss);
  const [more, setMore] = useState(false);
  useEffect(() => {
    if (examples.status === 'idle') void loadCatalog('examples');
  }, [examples.status]);
  const example = dismissed ? null : exampleOf(commands, examples.items);
  if (example === null) return null;
  return (
    <aside className="lookfor" aria-label="What to look for" data-testid="look-for">
      <p className="lookfor__text">
        <strong>What to look for:</strong> {example.look}
        {more && <span className="lookfor__expect muted">{example.expect}</span>}
      </p>
      <button
        type="button"
        className="link small"
        aria-expanded={more}
        data-testid="look-for-more"
        onClick={() => setMore(!more)}
      >
        {more ? 'Less' : 'What to expect'}
      </button>
      <button
        type="button"
        className="btn btn--ghost btn--icon btn--small"
        aria-label="Dismiss"
        data-testid="look-for-dismiss"
        onClick={() => dismiss(id)}
      >
        <CloseIcon size={14} />
      </button>
    </aside>
  );
}
