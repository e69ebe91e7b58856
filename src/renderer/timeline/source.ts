/** What the timeline draws of lanes, strips, marks and charts, and its overview. Used by the controller. */
import type { GilIdx, OverviewReply, ThreadIdx, TimelineReply } from '../../shared/contract/types.ts';
import { call, isCancelled } from '../transport/index.ts';
import { WindowSource, type Answer, type Wish } from './windowSource.ts';

export interface TimelineWish extends Wish {
  readonly gils: readonly GilIdx[];
}

export interface Kept extends Answer<TimelineWish> {
  readonly reply: TimelineReply;
  readonly lanes: ReadonlyMap<ThreadIdx, TimelineReply['threads'][number]>;
  readonly strips: ReadonlyMap<number, TimelineReply['gils'][number]>;
  readonly marks: ReadonlyMap<ThreadIdx, TimelineReply['marks'][number]>;
}

export class TimelineSource extends WindowSource<TimelineWish, Kept> {
  constructor(session: string, onReply: () => void) {
    const ask = async (wish: TimelineWish, signal: AbortSignal): Promise<Kept> => {
      const { start, end, px } = wish.window;
      const reply = await call(
        'timeline.query',
        { id: session, start, end, px, threads: [...wish.threads], gils: [...wish.gils] },
        { signal },
      );
      return {
        wish,
        reply,
        lanes: new Map(reply.threads.map((lane) => [lane.thread, lane])),
        strips: new Map(reply.gils.map((strip) => [strip.gil, strip])),
        marks: new Map(reply.marks.map((lane) => [lane.thread, lane])),
      };
    };
    // What was merged when it was answered does not change any more (contract: `endNs`).
    super({ ask, finalUntil: ({ reply }) => reply.endNs, akin, pausePerCost: 1 }, onReply);
  }
}

/** An answer without the strips that are wanted now shows no lanes that are, as a rule. */
const akin = (kept: TimelineWish, wish: TimelineWish): boolean => wish.gils.every((gil) => kept.gils.includes(gil));

const OVERVIEW_PAUSE_MS = 500;

/** The overview strip: the whole session in `px` bins, at most twice a second. */
export class OverviewSource {
  readonly #session: string;
  readonly #onReply: () => void;
  #reply: OverviewReply | null = null;
  #px = 0;
  #revision = -1;
  #askedPx = 0;
  #askedRevision = -1;
  #flying: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(session: string, onReply: () => void) {
    this.#session = session;
    this.#onReply = onReply;
  }

  get reply(): OverviewReply | null {
    return this.#reply;
  }

  get idle(): boolean {
    return this.#flying === null && this.#px === this.#askedPx && this.#revision === this.#askedRevision;
  }

  want(px: number, revision: number): void {
    this.#px = px;
    this.#revision = revision;
    this.#launch();
  }

  stop(): void {
    this.#flying?.abort();
    this.#flying = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    // Started again (React's strict mode), it asks anew.
    this.#askedRevision = -1;
  }

  #launch(): void {
    if (this.#px <= 0 || this.#flying !== null || this.#timer !== null) return;
    if (this.#px === this.#askedPx && this.#revision === this.#askedRevision) return;
    [this.#askedPx, this.#askedRevision] = [this.#px, this.#revision];
    void this.#fly(this.#px);
  }

  async #fly(px: number): Promise<void> {
    const flight = new AbortController();
    this.#flying = flight;
    try {
      const reply = await call('timeline.overview', { id: this.#session, px }, { signal: flight.signal });
      if (flight.signal.aborted) return;
      this.#reply = reply;
    } catch (error) {
      if (isCancelled(error) || flight.signal.aborted) return;
      this.#askedRevision = -1;
    }
    this.#flying = null;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#launch();
      this.#onReply();
    }, OVERVIEW_PAUSE_MS);
    this.#onReply();
  }
}
