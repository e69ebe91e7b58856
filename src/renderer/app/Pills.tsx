/** How exact and how complete the shown session is, always in sight. */
import type { SessionInfo } from '../../shared/contract/types.ts';
import { openHelp } from '../help/store.ts';
import { TermTip } from '../help/Term.tsx';
import { count, formatRate, group } from '../lib/format.ts';
import { coverageText, provenanceOf, type Provenance } from '../../shared/provenance.ts';
import { Tooltip } from '../ui/Tooltip.tsx';

const ENGINE_LABEL = {
  exact: 'exact',
  estimated: 'estimated',
  mixed: 'partly estimated',
  unknown: 'starting',
} as const;

function Explanation({ p }: { p: Provenance }) {
  const reasons = p.reasons.length > 0 && (
    <p style={{ marginTop: 6 }}>
      <strong>Why not exact: </strong>
      {p.reasons.join(' ')}
    </p>
  );
  if (p.kind === 'unknown') return <>The program has not reported yet.</>;
  if (p.kind === 'estimated') {
    return (
      <>
        Holds and waits are <strong>estimated</strong> from calls and CPU clocks, not traced; short ones are missed.
        {reasons}
      </>
    );
  }
  return (
    <>
      Every take, wait and release of the GIL is traced.
      {p.counted !== null && (
        <p style={{ marginTop: 6 }}>
          The interpreter itself counted {count(p.counted, 'change')} of holder; gilscope captured {group(p.captured)}.
          {p.complete ? ' Nothing is missing.' : ''}
        </p>
      )}
      {reasons}
    </>
  );
}

function toneOf(p: Provenance): string {
  if (p.kind === 'unknown') return '';
  if (p.kind !== 'exact') return 'dot--warn';
  // While it records, the count may be a moment ahead of the events.
  return p.dropped > 0 ? 'dot--bad' : 'dot--good';
}

export function CoveragePill({ session }: { session: SessionInfo }) {
  const p = provenanceOf(session);
  const coverage = coverageText(p);
  return (
    <TermTip word="coverage" lead={<Explanation p={p} />}>
      <button type="button" className="pill" data-testid="engine-badge" onClick={() => openHelp('coverage')}>
        <span className={`dot dot--round ${toneOf(p)}`} />
        <strong>{ENGINE_LABEL[p.kind]}</strong>
        {coverage !== '' && <span data-testid="coverage">{coverage}</span>}
      </button>
    </TermTip>
  );
}

export function EventsPill({ session }: { session: SessionInfo }) {
  const { events, dropped } = provenanceOf(session);
  const live = session.state === 'recording';
  return (
    <Tooltip
      text={
        dropped > 0
          ? `${count(dropped, 'event')} were dropped because gilscope could not keep up; where that happened, lanes say “unknown”.`
          : 'Events recorded so far, and how many were lost. Events are dropped and counted rather than ever making the program wait.'
      }
    >
      <span className="pill" tabIndex={0} data-testid="events">
        <span>
          <strong>{group(events)}</strong> events
        </span>
        {live && <span className="hide-narrow">·</span>}
        {live && <span className="pill__rate hide-narrow">{formatRate(session.eventsPerS)}</span>}
        <span>·</span>
        <span data-testid="dropped" style={dropped > 0 ? { color: 'var(--wait)' } : undefined}>
          <strong style={dropped > 0 ? { color: 'inherit' } : undefined}>{group(dropped)}</strong> dropped
        </span>
      </span>
    </Tooltip>
  );
}
