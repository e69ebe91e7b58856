/**
 * States and holds of a session that is read back, row by row in the order of time, into the columns of the model. Of restore.ts.
 * What no slice tells between two of them was blocked time.
 */
import { IntervalFlag, ThreadState, type Ns } from '../contract/types.ts';
import { SWITCH_BIT } from '../model/ownership.ts';
import { flagsOf, fractionCode, NO_GIL, NOT_KNOWN, packState, stateOf } from '../model/states.ts';
import type { GilTrack, Track } from '../model/track.ts';
import { TraceError } from './errors.ts';

/** Flags of rows; what is estimated is so by process. */
const ROW_FLAGS = 127 & ~IntervalFlag.estimated;

interface Stretch {
  from: Ns;
  to: Ns;
}

/** A thread whose rows come in. */
export class Lane {
  /** Known up to here. */
  at: Ns;
  /** Where it let go last. */
  private site = 0;

  constructor(
    readonly track: Track,
    /** Its states are in the file; else only its holds, as its GIL tells them. */
    readonly told: boolean,
    private readonly life: Stretch | null,
    private readonly gone: readonly Stretch[],
  ) {
    this.at = life?.from ?? NaN;
  }

  private push(start: Ns, meta: number, gil: GilTrack | null, site: number): void {
    const { track } = this;
    const tag = gil === null ? NO_GIL : gil.info.idx;
    const row = track.rows.push(start, meta, tag);
    if (site !== 0) track.sites.set(row, site);
    if (gil !== null && track.onlyGil !== tag) track.onlyGil = track.onlyGil === NO_GIL ? tag : null;
  }

  /** Up to there it was blocked, or not there. */
  private gap(until: Ns): void {
    for (const { from, to } of this.gone) {
      if (to <= this.at || from >= until) continue;
      this.blocked(from);
      this.push(this.at, packState(ThreadState.none, 0, NOT_KNOWN), null, 0);
      this.at = Math.min(to, until);
    }
    this.blocked(until);
  }

  private blocked(until: Ns): void {
    if (until <= this.at) return;
    this.push(this.at, packState(ThreadState.blocked, 0, NOT_KNOWN), null, this.site);
    this.at = until;
  }

  state(
    start: Ns,
    end: Ns,
    row: { state: ThreadState; flags: number; core: number; site: number },
    gil: GilTrack | null,
  ): void {
    if (Number.isNaN(this.at)) this.at = start;
    if (start < this.at || end < start) throw new TraceError('the states of a thread are not in the order of time');
    this.gap(start);
    const { state, flags, core } = row;
    if (state === ThreadState.hold || state === ThreadState.unknown) this.site = row.site;
    const site = state === ThreadState.wait ? this.site : row.site;
    this.push(start, packState(state, flags & ROW_FLAGS, core < 0 ? NOT_KNOWN : core), gil, site);
    this.at = end;
  }

  /** Blocked time that used CPU of note. */
  used(ns: Ns, cpu: number): void {
    const { rows } = this.track;
    const row = rows.indexAt(ns);
    if (row < 0 || rows.start(row) !== ns || stateOf(rows.meta(row)) !== ThreadState.blocked) return;
    rows.setMeta(row, packState(ThreadState.blocked, flagsOf(rows.meta(row)), fractionCode(cpu)));
  }

  /** Nothing more comes. `cut`: though there was more. */
  close(cut: boolean): void {
    const { life, track } = this;
    if (Number.isNaN(this.at)) return;
    const to = Math.max(this.at, life?.to ?? this.at);
    if (cut && this.told) this.lost(to);
    else this.gap(to);
    this.push(to, packState(ThreadState.none, 0, NOT_KNOWN), null, 0);
    track.rows.settle();
  }

  private lost(until: Ns): void {
    if (until > this.at) this.push(this.at, packState(ThreadState.unknown, 0, NOT_KNOWN), null, 0);
    this.at = until;
  }
}

/** A GIL whose holds and numbers of waiters come in. */
export class Strip {
  private heldUntil: Ns = 0;
  private waitersAt: Ns = 0;

  constructor(readonly gil: GilTrack) {}

  hold(start: Ns, end: Ns, holder: Lane, flags: number, switched: boolean, site: number): void {
    const { owner } = this.gil;
    if (start < this.heldUntil || end < start) throw new TraceError('two threads hold one GIL');
    const bits = (flags & ROW_FLAGS) | (switched ? SWITCH_BIT : 0);
    owner.close(owner.push(start, holder.track.info.idx, bits), end);
    this.heldUntil = end;
    const untold = !holder.told && !(start < holder.at);
    if (untold) holder.state(start, end, { state: ThreadState.hold, flags, core: -1, site }, this.gil);
  }

  waiting(at: Ns, count: number): void {
    if (at < this.waitersAt) throw new TraceError('numbers of waiters are not in the order of time');
    this.gil.waiters.push(at, count, 0);
    this.waitersAt = at;
  }

  /** What a hold is said to be with its thread is so with its GIL, too: who was asked to let go, and where. */
  close(until: Ns, threads: readonly Track[]): void {
    const { owner, sites, waiters } = this.gil;
    const next = new Map<Track, number>();
    for (let i = 0; i < owner.length; i++) {
      const track = threads[owner.thread(i)];
      const { rows } = track;
      let row = rows.lowerBound(owner.start(i), next.get(track) ?? 0);
      while (row < rows.length && rows.start(row) === owner.start(i) && stateOf(rows.meta(row)) !== ThreadState.hold)
        row++;
      next.set(track, row);
      if (row >= rows.length || rows.start(row) !== owner.start(i)) continue;
      owner.addFlags(i, flagsOf(rows.meta(row)) & IntervalFlag.requested);
      const site = track.sites.get(row);
      if (site !== 0) sites.set(i, site);
    }
    owner.until = waiters.until = until;
    owner.settle(threads.length);
    waiters.settle();
  }
}
