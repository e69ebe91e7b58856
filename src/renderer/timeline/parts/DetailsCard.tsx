/** The pinned interval, told in full: what, why, how it ended, who before and after; neighbours and culprits are one key away. */
import {
  IntervalFlag,
  ThreadState,
  type IntervalDetails,
  type Ns,
  type SessionInfo,
} from '../../../shared/contract/types.ts';
import type { Place } from '../../../shared/contract/blame.ts';
import { formatNs, formatPercent, group } from '../../lib/format.ts';
import { placeText, placeTitle } from '../../lib/places.ts';
import { useView, viewStore } from '../../store/view.ts';
import type { TimelineController } from '../controller.ts';
import { goTo } from '../keys.ts';
import { chainLines, type ChainLine } from '../model/chainWords.ts';
import { explain, NOBODY, type Share } from '../model/explain.ts';
import { formatAt } from '../../../shared/draw/ticks.ts';
import { Card } from './Card.tsx';
import { NeighbourButton } from './NeighbourButton.tsx';
import { threadName, useSwatch, type Swatch } from './names.ts';
import { useDetails } from './hooks.ts';

interface Props {
  controller: TimelineController;
  session: SessionInfo;
}

export function DetailsCard({ controller, session }: Props) {
  const pinned = useView(session.id, (v) => v.pinned);
  const { details, pending } = useDetails(controller, pinned?.thread ?? null, pinned?.at ?? 0, 0, session.revision);
  const swatch = useSwatch(session.id);
  if (pinned === null) return null;
  const [previous, next] = [details?.previous ?? null, details?.next ?? null];
  const go = (to: { start: number; end: number }, thread = pinned.thread) => goTo(controller, thread, to);
  return (
    <Card
      label="Details of the interval"
      testId="details-card"
      onClose={() => viewStore(session.id).getState().pin(null)}
      head={
        <>
          <i style={{ background: swatch(pinned.thread) }} />
          <span className="ellipsis">{threadName(session, pinned.thread)}</span>
          <NeighbourButton
            label="Previous interval"
            disabled={previous === null}
            back
            onGo={() => previous && go(previous)}
          />
          <NeighbourButton label="Next interval" disabled={next === null} onGo={() => next && go(next)} />
        </>
      }
    >
      {details !== null ? (
        <Body details={details} session={session} swatch={swatch} origin={controller.origin} onGo={go} />
      ) : (
        <p className="tl-card__empty">
          {pending ? 'Asking…' : 'This thread was not alive here, or nothing is known of it.'}
        </p>
      )}
    </Card>
  );
}

/** Who had a small part is one line. */
const MOST_SHARES = 8;

function restOf(shares: readonly Share[]): string {
  const rest = shares.slice(MOST_SHARES);
  return `and ${group(rest.length)} more, ${formatNs(rest.reduce((sum, { ns }) => sum + ns, 0))} together`;
}

interface BodyProps {
  details: IntervalDetails;
  session: SessionInfo;
  swatch: Swatch;
  /** Times are told from here. */
  origin: Ns;
  onGo: (to: { start: number; end: number }, thread?: number) => void;
}

