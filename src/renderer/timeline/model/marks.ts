/** What the program marked itself, under a point of its row. Pure, by bisection; an instant is hit within a few pixels. */
import type { MarkInstants, MarkLane, MarkLevel, MarkSpan } from '../../../shared/contract/marks.ts';
import type { Ns, TimelineReply } from '../../../shared/contract/types.ts';
import { lastAtOrBefore } from '../../../shared/draw/search.ts';
import type { MarkHit } from './markRow.ts';

const MOST_INSTANTS = 4;

function regionAt(level: MarkLevel, names: readonly string[], at: Ns, reach: Ns): MarkSpan[] {
  if (level.form !== 'raw') return [];
  const i = lastAtOrBefore(level.start, at + reach);
  // One of less than a pixel can be pointed at from either side.
  const found = [i, i - 1].find((k) => k >= 0 && level.start[k] <= at && at < level.end[k]) ?? i;
  if (found < 0 || level.end[found] + reach < at) return [];
  return [
    {
      name: names[level.name[found]],
      start: level.start[found],
      end: level.end[found],
      open: level.open[found] === 1,
    },
  ];
}

function instantsNear(instants: MarkInstants, names: readonly string[], at: Ns, reach: Ns): MarkHit['instants'] {
  if (instants.form !== 'raw') return [];
  const found: { name: string; at: Ns }[] = [];
  for (let i = lastAtOrBefore(instants.at, at + reach); i >= 0 && instants.at[i] >= at - reach; i--)
    found.unshift({ name: names[instants.name[i]], at: instants.at[i] });
  return found.slice(0, MOST_INSTANTS);
}

/** @param reach how far beside a narrow mark still counts, in ns */
export function hitMarks(
  lane: MarkLane,
  reply: Pick<TimelineReply, 'markNames' | 'start' | 'end' | 'px'>,
  at: Ns,
  reach: Ns,
): MarkHit | null {
  const { markNames, start, end, px } = reply;
  const width = (end - start) / px;
  const bin = Math.floor((at - start) / width);
  const regions = lane.levels.flatMap((level) => regionAt(level, markNames, at, reach));
  const instants = instantsNear(lane.instants, markNames, at, reach);
  let begun = 0;
  for (const level of lane.levels) if (level.form === 'bins') begun += level.begins[bin] ?? 0;
  const counted = lane.instants.form === 'bins' ? (lane.instants.count[bin] ?? 0) : 0;
  const crowd = begun + counted > 0 ? { regions: begun, instants: counted, ns: width } : null;
  return regions.length === 0 && instants.length === 0 && crowd === null ? null : { regions, instants, crowd };
}
