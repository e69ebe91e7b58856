/** The chain of a wait in words: who held the GIL meanwhile, one after the other, and why that one came to hold it. Pure. */
import type { ChainLink, ChainWait } from '../../../shared/contract/blame.ts';
import type { Ns, ThreadIdx } from '../../../shared/contract/types.ts';
import { count, formatNs } from '../../lib/format.ts';
import { placeText } from '../../lib/places.ts';

export interface ChainLine {
  /** How many waits lie between this hold and the wait that was asked about. */
  readonly depth: number;
  /** Whose hold it is; null for what is summed up. */
  readonly thread: ThreadIdx | null;
  /** To stand after the thread's name. */
  readonly text: string;
  /** The whole hold, to go to. */
  readonly start: Ns;
  readonly end: Ns;
}

function linkText({ ns, start, end, place, waited }: ChainLink): string {
  const part = ns < end - start ? ` of its ${formatNs(end - start)}` : '';
  const where = place === null ? '' : ` in ${placeText(place)}`;
  const before = waited === null ? ', got at once' : `, after waiting ${formatNs(waited.end - waited.start)} itself`;
  return `held it ${formatNs(ns)}${part}${where}${before}`;
}

const longest = (links: readonly ChainLink[]): ChainLink =>
  links.reduce((most, link) => (link.ns > most.ns ? link : most));

/** What is behind a hold: of each wait the longest hold, as far as it was followed. */
function behind(link: ChainLink): ChainLine[] {
  const lines: ChainLine[] = [];
  let { waited } = link;
  for (let depth = 1; waited !== null && waited.links.length > 0; depth++) {
    const next = longest(waited.links);
    const others = waited.links.length - 1 + waited.more.holds;
    const beside = others === 0 ? '' : `; ${count(others, 'other hold')} in that wait`;
    lines.push({ depth, thread: next.thread, text: linkText(next) + beside, start: next.start, end: next.end });
    waited = next.waited;
  }
  return lines;
}

/**
 * In the order of time; of the longest hold also what its own thread had waited for, and so on. Empty when there is nothing beyond
 * the shares: one hold that was got at once.
 */
export function chainLines({ links, more }: ChainWait): ChainLine[] {
  if (links.length === 0 || (links.length === 1 && links[0].waited === null)) return [];
  const culprit = longest(links);
  const lines = links.flatMap((link): ChainLine[] => [
    { depth: 0, thread: link.thread, text: linkText(link), start: link.start, end: link.end },
    ...(link === culprit ? behind(link) : []),
  ]);
  if (more.holds > 0) {
    const text = `and ${count(more.holds, 'shorter hold')}, ${formatNs(more.ns)} together`;
    lines.push({ depth: 0, thread: null, text, start: links[0].start, end: links[0].end });
  }
  return lines;
}
