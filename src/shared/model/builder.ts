/**
 * From events in the order of time to intervals: what each thread does, who holds each GIL, how many wait. docs/protocol.md, "EVENTS".
 * One for each process; fed by merge.ts. Holds of one GIL never overlap by construction: a TAKE ends whatever hold is open.
 * What cannot be (a TAKE while another holds, a DROP without a hold) is counted, never thrown: figures with a count beat no figures.
 */
import { IntervalFlag, ThreadState, type Ns } from '../contract/types.ts';
import { SWITCH_BIT } from './ownership.ts';
import { extraOf, flagsOf, fractionCode, NO_GIL, NOT_KNOWN, packState, withFlags } from './states.ts';
import type { GilTrack, Track } from './track.ts';

/** Released and at least this part of it on CPU: it ran. */
export const RUNNING_FRACTION = 0.5;
/** A released interval is a wait for a lock if at least so much of it was. */
const LOCK_FRACTION = 0.5;
/** Without site signature, who asks again this soon did not let go by will. docs/protocol.md. */
const ASKS_AGAIN_NS = 50_000;

export interface Anomalies {
  /** A TAKE while another thread (or this one) held that GIL. */
  takeWhileHeld: number;
  /** A DROP by a thread that did not hold. */
  dropWithoutHold: number;
  /** Events that came after a watermark that promised there would be none; they count from there on. */
  late: number;
  /** A WAIT by a thread that held, a GIL beyond bounds. */
  other: number;
}

export class IntervalBuilder {
  readonly anomalies: Anomalies = { takeWhileHeld: 0, dropWithoutHold: 0, late: 0, other: 0 };
  /** The tracer can tell a voluntary DROP by where it comes from. */
  dropSites = true;
  /** The exact engine marks counted switches; otherwise a change of holder is one. */
  flagsSwitches = true;
  /** From when on the process is traced. */
  startNs: Ns = 0;

  take(track: Track, ns: Ns, counted: boolean, core: number, gil: GilTrack): void {
    this.endOpenDrop(track, gil, ns);
    if (track.state === ThreadState.hold) this.forceEnd(track, ns);
    if (gil.holder) {
      const other = gil.holder;
      this.forceEnd(other, ns);
      this.begin(other, ThreadState.unknown, ns, NOT_KNOWN, null);
    }
    this.endReleased(track, ns);
    track.takenAt = track.site;
    this.begin(track, ThreadState.hold, ns, core, gil);
    const isSwitch = this.flagsSwitches ? counted : gil.lastHolder !== null && gil.lastHolder !== track;
    if (isSwitch) gil.info.switches++;
    track.ownRow = gil.owner.push(ns, track.info.idx, isSwitch ? SWITCH_BIT : 0);
    gil.holder = gil.lastHolder = track;
    gil.lastTakeNs = ns;
  }

  drop(track: Track, ns: Ns, voluntary: boolean, gil: GilTrack): void {
    if (track.rows.length === 0 && gil.owner.length === 0) this.heldFromStart(track, ns, gil);
    if (track.state !== ThreadState.hold) {
      this.dropWithoutHold(track, ns);
      return;
    }
    const row = track.rows.length - 1;
    const { ownRow } = track;
    const held = track.gil!;
    this.endHold(track, ns, 0);
    const site = track.site !== 0 ? track.site : track.takenAt;
    if (site !== 0) {
      track.sites.set(row, site);
      held.sites.set(ownRow, site);
    }
    track.openDrop = { row, ownRow, gil: held, ns, switchWaited: false };
    if (this.dropSites && voluntary) this.nameDrop(track, IntervalFlag.voluntary);
    this.begin(track, ThreadState.blocked, ns, NOT_KNOWN, null);
  }

  private dropWithoutHold(track: Track, ns: Ns): void {
    if (track.state === ThreadState.blocked || track.state === ThreadState.running) {
      this.anomalies.dropWithoutHold++;
      return;
    }
    if (track.state === ThreadState.wait) this.anomalies.dropWithoutHold++;
    this.begin(track, ThreadState.blocked, ns, NOT_KNOWN, null);
  }

  /** Tracing began while this thread held: its first event ends a hold that was there all along. */
  private heldFromStart(track: Track, ns: Ns, gil: GilTrack): void {
    const start = Math.min(this.startNs, ns);
    track.info.bornNs = start;
    this.begin(track, ThreadState.hold, start, NOT_KNOWN, gil);
    track.ownRow = gil.owner.push(start, track.info.idx, 0);
    gil.holder = gil.lastHolder = track;
  }

  wait(track: Track, ns: Ns, core: number, gil: GilTrack): void {
    this.endOpenDrop(track, gil, ns);
    if (track.state === ThreadState.wait && track.gil === gil) return;
    if (track.state === ThreadState.hold) {
      this.anomalies.other++;
      this.forceEnd(track, ns, false);
    }
    this.endReleased(track, ns);
    this.begin(track, ThreadState.wait, ns, core, gil);
  }

  request(track: Track, gil: GilTrack): void {
    if (track.state === ThreadState.wait) this.flagLast(track, IntervalFlag.requested);
    const { holder } = gil;
    if (holder === null || holder === track) return;
    this.flagLast(holder, IntervalFlag.requested);
    gil.owner.addFlags(holder.ownRow, IntervalFlag.requested);
  }

  switchWait(track: Track): void {
    if (track.openDrop) track.openDrop.switchWaited = true;
  }

  end(track: Track, ns: Ns): void {
    this.close(track, ns, true);
    track.info.endedNs = ns;
  }

