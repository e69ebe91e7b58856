/**
 * Asks the engine for what the timeline draws and keeps the last answers, so that going back or panning shows something at
 * once. One question at a time; while it is under way only the newest wish is kept; live, at most ten a second and never
 * more than half the time. Used by the controller.
 */
import type { OverviewReply, ThreadIdx, TimelineReply } from '../../shared/contract/types.ts';
import { call, isCancelled } from '../transport/index.ts';
import type { Range } from '../store/view.ts';
import { fitness, sameWindow, type FetchWindow } from './model/fetchWindow.ts';

export interface Wish {
  readonly window: FetchWindow;
  readonly threads: readonly ThreadIdx[];
  readonly revision: number;
  /** The user moved and waits for it: no pause. */
  readonly urgent: boolean;
}

export interface Kept {
  wish: Wish;
  readonly reply: TimelineReply;
  readonly lanes: ReadonlyMap<ThreadIdx, TimelineReply['threads'][number]>;
  readonly strips: ReadonlyMap<number, TimelineReply['gils'][number]>;
  readonly marks: ReadonlyMap<ThreadIdx, TimelineReply['marks'][number]>;
}

const KEEP = 5;
const MIN_PAUSE_MS = 100;
const PAUSE_PER_COST = 1;
/** After a failure: not at once again, but soon enough that a restarted engine is found. */
const RETRY_MS = 2000;

const covers = (kept: Wish, wish: Wish): boolean =>
  sameWindow(kept.window, wish.window) && wish.threads.every((t) => kept.threads.includes(t));

export class TimelineSource {
  readonly #session: string;
  readonly #onReply: () => void;
  #kept: Kept[] = [];
  #wanted: Wish | null = null;
  #flying: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #notBefore = 0;
  #error: unknown = null;

  constructor(session: string, onReply: () => void) {
    this.#session = session;
    this.#onReply = onReply;
  }

  /** The last failure, until an answer comes; null when all is well. */
  get error(): unknown {
    return this.#error;
  }

  get idle(): boolean {
    return this.#flying === null && this.#wanted === null;
  }

  /** The kept answer that shows the view best; a newer one wins when they serve alike. */
  best(range: Range, width: number, threads: readonly ThreadIdx[]): Kept | null {
    let best: Kept | null = null;
    let bestScore = -Infinity;
    for (const kept of this.#kept) {
      const known = threads.reduce((n, t) => (kept.lanes.has(t) ? n + 1 : n), 0);
      const score = fitness(kept.wish.window, range, width) + (known / Math.max(threads.length, 1)) * 0.5;
      if (score > bestScore + 1e-9) [best, bestScore] = [kept, score];
    }
    return best;
  }

  /** Makes sure an answer to this is kept or on its way. */
  want(wish: Wish): void {
    const same = this.#kept.find((k) => covers(k.wish, wish));
    // What was merged when it was answered does not change any more (contract: `endNs`).
    if (same !== undefined && (same.wish.revision >= wish.revision || same.reply.endNs >= wish.window.end)) {
      same.wish = { ...same.wish, revision: Math.max(same.wish.revision, wish.revision) };
      this.#wanted = null;
      return;
    }
    this.#wanted = { ...wish, urgent: wish.urgent && same === undefined };
    this.#launch();
  }

  stop(): void {
    this.#flying?.abort();
    this.#flying = null;
    this.#wanted = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #launch(): void {
    if (this.#flying !== null || this.#wanted === null) return;
    const pause = this.#notBefore - performance.now();
    const hurry = this.#wanted.urgent && this.#error === null;
    if (pause > 0 && !hurry) {
      if (this.#timer !== null) return;
      this.#timer = setTimeout(() => {
        this.#timer = null;
        this.#launch();
      }, pause);
      return;
    }
    const wish = this.#wanted;
    this.#wanted = null;
    void this.#fly(wish);
  }

  async #fly(wish: Wish): Promise<void> {
    const flight = new AbortController();
    this.#flying = flight;
    const began = performance.now();
    try {
      const { start, end, px } = wish.window;
      const args = { id: this.#session, start, end, px, threads: [...wish.threads] };
      const reply = await call('timeline.query', args, { signal: flight.signal });
      if (flight.signal.aborted) return;
      this.#keep(wish, reply);
      this.#error = null;
      // The pause holds back the stream of revisions while live; a view moved by hand does not wait for it.
      const cost = performance.now() - began;
      this.#notBefore = began + Math.max(MIN_PAUSE_MS, cost * (1 + PAUSE_PER_COST));
    } catch (error) {
      if (isCancelled(error) || flight.signal.aborted) return;
      this.#error = error;
      this.#notBefore = performance.now() + RETRY_MS;
      this.#wanted ??= wish;
    }
    this.#flying = null;
    this.#onReply();
    this.#launch();
  }

  #keep(wish: Wish, reply: TimelineReply): void {
    const kept: Kept = {
      wish: { ...wish, revision: Math.max(wish.revision, reply.revision) },
      reply,
      lanes: new Map(reply.threads.map((lane) => [lane.thread, lane])),
      strips: new Map(reply.gils.map((strip) => [strip.gil, strip])),
      marks: new Map(reply.marks.map((lane) => [lane.thread, lane])),
    };
    const others = this.#kept.filter((k) => !sameWindow(k.wish.window, wish.window));
    this.#kept = [kept, ...others].slice(0, KEEP);
  }
}

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
