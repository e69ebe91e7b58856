/**
 * Tells the records of a trace (records.ts): sites when they are first named, and blocked time of note, which no slice tells.
 * Shared by `perfetto` and `chrome`.
 */
import { IntervalFlag, ThreadState, type ThreadIdx } from '../../contract/types.ts';
import { isNativePart } from '../../model/verdict/looks.ts';
import type { ExportSource, IntervalRow } from '../types.ts';
import type { TraceRecord } from './records.ts';

const MOST_ROWS = 1000;

export class Teller {
  private readonly sites = new Set<number>();
  private blocked: { thread: ThreadIdx; ns: number[]; cpu: number[] } | null = null;

  constructor(
    private readonly source: ExportSource,
    private readonly put: (record: TraceRecord) => void,
  ) {}

  /** Those that come before all slices; told one by one, so that a piece may leave in between. */
  *records(): Generator<TraceRecord> {
    for (const record of this.source.kept.records()) {
      if ('sites' in record) for (const site of record.sites) this.site(site);
      yield record;
    }
  }

  /** To be called before the first slice that names it. */
  site(idx: number): void {
    if (idx === 0 || this.sites.has(idx)) return;
    this.sites.add(idx);
    this.put({ is: 'site', ...this.source.site(idx) });
  }

  /** An interval that no slice tells. */
  untold({ thread, state, start, end, flags, cpu }: IntervalRow): void {
    if (state !== ThreadState.blocked || cpu === null) return;
    if (!isNativePart(cpu, end - start, (flags & IntervalFlag.sampled) === 0)) return;
    if (this.blocked?.thread !== thread || this.blocked.ns.length >= MOST_ROWS) this.flush(thread);
    this.blocked!.ns.push(start);
    this.blocked!.cpu.push(cpu);
  }

  private flush(next: ThreadIdx): void {
    if (this.blocked !== null) this.put({ is: 'blocked', ...this.blocked });
    this.blocked = { thread: next, ns: [], cpu: [] };
  }

  /** After all else. */
  end(): void {
    if (this.blocked !== null) this.flush(this.blocked.thread);
    this.put({ is: 'end' });
  }
}