  /** Events of this thread were lost: what was open is unknown from its last event on. */
  lost(track: Track, ns: Ns): void {
    if (track.state === ThreadState.none) return;
    if (track.state === ThreadState.hold) this.takeBackHold(track);
    this.uncount(track, ns);
    track.openDrop = null;
    track.takenAt = 0;
    track.releaseCpu = NaN;
    track.lockFrom = NaN;
    track.gil = null;
    track.state = ThreadState.unknown;
    track.rows.setMeta(track.rows.length - 1, packState(ThreadState.unknown, 0, NOT_KNOWN));
  }

  private takeBackHold(track: Track): void {
    const gil = track.gil!;
    gil.owner.pop();
    gil.holder = null;
  }

  /** Ends whatever is open. `known`: it really ended here; else its end is only where knowledge ends. */
  close(track: Track, ns: Ns, known: boolean): void {
    if (track.state === ThreadState.none) return;
    if (track.openDrop && known) this.nameDrop(track, IntervalFlag.voluntary);
    track.openDrop = null;
    const openFlag = known ? 0 : IntervalFlag.open;
    if (track.state === ThreadState.hold) this.endHold(track, ns, openFlag);
    else if (openFlag) this.flagLast(track, openFlag);
    this.endReleased(track, ns);
    this.begin(track, ThreadState.none, ns, NOT_KNOWN, null);
  }

  private begin(track: Track, state: ThreadState, ns: Ns, extra: number, gil: GilTrack | null): void {
    this.uncount(track, ns);
    track.state = state;
    track.gil = gil;
    const row = track.rows.push(ns, packState(state, 0, extra), gil ? gil.info.idx : NO_GIL);
    if (track.site !== 0 && state !== ThreadState.hold) track.sites.set(row, track.site);
    if (gil === null) return;
    if (track.onlyGil !== gil.info.idx) track.onlyGil = track.onlyGil === NO_GIL ? gil.info.idx : null;
    if (state !== ThreadState.wait || track.info.own) return;
    gil.addWaiters(1, ns);
    track.counted = true;
  }

  private uncount(track: Track, ns: Ns): void {
    if (!track.counted) return;
    track.counted = false;
    track.gil!.addWaiters(-1, ns);
  }

  private flagLast(track: Track, flags: number): void {
    const { rows } = track;
    const last = rows.length - 1;
    rows.setMeta(last, withFlags(rows.meta(last), flags));
  }

  private endHold(track: Track, ns: Ns, flags: number): void {
    const gil = track.gil!;
    gil.owner.close(track.ownRow, ns);
    gil.holder = null;
    if (flags === 0) return;
    this.flagLast(track, flags);
    gil.owner.addFlags(track.ownRow, flags);
  }

  /** A hold whose end was not seen: it cannot last beyond this. */
  private forceEnd(track: Track, ns: Ns, count = true): void {
    if (count) this.anomalies.takeWhileHeld++;
    this.endHold(track, ns, IntervalFlag.open);
  }

  /** Until it asks for the GIL again: nothing else comes between (Python/thread_pthread.h, PyThread_acquire_lock_timed). */
  waitForLock(track: Track, ns: Ns): void {
    if (track.state !== ThreadState.blocked && track.state !== ThreadState.running) return;
    if (!Number.isNaN(track.lockFrom)) return;
    track.lockFrom = ns;
    this.flagLast(track, IntervalFlag.lock);
  }

  /** With the CPU time the thread measured itself; without, released.ts decides when a sample comes. */
  private endReleased(track: Track, ns: Ns): void {
    const [cpu, lockFrom] = [track.releaseCpu, track.lockFrom];
    track.releaseCpu = NaN;
    track.lockFrom = NaN;
    if (track.state !== ThreadState.blocked && track.state !== ThreadState.running) return;
    const { rows } = track;
    const last = rows.length - 1;
    const length = ns - rows.start(last);
    const flags = ns - lockFrom >= length * LOCK_FRACTION ? IntervalFlag.lock : 0;
    const before = rows.meta(last);
    // Its begin was taken for the whole of it while it was open.
    if (flags === 0) rows.setMeta(last, packState(track.state, flagsOf(before) & ~IntervalFlag.lock, extraOf(before)));
    if (Number.isNaN(cpu)) return;
    const fraction = length > 0 ? cpu / length : 0;
    const state = fraction >= RUNNING_FRACTION ? ThreadState.running : ThreadState.blocked;
    rows.setMeta(last, packState(state, flags, fractionCode(fraction)));
  }

  /** The thread asks for a GIL again: now the DROP before has a name. */
  private endOpenDrop(track: Track, gil: GilTrack, ns: Ns): void {
    const { openDrop } = track;
    if (openDrop === null) return;
    const preempted = openDrop.gil === gil && (this.dropSites || this.askedAgainAtOnce(openDrop, ns));
    this.nameDrop(track, preempted ? IntervalFlag.preempted : IntervalFlag.voluntary);
  }

  private askedAgainAtOnce(drop: NonNullable<Track['openDrop']>, ns: Ns): boolean {
    if ((drop.gil.owner.flags(drop.ownRow) & IntervalFlag.requested) === 0) return false;
    // Who waited for the switch could not ask before somebody else had taken.
    const free = drop.switchWaited ? Math.max(drop.ns, drop.gil.lastTakeNs) : drop.ns;
    return ns - free <= ASKS_AGAIN_NS;
  }

  private nameDrop(track: Track, flag: number): void {
    const drop = track.openDrop!;
    track.openDrop = null;
    track.rows.setMeta(drop.row, withFlags(track.rows.meta(drop.row), flag));
    drop.gil.owner.addFlags(drop.ownRow, flag);
  }
}
