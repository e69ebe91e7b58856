/** Regions and instants that the program marked, into the levels of their thread: of restore.ts. */
import { MARK_LEVELS } from '../contract/marks.ts';
import type { Ns } from '../contract/types.ts';
import { RegionColumn, TrackMarks } from '../model/regions.ts';
import type { Store } from '../model/store.ts';
import type { Track } from '../model/track.ts';

interface Stretch {
  start: Ns;
  /** Null: an instant. */
  end: Ns | null;
  open: boolean;
}

/** The outermost level that is free by then. */
function levelAt({ levels }: TrackMarks, start: Ns): RegionColumn {
  let level = levels.find((one) => one.length === 0 || one.endOf(one.length - 1, 0) <= start);
  if (level === undefined) levels.push((level = new RegionColumn()));
  return level;
}

/** Those of a thread in the order in which they begin. */
export function restoreMark({ marks }: Store, track: Track, name: string, { start, end, open }: Stretch): void {
  if (!marks.admit(0)) return;
  const own = (track.marks ??= new TrackMarks());
  own.lastNs = Math.max(own.lastNs, start);
  // What had no room for a name of its own has the first.
  const idx = name === marks.names[0] ? 0 : marks.nameIndex(name);
  if (end === null) {
    own.instantNames.set(own.instantNs.length, idx);
    own.instantNs.push(own.lastNs);
    marks.whole.of(idx).instants++;
  } else {
    const level = levelAt(own, own.lastNs);
    level.begin(own.lastNs, idx);
    level.end(end, open);
  }
  track.info.markLevels = Math.min(Math.max(1, own.levels.length), MARK_LEVELS);
}