function Body({ details, session, swatch, origin, onGo }: BodyProps) {
  const told = explain(details);
  const length = Math.max(1, details.end - details.start);
  const open = (details.flags & IntervalFlag.open) !== 0;
  // To the nanosecond as far as it matters: a hundredth of the interval.
  const precision = 10 ** Math.floor(Math.log10(Math.max(length / 100, 1)));
  return (
    <div className="tl-card__body">
      <p className="tl-card__what">
        {told.verb} <b>{told.length}</b>
        {told.where !== null && (
          <span className="tl-card__ending" data-testid="details-where" title={placeTitleOf(details.place)}>
            {told.where}
          </span>
        )}
        {told.ending !== '' && <span className="tl-card__ending">{told.ending}</span>}
      </p>
      <dl className="tl-card__facts">
        <dt>{details.state === ThreadState.wait ? 'asked at' : 'from'}</dt>
        <dd>{formatAt(details.start - origin, precision)}</dd>
        <dt>until</dt>
        <dd>{open ? 'now' : formatAt(details.end - origin, precision)}</dd>
        {details.core !== null && <dt>core</dt>}
        {details.core !== null && <dd>{details.core}</dd>}
        {details.gil !== null && <dt>GIL</dt>}
        {details.gil !== null && <dd>{session.gils[details.gil]?.id ?? details.gil}</dd>}
      </dl>
      {told.sharesTitle !== null && (
        <div className="tl-card__shares">
          <h3>{told.sharesTitle}</h3>
          <ul>
            {told.shares.slice(0, MOST_SHARES).map((share) => (
              <ShareRow
                key={`${share.thread} ${share.place === null ? '' : placeText(share.place)}`}
                share={share}
                length={length}
                session={session}
                swatch={swatch}
                details={details}
                onGo={onGo}
              />
            ))}
            {told.shares.length > MOST_SHARES && <li className="tl-card__rest">{restOf(told.shares)}</li>}
          </ul>
        </div>
      )}
      {details.chain !== null && (
        <Chain lines={chainLines(details.chain)} session={session} swatch={swatch} onGo={onGo} />
      )}
      {told.notes.map((note) => (
        <p key={note} className="tl-card__note">
          {note}
        </p>
      ))}
      {(details.before !== null || details.after !== null) && (
        <div className="tl-card__order">
          <OrderLink title="held before" to={details.before} session={session} swatch={swatch} onGo={onGo} />
          <OrderLink title="held after" to={details.after} session={session} swatch={swatch} onGo={onGo} />
        </div>
      )}
    </div>
  );
}

function ShareRow({
  share,
  length,
  session,
  swatch,
  details,
  onGo,
}: { share: Share; length: number } & Omit<BodyProps, 'origin'>) {
  const part = Math.min(1, share.ns / length);
  return (
    <li>
      <button
        type="button"
        disabled={share.thread === NOBODY}
        title={share.thread === NOBODY ? undefined : `Show what ${threadName(session, share.thread)} did in this time`}
        onClick={() => onGo({ start: details.start, end: details.end }, share.thread)}
      >
        <i style={{ background: swatch(share.thread) }} />
        <span className="ellipsis" title={placeTitleOf(share.place)}>
          {threadName(session, share.thread)}
          {share.place !== null && <code> {placeText(share.place)}</code>}
        </span>
        <b>{formatNs(share.ns)}</b>
        <em>{formatPercent(part)}</em>
        <span className="tl-card__bar" style={{ width: `${part * 100}%`, background: swatch(share.thread) }} />
      </button>
    </li>
  );
}

const placeTitleOf = (place: Place | null): string | undefined => (place === null ? undefined : placeTitle(place));

interface ChainProps {
  lines: readonly ChainLine[];
  session: SessionInfo;
  swatch: Swatch;
  onGo: BodyProps['onGo'];
}

/** How the wait came about, each hold one click away. */
function Chain({ lines, session, swatch, onGo }: ChainProps) {
  if (lines.length === 0) return null;
  return (
    <div className="tl-card__chain" data-testid="details-chain">
      <h3>one after the other</h3>
      <ol>
        {lines.map(({ depth, thread, text, start, end }, i) => (
          <li key={i} style={{ paddingLeft: depth * 12 }}>
            {thread === null ? (
              <span className="tl-card__rest">{text}</span>
            ) : (
              <button type="button" title="Show this hold" onClick={() => onGo({ start, end }, thread)}>
                <i style={{ background: swatch(thread) }} />
                <span>
                  {depth > 0 && <span className="tl-card__rest">it waited while </span>}
                  <b>{threadName(session, thread)}</b> {text}
                </span>
              </button>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

interface OrderProps {
  title: string;
  to: IntervalDetails['before'];
  session: SessionInfo;
  swatch: Swatch;
  onGo: BodyProps['onGo'];
}

function OrderLink({ title, to, session, swatch, onGo }: OrderProps) {
  if (to === null) return <div />;
  return (
    <button type="button" onClick={() => onGo(to, to.thread)}>
      <small>{title}</small>
      <span className="tl-card__who">
        <i style={{ background: swatch(to.thread) }} />
        <span className="ellipsis">{threadName(session, to.thread)}</span>
        <b>{formatNs(to.end - to.start)}</b>
      </span>
    </button>
  );
}
