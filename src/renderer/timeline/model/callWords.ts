/** A call of a flame chart in words, for tooltip and card. Pure. Names come from the target: text nodes only. */
import type { Call } from '../../store/view.ts';
import { count, formatNs } from '../../lib/format.ts';
import { functionPlace, functionTitle } from '../../lib/functions.ts';

export interface CallWords {
  readonly name: string;
  /** The qualified name, where it says more. */
  readonly qualname: string | null;
  readonly place: string | null;
  readonly length: string;
}

export function callWords({ function: fn, start, end, open, count: calls }: Call): CallWords {
  const length = open ? `${formatNs(end - start)}, not ended` : formatNs(end - start);
  if (fn === null) {
    const name = calls > 1 ? count(calls, 'short call') : 'function not known';
    return { name, qualname: null, place: null, length };
  }
  const title = functionTitle(fn);
  const name = fn.name === '' ? title : fn.name;
  const place = functionPlace(fn);
  return {
    name,
    qualname: title === name ? null : title,
    place: place === '' ? null : place,
    length,
  };
}
