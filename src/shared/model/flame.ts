/**
 * The calls of threads in a window of time, as many as its pixels can show: those shorter than a pixel stand together, with their number.
 * Pure functions over calls.ts; called by session.ts. Without filters the cost is bisections for each pixel, not a scan of the window.
 */
import type { FlameReply, FlameSpans, FlameThread } from '../contract/functions.ts';
import type { Ns, ThreadIdx } from '../contract/types.ts';
import type { Bins } from './bins.ts';
import { functionOf, searched } from './functions.ts';
import type { Store } from './store.ts';
import type { StretchColumn } from './stretches.ts';
import type { Track } from './track.ts';

export interface FlameQuery {
  start: Ns;
  end: Ns;
  px: number;
  threads: readonly ThreadIdx[];
  search?: string | undefined;
  /** Leaves out shorter calls. */
  minNs?: number | undefined;
}

/** What a call must be like to be shown. */
interface Filter {
  minNs: number;
  wanted: ((fn: number) => boolean) | null;
}

/** Columns while they grow. */
class Spans {
  private readonly start: number[] = [];
  private readonly end: number[] = [];
  private readonly depth: number[] = [];
  private readonly fn: number[] = [];
  private readonly count: number[] = [];
  private readonly open: number[] = [];

  add(start: Ns, end: Ns, depth: number, fn: number, count: number, open: boolean): void {
    this.start.push(start);
    this.end.push(end);
    this.depth.push(depth);
    this.fn.push(fn);
    this.count.push(count);
    this.open.push(open ? 1 : 0);
  }

  columns(): FlameSpans {
    return {
      start: Float64Array.from(this.start),
      end: Float64Array.from(this.end),
      depth: Uint16Array.from(this.depth),
      function: Uint32Array.from(this.fn),
      count: Uint32Array.from(this.count),
      open: Uint8Array.from(this.open),
    };
  }
}

/** Calls of one depth. Of those that begin within one pixel's time only the last can be as long as that, since they do not overlap. */
class LevelReader {
  constructor(
    private readonly level: StretchColumn,
    private readonly depth: number,
    /** Where what is open ends for now. */
    private readonly edge: Ns,
    private readonly filter: Filter,
    private readonly out: Spans,
  ) {}

  read({ start, end, count: px }: Bins): void {
    const { level, edge } = this;
    const width = (end - start) / px;
    const until = level.lowerBound(end);
    for (let i = level.firstEndingAfter(start, edge); i < until;) {
      // From the first of them on, not from a pixel's edge: panning does not change what stands together.
      const next = Math.min(until, Math.max(i + 1, level.lowerBound(level.start(i) + width, i)));
      const last = next - 1;
      const long = this.length(last) >= width;
      if (long) {
        this.together(i, last, width);
        this.alone(last);
      } else {
        this.together(i, next, width);
      }
      i = next;
    }
  }

  private length(i: number): number {
    return this.level.endOf(i, this.edge) - this.level.start(i);
  }

  private passes(i: number): boolean {
    const { minNs, wanted } = this.filter;
    return this.length(i) >= minNs && (wanted === null || wanted(this.level.name(i)));
  }

  private alone(i: number): void {
    const { level } = this;
    if (this.passes(i))
      this.out.add(level.start(i), level.endOf(i, this.edge), this.depth, level.name(i), 1, level.isOpen(i));
  }

  /** Calls `from` to `to` (not included), all shorter than a pixel. */
  private together(from: number, to: number, width: number): void {
    const { level, edge, filter } = this;
    if (from >= to || filter.minNs >= width) return;
    let [first, last, count] = [from, to - 1, to - from];
    if (filter.minNs > 0 || filter.wanted !== null) {
      [first, last, count] = [-1, -1, 0];
      for (let i = from; i < to; i++) {
        if (!this.passes(i)) continue;
        if (count++ === 0) first = i;
        last = i;
      }
    }
    if (count === 1) this.alone(first);
    else if (count > 1) this.out.add(level.start(first), level.endOf(last, edge), this.depth, 0, count, false);
  }
}

function threadFlame(store: Store, track: Track, bins: Bins, filter: Filter): FlameThread {
  const out = new Spans();
  const edge = track.info.endedNs ?? store.processes[track.info.process].endNs;
  track.calls?.levels.forEach((level, depth) => new LevelReader(level, depth, edge, filter, out).read(bins));
  return { thread: track.info.idx, levels: track.info.callLevels, spans: out.columns() };
}

export function flame(store: Store, query: FlameQuery): Omit<FlameReply, 'revision'> {
  const start = Math.min(query.start, query.end);
  // A window of no length is asked by accident; it answers for a nanosecond.
  const end = Math.max(query.start, query.end, start + 1);
  const bins = { start, end, count: Math.max(1, Math.floor(query.px)) };
  const filter = { minNs: query.minNs ?? 0, wanted: searched(store, query.search) };
  const tracks = [...new Set(query.threads)].map((idx) => store.tracks[idx]).filter((track) => track !== undefined);
  const threads = tracks.map((track) => threadFlame(store, track, bins, filter));
  const named = new Set<number>();
  for (const { spans } of threads) for (const fn of spans.function) if (fn !== 0) named.add(fn);
  return { start, end, threads, functions: [...named].map((fn) => functionOf(store.sites.infos[fn])) };
}
