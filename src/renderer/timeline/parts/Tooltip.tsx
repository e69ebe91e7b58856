/** What the mouse is over, and why: at once from the drawn data, in full when the engine has told. Never leaves the window. */
import { useLayoutEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { ThreadState, type SessionInfo } from '../../../shared/contract/types.ts';
import { formatNs, formatPercent } from '../../lib/format.ts';
import { placeText } from '../../lib/places.ts';
import { useView } from '../../store/view.ts';
import type { TimelineController } from '../controller.ts';
import { explain, verbOf } from '../model/explain.ts';
import { holderAt, type Hover } from '../model/hit.ts';
import { formatAt } from '../../../shared/draw/ticks.ts';
import { CallTip } from './CallTip.tsx';
import { MarkTip } from './MarkTip.tsx';
import { threadName, useSwatch, type Swatch } from './names.ts';
import { useDetails, useShown } from './hooks.ts';
import { valuesAt } from './values.ts';

const GAP = 14;
const EDGE = 8;
const ASK_AFTER_MS = 60;
const MOST_SHARES = 3;

interface Props {
  controller: TimelineController;
  session: SessionInfo;
}

export function Tooltip({ controller, session }: Props) {
  const hover = useStore(controller.hover, (s) => s.now);
  const pinned = useView(session.id, (v) => v.pinned);
  const box = useRef<HTMLDivElement>(null);
  const swatch = useSwatch(session.id);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || hover === null) return;
    const { width, height } = element.getBoundingClientRect();
    const right = hover.x + GAP + width > window.innerWidth - EDGE;
    const below = hover.y + GAP + height > window.innerHeight - EDGE;
    const left = right ? hover.x - GAP - width : hover.x + GAP;
    const top = below ? hover.y - GAP - height : hover.y + GAP;
    element.style.transform = `translate(${Math.max(EDGE, left)}px, ${Math.max(EDGE, top)}px)`;
  });

  if (hover === null || !tells(hover)) return null;
  const showsPinned = pinned !== null && hover.hit?.thread === pinned.thread && hover.hit.at === pinned.at;
  return (
    <div ref={box} className="tl-tip" role="tooltip" data-testid="timeline-tooltip" hidden={showsPinned}>
      {hover.row.kind === 'thread' ? (
        <ThreadTip controller={controller} session={session} hover={hover} swatch={swatch} />
      ) : hover.row.kind === 'marks' && hover.marks !== null ? (
        <MarkTip
          hit={hover.marks}
          thread={threadName(session, hover.row.thread)}
          colour={swatch(hover.row.thread)}
          at={(ns) => <At controller={controller} at={ns} />}
        />
      ) : hover.row.kind === 'flame' && hover.call !== null ? (
        <CallTip
          call={hover.call}
          thread={threadName(session, hover.row.thread)}
          at={(ns) => <At controller={controller} at={ns} />}
        />
      ) : hover.row.kind === 'gil' ? (
        <GilTip controller={controller} session={session} hover={hover} swatch={swatch} />
      ) : (
        <SampleTip controller={controller} hover={hover} />
      )}
    </div>
  );
}

function tells(hover: Hover): boolean {
  const { kind } = hover.row;
  if (kind === 'thread') return hover.hit !== null && (hover.hit.interval !== null || hover.hit.bin !== null);
  if (kind === 'flame') return hover.call !== null;
  if (kind === 'marks') return hover.marks !== null;
  return kind === 'gil' || kind === 'core' || kind === 'counter';
}

/** A time with the precision of the screen. */
function At({ controller, at }: { controller: TimelineController; at: number }) {
  const range = useShown(controller, (s) => s.range);
  const width = useShown(controller, (s) => s.width);
  const perPx = (range.end - range.start) / Math.max(width, 1);
  return <>{formatAt(at - controller.origin, 10 ** Math.floor(Math.log10(Math.max(perPx / 2, 1))))}</>;
}

type TipProps = Props & { hover: Hover; swatch: Swatch };

