/** The variants side by side: a column for each with the timeline of one of its runs, on one axis, moving together. */
import { useEffect, useMemo } from 'react';
import type { CompareInfo } from '../../../shared/contract/compare.ts';
import { useCompare, type Alignment } from '../../store/compare.ts';
import { useSessions } from '../../store/sessions.ts';
import { viewStore } from '../../store/view.ts';
import { isLive } from '../../timeline/model/follow.ts';
import { zoomAt } from '../../../shared/draw/scale.ts';
import { FitIcon } from '../../ui/icons.tsx';
import { axisOf } from '../model/axis.ts';
import { linkViews, type LinkedColumn } from '../model/link.ts';
import { letterOf } from '../../../shared/compare/letters.ts';
import { lifeOf } from '../../../shared/compare/life.ts';
import { ColumnBody } from './ColumnBody.tsx';
import { ColumnHead } from './ColumnHead.tsx';
import { sessionOf, shownRun } from './runs.ts';
import './columns.css';

const ALIGNMENTS: readonly { alignment: Alignment; label: string; title: string }[] = [
  { alignment: 'time', label: 'Same scale', title: 'All columns begin at their program’s start and show as much time' },
  { alignment: 'share', label: 'Fit each', title: 'The whole of each run fills its column' },
];

/** Which run and which session each column shows. */
function useShownRuns(compare: CompareInfo) {
  const picked = useCompare((s) => s.picked[compare.id]);
  const sessions = useSessions((s) => s.byId);
  return compare.variants.map((_, variant) => {
    const shown = shownRun(compare, variant, picked?.[variant]);
    const run = shown === null ? null : compare.runs[shown];
    return { shown, run, session: run === null ? null : sessionOf(run, sessions) };
  });
}

type ShownRuns = ReturnType<typeof useShownRuns>;

/** Links the views of what does not grow any more. Returns them with the axis of each. */
function useLinked(compareId: string, runs: ShownRuns) {
  const alignment = useCompare((s) => s.alignment);
  const still = runs.flatMap(({ session }) => (session === null || isLive(session) ? [] : [session]));
  // A session is told anew with each of its changes; the axes are made anew only when a program's life is another.
  const key = JSON.stringify([...new Map(still.map((session) => [session.id, lifeOf(session)]))]);
  const linked = useMemo(() => {
    const columns = (JSON.parse(key) as [string, LinkedColumn['life']][]).map(([sessionId, life]) => ({
      sessionId,
      life,
    }));
    const lives = columns.map((column) => column.life);
    const axes = new Map(columns.map(({ sessionId, life }) => [sessionId, axisOf(life, lives, alignment)]));
    return { columns, axes };
  }, [key, alignment]);
  useEffect(() => {
    const { ranges, look } = useCompare.getState();
    const range = ranges[compareId] ?? null;
    return linkViews({ columns: linked.columns, alignment, range, onRange: (to) => look(compareId, to) });
  }, [compareId, linked, alignment]);
  return linked;
}

function Tools({ linked }: { linked: ReturnType<typeof useLinked> }) {
  const alignment = useCompare((s) => s.alignment);
  const align = useCompare((s) => s.align);
  const first = linked.columns[0]?.sessionId;
  const axis = first === undefined ? undefined : linked.axes.get(first);
  /** The others follow the first. */
  const zoom = (factor: number) => {
    if (first === undefined || axis === undefined) return;
    const { range, setRange } = viewStore(first).getState();
    setRange(zoomAt(range, (range.start + range.end) / 2, factor, axis.limits));
  };
  return (
    <div className="compare-tools">
      <div className="segments segments--tiny" role="radiogroup" aria-label="How the time axes are aligned">
        {ALIGNMENTS.map((one) => (
          <button
            key={one.alignment}
            type="button"
            role="radio"
            className="segments__item"
            title={one.title}
            aria-checked={one.alignment === alignment}
            data-testid={`align-${one.alignment}`}
            onClick={() => align(one.alignment)}
          >
            {one.label}
          </button>
        ))}
      </div>
      <span className="tl-buttons" role="group" aria-label="Zoom of all columns">
        <button type="button" aria-label="Zoom out" title="Zoom out (S)" onClick={() => zoom(2)}>
          −
        </button>
        <button
          type="button"
          aria-label="Zoom in"
          title="Zoom in (W)"
          data-testid="columns-in"
          onClick={() => zoom(0.5)}
        >
          +
        </button>
        <button
          type="button"
          aria-label="Show all"
          title="Show all (0)"
          data-testid="columns-fit"
          onClick={() => zoom(Infinity)}
        >
          <FitIcon />
        </button>
      </span>
    </div>
  );
}

export function Columns({ compare }: { compare: CompareInfo }) {
  const runs = useShownRuns(compare);
  const linked = useLinked(compare.id, runs);
  return (
    <section className="compare-section" aria-label="Timelines" data-testid="compare-columns">
      <div className="compare-section__head">
        <h2>Timelines</h2>
        <span className="muted small">
          {compare.state === 'running'
            ? 'the run that is on, live'
            : linked.columns.length > 0 &&
              'of each the run nearest its median wall-clock; Ctrl + wheel, W, A, S and D move all'}
        </span>
        {(compare.state === 'running' || linked.columns.length > 0) && <Tools linked={linked} />}
      </div>
      <div className="compare-columns">
        {runs.map(({ shown, run, session }, variant) => (
          <article
            key={variant}
            className="compare-column"
            aria-label={`${letterOf(variant)}: ${compare.variants[variant].name}`}
            data-testid={`column-${variant}`}
          >
            <ColumnHead compare={compare} variant={variant} shown={shown} sessionId={session?.id ?? null} />
            <div className="compare-column__body">
              <ColumnBody
                compare={compare}
                variant={variant}
                run={run}
                sessionId={session?.id ?? null}
                axis={session === null ? null : (linked.axes.get(session.id) ?? null)}
              />
            </div>
          </article>
        ))}
      </div>
    </section>
  );
}
