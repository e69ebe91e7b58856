/**
 * Which window to ask the engine for, given what is looked at. Pure. The resolution (ns per bin) is a power of two and the window lies on
 * a coarse grid of it, so that small moves ask for the same window and answers can be kept; three times the view is
 * fetched, so that a pan shows data at once.
 */
import type { Ns, ThreadIdx } from '../../../shared/contract/types.ts';
import type { Range } from '../../store/view.ts';

export interface FetchWindow {
  readonly start: Ns;
  readonly end: Ns;
  readonly px: number;
}

/** The contract's bound on `px`. */
export const MAX_PX = 8192;
/** The window starts and ends on multiples of this many bins. */
const GRID_BINS = 128;

/** Ns for each bin: the power of two nearest to one CSS pixel. Never below 1 ns. */
export function resolutionFor(range: Range, width: number): Ns {
  const exact = (range.end - range.start) / Math.max(width, 1);
  return 2 ** Math.max(0, Math.round(Math.log2(Math.max(exact, 1))));
}

/**
 * @param margin  how many views are fetched beside the view on each side: 1 when at rest, 0 while following the live edge,
 *                where the next window is another one anyway.
 */
export function fetchWindow(range: Range, width: number, margin: number): FetchWindow {
  const bin = resolutionFor(range, width);
  const grid = bin * GRID_BINS;
  const view = range.end - range.start;
  let side = view * margin;
  for (;;) {
    const start = Math.floor((range.start - side) / grid) * grid;
    const end = Math.ceil((range.end + side) / grid) * grid;
    const px = Math.round((end - start) / bin);
    if (px <= MAX_PX) return { start, end, px };
    // A very wide screen: less beside it. The view alone is at most 1.42 * width + 2 grids of bins.
    if (side === 0) return { start, end, px: MAX_PX };
    side = side > grid ? side / 2 : 0;
  }
}

export const sameWindow = (a: FetchWindow, b: FetchWindow): boolean =>
  a.start === b.start && a.end === b.end && a.px === b.px;

/** Lanes are asked for in pages, so that scrolling by a lane does not ask anew. */
export const THREAD_PAGE = 16;

/** Flame charts are high, and dear to answer: few are asked for beside those that can be seen. */
export const FLAME_PAGE = 4;
/** The contract's bound on the threads of one question. */
export const MOST_FLAMES = 64;

/** The threads of the visible rows, widened to whole pages: `all` in the order of the rows, `first`..`last` visible. */
export function pageOfThreads(all: readonly ThreadIdx[], first: number, last: number, page = THREAD_PAGE): ThreadIdx[] {
  if (last < first || all.length === 0) return [];
  const from = Math.floor(Math.max(first, 0) / page) * page;
  const until = Math.ceil((last + 1) / page) * page;
  return all.slice(from, until);
}

/** How well a cached window serves a view: the part of the view it covers, then how near its resolution is. */
export function fitness(cached: FetchWindow, range: Range, width: number): number {
  const overlap = Math.min(cached.end, range.end) - Math.max(cached.start, range.start);
  const covered = Math.max(0, overlap) / (range.end - range.start);
  const bin = (cached.end - cached.start) / cached.px;
  const octaves = Math.abs(Math.log2(bin / resolutionFor(range, width)));
  return covered - Math.min(octaves, 20) * 0.02;
}
