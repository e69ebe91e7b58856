/** How to measure what is attached to: folded away, since the best there is needs no choice. The same here, in the dialog and next time. */
import { useState } from 'react';
import type { Settings } from '../../shared/contract/types.ts';
import { LOOKS_HZ } from '../../shared/looks.ts';
import { ENGINES } from '../lib/engines.ts';
import { TRACE_COST } from '../lib/functions.ts';
import { useSettings } from '../store/settings.ts';
import { Check } from '../ui/Check.tsx';
import { EngineSelect } from '../ui/EngineSelect.tsx';
import { ChevronIcon } from '../ui/icons.tsx';
import { LooksSelect } from '../ui/LooksSelect.tsx';

/** What differs from the usual, so that it is seen while folded away. */
function chosen({ attachEngine, attachFunctions, attachLooksHz }: Settings): string {
  const engine = ENGINES.find((e) => e.engine === attachEngine)!.label.toLowerCase();
  const looks = attachLooksHz === 0 ? 'no looks' : `${attachLooksHz} looks a second`;
  return [engine, attachFunctions ? 'functions' : '', attachLooksHz === LOOKS_HZ ? '' : looks]
    .filter((part) => part !== '')
    .join(', ');
}

export function Measurement() {
  const settings = useSettings((s) => s.settings);
  const patch = useSettings((s) => s.patch);
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="fold running__measurement"
        aria-expanded={open}
        data-testid="attach-measurement"
        onClick={() => setOpen(!open)}
      >
        <ChevronIcon size={14} /> Measurement: {chosen(settings)}
      </button>
      {open && (
        <div className="running__options">
          <EngineSelect
            label="Engine"
            value={settings.attachEngine}
            use="attach"
            testId="attach-engine"
            onChange={(attachEngine) => patch({ attachEngine })}
          />
          <LooksSelect
            value={settings.attachLooksHz}
            testId="attach-looks"
            onChange={(attachLooksHz) => patch({ attachLooksHz })}
          />
          <Check
            label="Trace functions"
            hint={`every call from the attach on; ${TRACE_COST}`}
            testId="attach-functions"
            checked={settings.attachFunctions}
            onChange={(attachFunctions) => patch({ attachFunctions })}
          />
        </div>
      )}
    </>
  );
}
