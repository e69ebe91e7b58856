/**
 * Bins put together for a picture with fewer columns than there are bins: the average of each group, so that zooming out shows what was there and not
 * whichever bin happens to fall on a pixel. Pure; used by the report's script.
 */
import type { GilStrip } from '../../contract/types.ts';
import type { BinLane } from './lanes.ts';

type BinStrip = Extract<GilStrip, { form: 'bins' }>;

const groupsOf = (bins: number, size: number): number => Math.ceil(bins / size);

/** The average of each group; past the last bin there is nothing. */
function means(values: Float32Array, size: number): Float32Array {
  const out = new Float32Array(groupsOf(values.length, size));
  for (let i = 0; i < values.length; i++) out[Math.floor(i / size)] += values[i] / size;
  return out;
}

function sums(values: Uint32Array, size: number): Uint32Array {
  const out = new Uint32Array(groupsOf(values.length, size));
  for (let i = 0; i < values.length; i++) out[Math.floor(i / size)] += values[i];
  return out;
}

/** Who held most of each group. */
function owners({ owner, held }: BinStrip, size: number): Int32Array {
  const out = new Int32Array(groupsOf(owner.length, size)).fill(-1);
  for (let group = 0; group < out.length; group++) {
    const parts = new Map<number, number>();
    let most = 0;
    for (let i = group * size; i < Math.min(owner.length, (group + 1) * size); i++) {
      if (owner[i] < 0) continue;
      const part = (parts.get(owner[i]) ?? 0) + held[i];
      parts.set(owner[i], part);
      if (part > most) [most, out[group]] = [part, owner[i]];
    }
  }
  return out;
}

/** @param size bins to a group; the last group may reach past the end */
export function coarserLane(lane: BinLane, size: number): BinLane {
  const { hold, wait, running, blocked, unknown, takes, waits } = lane;
  return {
    ...{ form: 'bins', thread: lane.thread, hold: means(hold, size), wait: means(wait, size) },
    ...{ running: means(running, size), blocked: means(blocked, size), unknown: means(unknown, size) },
    ...{ takes: sums(takes, size), waits: sums(waits, size) },
  };
}

export const coarserStrip = (strip: BinStrip, size: number): BinStrip => ({
  ...{ form: 'bins', gil: strip.gil, owner: owners(strip, size) },
  ...{ held: means(strip.held, size), contended: means(strip.contended, size) },
});

/** How many bins make a column, a power of two: none narrower than a pixel. */
export function groupSize(binsPerPx: number): number {
  return binsPerPx <= 1 ? 1 : 2 ** Math.ceil(Math.log2(binsPerPx));
}
