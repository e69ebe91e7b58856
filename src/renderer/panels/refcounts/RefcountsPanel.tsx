/** Reference counts of watched objects: a table for the range, curves for what the timeline shows, and ways to add and remove. */
import { useMemo, useState } from 'react';
import type { SessionInfo } from '../../../shared/contract/types.ts';
import type { WatchIdx } from '../../../shared/contract/watches.ts';
import { Term } from '../../help/Term.tsx';
import { notifyError } from '../../store/ui.ts';
import { useWatches } from '../../store/watches.ts';
import { threadColour } from '../../../shared/draw/colours.ts';
import { useTheme } from '../../theme/theme.ts';
import { call, describeError } from '../../transport/index.ts';
import { Notice } from '../../ui/Notice.tsx';
import { AddWatch } from './AddWatch.tsx';
import { WatchChart } from './WatchChart.tsx';
import { WatchTable } from './WatchTable.tsx';
import { costOf } from './words.ts';
import './refcounts.css';

function Nothing({ live }: { live: boolean }) {
  return (
    <div className="empty" data-testid="refcounts-empty">
      <strong>{live ? 'Nothing is watched yet' : 'Nothing was watched in this recording'}</strong>
      <span className="refcounts__explain">
        {live
          ? 'Type an object above, or pick one: '
          : 'Watch objects while a program is recorded, or from the start with '}
        {live ? (
          <span className="mono">{'__main__:cache["key"]'}</span>
        ) : (
          <span className="mono">{"gilscope record --watch '__main__:cache'"}</span>
        )}
        . Its <Term word="refcount">reference count</Term> is then drawn over time: a count that only grows is a leak.
        Watching looks things up and never runs code of the program.
      </span>
    </div>
  );
}

export function RefcountsPanel({ session }: { session: SessionInfo }) {
  const { figures, curves, error, again } = useWatches(session.id);
  const [alone, setAlone] = useState<WatchIdx | null>(null);
  const theme = useTheme();
  const live = session.state === 'recording';
  const colourOf = useMemo(() => (watch: WatchIdx) => threadColour(watch + 1, theme), [theme]);
  const watches = figures?.watches ?? [];
  const chosen = watches.some(({ watch }) => watch === alone) ? alone : null;
  const shown = useMemo(
    () => (curves?.watches ?? []).filter(({ watch }) => chosen === null || watch === chosen),
    [curves, chosen],
  );
  const remove = (watch: WatchIdx) => {
    call('watches.remove', { id: session.id, watch }).then(again, notifyError);
  };
  const cost = figures === null ? null : costOf(figures);
  return (
    <div className="refcounts">
      {(live || watches.length > 0) && (
        <div className="refcounts__bar">
          {live && <AddWatch session={session} rateHz={watches[0]?.rateHz ?? null} onChange={again} />}
          {cost !== null && (
            <span
              className="small muted refcounts__cost"
              title="All watched objects of a process at once, with the GIL held"
            >
              {cost}
            </span>
          )}
        </div>
      )}
      {error !== null && <Notice tone="error" {...describeError(error)} />}
      {figures !== null && watches.length === 0 && <Nothing live={live} />}
      {figures === null && error === null && (
        <div className="empty">
          <span className="spinner" />
        </div>
      )}
      {watches.length > 0 && curves !== null && (
        <div className="refcounts__both">
          <WatchTable
            session={session}
            watches={watches}
            alone={chosen}
            onAlone={setAlone}
            colourOf={colourOf}
            onRemove={live ? remove : null}
          />
          <WatchChart
            sessionId={session.id}
            watches={shown}
            start={curves.start}
            end={curves.end}
            colourOf={colourOf}
          />
        </div>
      )}
    </div>
  );
}