function ThreadTip({ controller, session, hover, swatch }: TipProps) {
  const hit = hover.hit!;
  const { details } = useDetails(controller, hit.thread, hit.at, ASK_AFTER_MS, 0);
  const name = threadName(session, hit.thread);
  const quick = hit.interval;
  const told = details === null ? null : explain(details);
  const start = details?.start ?? quick?.start ?? null;
  const core = details?.core ?? (quick !== null && quick.core >= 0 ? quick.core : null);
  const asks = (details?.state ?? quick?.state) === ThreadState.wait;
  return (
    <>
      <div className="tl-tip__title">
        <i style={{ background: swatch(hit.thread) }} />
        <span className="ellipsis">{name}</span>
        <b>
          {told !== null
            ? `${told.verb} ${told.length}`
            : quick !== null
              ? `${verbOf(quick.state, quick.flags)} ${formatNs(quick.end - quick.start)}`
              : ''}
        </b>
      </div>
      {start !== null && (
        <div>
          {asks ? 'asked at ' : 'from '}
          <At controller={controller} at={start} />
          {core !== null && ` on core ${core}`}
        </div>
      )}
      {told !== null && told.sharesTitle !== null && (
        <div className="tl-tip__shares">
          <span>{told.sharesTitle}</span>
          <ul>
            {told.shares.slice(0, MOST_SHARES).map((share) => (
              <li key={`${share.thread} ${share.place === null ? '' : placeText(share.place)}`}>
                <i style={{ background: swatch(share.thread) }} />
                <span className="ellipsis">{threadName(session, share.thread)}</span>
                {share.place !== null && <code className="ellipsis">{placeText(share.place)}</code>}
                <b>{formatNs(share.ns)}</b>
              </li>
            ))}
            {told.shares.length > MOST_SHARES && <li>and {told.shares.length - MOST_SHARES} more</li>}
          </ul>
        </div>
      )}
      {told !== null && told.where !== null && <div className="ellipsis">{told.where}</div>}
      {told?.notes.map((note) => (
        <div key={note}>{note}</div>
      ))}
      {told !== null && told.ending !== '' && <div>{told.ending}</div>}
      {hit.bin !== null && (
        <div className="tl-tip__bin">
          this column, {formatNs(hit.bin.end - hit.bin.start)}: holds {formatPercent(hit.bin.hold)} · waits{' '}
          {formatPercent(hit.bin.wait)}
          {hit.bin.takes > 0 && ` · ${hit.bin.takes} ${hit.bin.takes === 1 ? 'take' : 'takes'}`}
        </div>
      )}
      <div className="tl-tip__hint">click for the details</div>
    </>
  );
}

function GilTip({ controller, session, hover, swatch }: TipProps) {
  const kept = useShown(controller, (s) => s.kept);
  const strip = hover.row.kind === 'gil' ? kept?.strips.get(hover.row.gil) : undefined;
  const holder = strip === undefined || kept === null ? -1 : holderAt(strip, kept.reply, hover.at);
  const single = holder >= 0 && strip?.form === 'raw';
  const { details } = useDetails(controller, single ? holder : null, hover.at, ASK_AFTER_MS, 0);
  const told = details?.state === ThreadState.hold ? explain(details) : null;
  return (
    <>
      <div className="tl-tip__title">
        {holder >= 0 && <i style={{ background: swatch(holder) }} />}
        <span className="ellipsis">{holder >= 0 ? threadName(session, holder) : 'free'}</span>
        {holder >= 0 && <b>holds the GIL{told !== null && ` ${told.length}`}</b>}
      </div>
      {told !== null && told.where !== null && <div className="ellipsis">{told.where}</div>}
      <div>
        at <At controller={controller} at={hover.at} />
      </div>
      {strip?.form === 'bins' && <div>more holders than pixels here: the longest is shown; zoom in for each</div>}
    </>
  );
}

function SampleTip({ controller, hover }: { controller: TimelineController; hover: Hover }) {
  const kept = useShown(controller, (s) => s.kept);
  const told = kept === null ? null : valuesAt(kept.reply, hover.row, hover.at);
  return (
    <>
      <div className="tl-tip__title">
        <b>{told?.title ?? 'no sample here'}</b>
      </div>
      {told?.lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
      <div>
        at <At controller={controller} at={hover.at} />
      </div>
    </>
  );
}
