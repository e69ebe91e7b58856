/**
 * Following the live edge, and what is shown first. Pure. While a program runs, *follow* keeps a steady span with the edge near its right end;
 * a session that does not grow is shown whole until somebody moves.
 */
import type { Ns, SessionInfo, TimelineReply } from '../../../shared/contract/types.ts';
import type { Range } from '../../store/view.ts';

/** Part of the view kept free to the right of the live edge, so that one sees it is the edge. */
const LEAD = 0.02;
/** A view with nothing recorded yet. */
const EMPTY_SPAN: Ns = 1e9;

export const isLive = (session: Pick<SessionInfo, 'state'>): boolean =>
  session.state === 'starting' || session.state === 'recording';

/** Everything there is. */
export function fitAll(endNs: Ns): Range {
  return { start: 0, end: endNs > 0 ? endNs : EMPTY_SPAN };
}

/** How far an answer tells: the live edge, unless that has run on beyond the window that was asked for. */
export const toldUntil = ({ end, endNs }: Pick<TimelineReply, 'end' | 'endNs'>): Ns => Math.min(end, endNs);

/** The window of the same span that ends at the live edge; from 0 while the session is shorter than it. */
export function followRange(range: Range, endNs: Ns): Range {
  const span = range.end - range.start;
  const end = Math.max(endNs + span * LEAD, span);
  return { start: end - span, end };
}

/** How far the view may go. A live session leaves room for what is coming. */
export function limitEnd(session: Pick<SessionInfo, 'state' | 'endNs'>, range: Range): Ns {
  if (!isLive(session)) return fitAll(session.endNs).end;
  return Math.max(session.endNs + (range.end - range.start) * LEAD, EMPTY_SPAN);
}

/**
 * The range after the session changed while *follow* is on; null when it stays.
 * `wasLive`: whether it was live when last asked.
 */
export function rangeOnChange(
  session: Pick<SessionInfo, 'state' | 'endNs'>,
  range: Range,
  wasLive: boolean,
): Range | null {
  if (isLive(session)) return followRange(range, session.endNs);
  if (!wasLive) return fitAll(session.endNs);
  // It just ended. A short run is best seen whole; of a long one the end stays in view.
  return session.endNs <= 3 * (range.end - range.start) ? fitAll(session.endNs) : followRange(range, session.endNs);
}
