/**
 * Which process and thread number an event of the trace stands under. Kernel numbers are used again by later processes and threads, and slices of
 * one thread must lie within each other, so what would clash has a number no kernel gives. Used by chrome.ts.
 */
import type { GilIdx, ProcIdx, ThreadIdx } from '../../contract/basics.ts';
import { nameOfGil, nameOfThread } from '../trace/names.ts';
import type { ExportSource } from '../types.ts';

/** Above the largest number that Linux gives (4,194,304). */
const MADE_UP = 2 ** 24;
/** Lanes of each kind. */
const KIND = { again: 1, gil: 2, functions: 3, marks: 4 } as const;

const madeUp = (kind: number, idx: number): number => kind * MADE_UP + idx;

/** A lane: `"pid":1,"tid":2`, and how it is called. */
export interface Place {
  /** As JSON, without braces. */
  ids: string;
  pid: number;
  tid: number;
  name: string;
  /** Lanes of a process from top to bottom. */
  rank: number;
}

export class Ids {
  private readonly pids = new Map<ProcIdx, number>();
  private readonly tids = new Map<ThreadIdx, number>();

  constructor(private readonly source: ExportSource) {
    const taken = new Set<number>();
    for (const { idx, pid } of source.processes) {
      this.pids.set(idx, taken.has(pid) ? madeUp(KIND.again, idx) : pid);
      taken.add(pid);
    }
    const known = new Set<string>();
    for (const { idx, process, tid } of source.threads) {
      this.tids.set(idx, known.has(`${process}/${tid}`) ? madeUp(KIND.again, idx) : tid);
      known.add(`${process}/${tid}`);
    }
  }

  pid(process: ProcIdx): number {
    return this.pids.get(process) ?? 0;
  }

  private place(process: ProcIdx, tid: number, name: string, rank: number): Place {
    const pid = this.pid(process);
    return { ids: `"pid":${pid},"tid":${tid}`, pid, tid, name, rank };
  }

  /** Null: that thread is not in the file. */
  thread(idx: ThreadIdx): Place | null {
    const tid = this.tids.get(idx);
    if (tid === undefined) return null;
    const info = this.source.thread(idx);
    return this.place(info.process, tid, nameOfThread(info), 3 * idx);
  }

  ofThread(idx: ThreadIdx, of: 'functions' | 'marks'): Place {
    const info = this.source.thread(idx);
    const rank = 3 * idx + (of === 'functions' ? 1 : 2);
    return this.place(info.process, madeUp(KIND[of], idx), `${nameOfThread(info)}: ${of}`, rank);
  }

  gil(idx: GilIdx): Place {
    const info = this.source.gils.find((gil) => gil.idx === idx)!;
    return this.place(info.process, madeUp(KIND.gil, idx), `${nameOfGil(info)}: who holds it`, -1_000_000 + idx);
  }
}
