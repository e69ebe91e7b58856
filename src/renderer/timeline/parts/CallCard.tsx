/** The call that was clicked or walked to: where it is, how long it took, and what its thread had of the GIL meanwhile. */
import { useEffect, useState } from 'react';
import type { SessionInfo, StatsReply } from '../../../shared/contract/types.ts';
import { formatNs, formatPercent } from '../../lib/format.ts';
import { functionTitle, functionWords } from '../../lib/functions.ts';
import { useSettings } from '../../store/settings.ts';
import { useView, viewStore, type Call } from '../../store/view.ts';
import { call as ask } from '../../transport/index.ts';
import { FunctionDot } from '../../ui/FunctionDot.tsx';
import type { TimelineController } from '../controller.ts';
import { stepCall } from '../keys.ts';
import { callWords } from '../model/callWords.ts';
import { formatAt } from '../../../shared/draw/ticks.ts';
import { Card } from './Card.tsx';
import { NeighbourButton } from './NeighbourButton.tsx';
import { threadName } from './names.ts';

interface Props {
  controller: TimelineController;
  session: SessionInfo;
}

export function CallCard({ controller, session }: Props) {
  const call = useView(session.id, (v) => v.call);
  if (call === null) return null;
  return (
    <Card
      label="Details of the call"
      testId="call-card"
      onClose={() => viewStore(session.id).getState().pinCall(null)}
      head={
        <>
          <FunctionDot fn={call.function} />
          <span className="ellipsis" title={call.function === null ? undefined : functionTitle(call.function)}>
            {callWords(call).name}
          </span>
          <NeighbourButton label="Previous call of this depth (←)" back onGo={() => stepCall(controller, 'previous')} />
          <NeighbourButton label="Next call of this depth (→)" onGo={() => stepCall(controller, 'next')} />
        </>
      }
    >
      <Body call={call} session={session} controller={controller} />
    </Card>
  );
}

/** To the nanosecond as far as it matters: a hundredth of the call. */
const precisionOf = ({ start, end }: Call) => 10 ** Math.floor(Math.log10(Math.max((end - start) / 100, 1)));

function Body({ call, session, controller }: { call: Call } & Props) {
  const { qualname, place, length } = callWords(call);
  const fn = call.function;
  const precision = precisionOf(call);
  return (
    <div className="tl-card__body">
      <p className="tl-card__what">
        <b>{length}</b>
        {place !== null && fn !== null && (
          <span className="tl-card__ending mono" title={functionWords(fn)} data-testid="call-place">
            {qualname !== null && <>{qualname} · </>}
            {place}
          </span>
        )}
        {call.count > 1 && <span className="tl-card__ending">too short to be drawn one by one; zoom in for each</span>}
      </p>
      <dl className="tl-card__facts">
        <dt>from</dt>
        <dd>{formatAt(call.start - controller.origin, precision)}</dd>
        <dt>until</dt>
        <dd>{call.open ? 'not ended' : formatAt(call.end - controller.origin, precision)}</dd>
        <dt>thread</dt>
        <dd className="ellipsis">{threadName(session, call.thread)}</dd>
        <dt>depth</dt>
        <dd>{call.depth}</dd>
      </dl>
      <GilShares call={call} session={session} />
      <div className="tl-card__actions">
        <button
          type="button"
          className="btn btn--small"
          title="Zoom to the call (Z)"
          onClick={() => controller.moveTo(call, { animate: true })}
        >
          Zoom to it
        </button>
        {fn !== null && fn.name !== '' && (
          <button
            type="button"
            className="btn btn--small"
            data-testid="call-all"
            title="The sums over all its calls, in the Functions panel"
            onClick={() => {
              controller.view.filterCalls({ search: functionTitle(fn) });
              useSettings.getState().patch({ panelTab: 'functions' });
            }}
          >
            All calls of it
          </button>
        )}
      </div>
    </div>
  );
}

type Figures = StatsReply['threads'][number];

/** What the thread had of the GIL during the call, from the engine: exact, as the range is the call's. */
function useFigures(session: SessionInfo, { thread, start, end }: Call): Figures | null {
  const [told, setTold] = useState<{ key: string; figures: Figures | null } | null>(null);
  const key = `${thread} ${start} ${end}`;
  const { id } = session;
  useEffect(() => {
    const abort = new AbortController();
    ask('stats.query', { id, start, end }, { signal: abort.signal })
      .then((stats) => setTold({ key, figures: stats.threads.find((t) => t.thread === thread) ?? null }))
      .catch(() => undefined);
    return () => abort.abort();
  }, [id, thread, start, end, key]);
  return told?.key === key ? told.figures : null;
}

function GilShares({ call, session }: { call: Call; session: SessionInfo }) {
  const figures = useFigures(session, call);
  const process = session.threads[call.thread]?.process ?? 0;
  const about = session.processes[process]?.engine === 'estimated' ? '~' : '';
  const shares = [
    { label: 'held the GIL', s: figures?.holdS, tone: 'hold' },
    { label: 'waited for it', s: figures?.waitS, tone: 'wait' },
    { label: 'had released it', s: figures && figures.runningS + figures.blockedS, tone: 'free' },
  ];
  const length = Math.max(call.end - call.start, 1);
  return (
    <ul className="tl-card__gil" data-testid="call-gil">
      {shares.map(({ label, s, tone }) => (
        <li key={label}>
          <span>{label}</span>
          <b>{s == null ? '–' : about + formatNs(s * 1e9)}</b>
          <em>{s == null ? '' : formatPercent(Math.min((s * 1e9) / length, 1))}</em>
          <span className={`tl-card__bar tl-card__bar--${tone}`} style={{ width: `${((s ?? 0) * 1e11) / length}%` }} />
        </li>
      ))}
    </ul>
  );
}
