/** Why one variant is faster than another, as far as their figures tell; and what was predicted of it. */
import type { Spread } from '../contract/compare.ts';
import { formatPercent, formatSeconds, three } from '../format.ts';
import { hasSeveralGils, ownVerdict, predictedS, type Measured, type Timed } from './measured.ts';
import { difference } from './spread.ts';

/** A figure that differs by less is no reason. */
const MATTERS = 1.1;
/** With less of the cores than this and the GIL mostly free, a program waits for something else. */
const WAITING_CORES = 0.5;
const WAITING_FREE = 0.5;
/** Contended for this part of the time, threads are held up by the GIL; for less than half of it, much less so. */
const CONTENDED = 0.3;

/** Clearly less, by enough to matter. */
function less(slow: Spread | null, fast: Spread | null): boolean {
  if (slow === null || fast === null) return false;
  const { ratio, clear } = difference(slow, fast);
  return clear && ratio * MATTERS <= 1;
}

const waits = ({ effective_cores: cores, gil_free_share: free }: Measured): boolean =>
  cores !== null && free !== null && cores.median < WAITING_CORES && free.median >= WAITING_FREE;

function gils({ mode }: Measured): string {
  return mode === 'interpreters' ? ', a GIL for each interpreter' : ', a GIL for each process';
}

/** The first reason that applies, to be put after "because"; null when the figures do not tell. */
export function reason(fast: Timed, slow: Timed): string | null {
  const [few, many] = [slow.effective_cores, fast.effective_cores];
  if (few !== null && many !== null && less(many, few)) {
    if (waits(slow)) return 'it waits for several things at the same time, for which no GIL is needed';
    const own = hasSeveralGils(fast) && !hasSeveralGils(slow) ? gils(fast) : '';
    return `it keeps ${three(many.median)} cores busy instead of ${three(few.median)}${own}`;
  }
  if (less(slow.cpu_s, fast.cpu_s))
    return `it needs less CPU, ${formatSeconds(fast.cpu_s!.median)} instead of ${formatSeconds(slow.cpu_s!.median)}`;
  const [less_, more] = [fast.gil_contended_share?.median ?? NaN, slow.gil_contended_share?.median ?? NaN];
  if (more >= CONTENDED && less_ < more / 2)
    return `its threads meet less at the GIL, which somebody waits for ${formatPercent(less_)} of the time instead of ${formatPercent(more)}`;
  return null;
}

/** What each says of itself. */
export function ownEvidence(variants: Measured[]): string[] {
  return variants.flatMap((variant) => {
    const verdict = ownVerdict(variant);
    return verdict === null ? [] : [`${variant.name} by itself: ${verdict.text}`];
  });
}

/** Prediction against measurement: a variant without processes said what they would take, and there is one with them. */
export function predictionEvidence(timed: Timed[]): string[] {
  const processes = timed.filter(hasSeveralGils);
  return timed
    .filter((one) => !hasSeveralGils(one))
    .flatMap((one) => {
      const predicted = predictedS(one);
      if (predicted === null) return [];
      return processes.map(({ name, wall_s: { median }, effective_cores: cores }) => {
        const off = median / predicted - 1;
        const how = `${formatPercent(Math.abs(off))} ${off < 0 ? 'less' : 'more'}`;
        const had = cores === null ? '' : `, on ${three(cores.median)} cores`;
        return `With processes ${one.name} was predicted to take ${formatSeconds(predicted)}; measured, ${name} took ${formatSeconds(median)}, ${how}${had}.`;
      });
    });
}

/** Goes with `predictionEvidence`. */
export const PREDICTION_LIMIT =
  'A prediction counts neither start-up nor the passing of data, and takes it that both variants do the same work.';
