/**
 * Asks the engine about the window that is looked at and keeps the last answers, so that going back or panning shows something at
 * once. One question at a time; while it is under way only the newest wish is kept; live, at most ten a second and never
 * more than half the time. What is asked is the subject's (source.ts, flameSource.ts).
 */
import type { Ns, ThreadIdx } from '../../shared/contract/types.ts';
import { isCancelled } from '../transport/index.ts';
import type { Range } from '../store/view.ts';
import { fitness, sameWindow, type FetchWindow } from './model/fetchWindow.ts';

export interface Wish {
  readonly window: FetchWindow;
  readonly threads: readonly ThreadIdx[];
  readonly revision: number;
  /** The user moved and waits for it: no pause. */
  readonly urgent: boolean;
}

/** An answer, and the wish it answers: of a later revision once that is known to change nothing. */
export interface Answer<W extends Wish> {
  wish: W;
  readonly reply: { readonly revision: number };
}

export interface Subject<W extends Wish, A extends Answer<W>> {
  ask(wish: W, signal: AbortSignal): Promise<A>;
  /** What is recorded later changes the answer only from here on. */
  finalUntil(answer: A): Ns;
  /** Whether both ask for the same kind of thing: answers to others are not kept. */
  akin(a: W, b: W): boolean;
  /** Pauses for that many times what an answer took. */
  pausePerCost: number;
}

const KEEP = 5;
const MIN_PAUSE_MS = 100;
/** After a failure: not at once again, but soon enough that a restarted engine is found. */
const RETRY_MS = 2000;

export class WindowSource<W extends Wish, A extends Answer<W>> {
  readonly #subject: Subject<W, A>;
  readonly #onReply: () => void;
  #kept: A[] = [];
  #wanted: W | null = null;
  #flying: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #notBefore = 0;
  #error: unknown = null;

  constructor(subject: Subject<W, A>, onReply: () => void) {
    this.#subject = subject;
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
  best(range: Range, width: number, threads: readonly ThreadIdx[]): A | null {
    let best: A | null = null;
    let bestScore = -Infinity;
    for (const kept of this.#kept) {
      const known = threads.reduce((n, t) => (kept.wish.threads.includes(t) ? n + 1 : n), 0);
      const score = fitness(kept.wish.window, range, width) + (known / Math.max(threads.length, 1)) * 0.5;
      if (score > bestScore + 1e-9) [best, bestScore] = [kept, score];
    }
    return best;
  }

  /** Makes sure an answer to this is kept or on its way. */
  want(wish: W): void {
    const same = this.#kept.find((k) => this.#covers(k.wish, wish));
    if (
      same !== undefined &&
      (same.wish.revision >= wish.revision || this.#subject.finalUntil(same) >= wish.window.end)
    ) {
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

  #covers(kept: W, wish: W): boolean {
    const same = sameWindow(kept.window, wish.window) && this.#subject.akin(kept, wish);
    return same && wish.threads.every((t) => kept.threads.includes(t));
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

  async #fly(wish: W): Promise<void> {
    const flight = new AbortController();
    this.#flying = flight;
    const began = performance.now();
    try {
      const answer = await this.#subject.ask(wish, flight.signal);
      if (flight.signal.aborted) return;
      this.#keep(answer);
      this.#error = null;
      // The pause holds back the stream of revisions while live; a view moved by hand does not wait for it.
      const cost = performance.now() - began;
      this.#notBefore = began + Math.max(MIN_PAUSE_MS, cost * (1 + this.#subject.pausePerCost));
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

  #keep(answer: A): void {
    const { wish } = answer;
    answer.wish = { ...wish, revision: Math.max(wish.revision, answer.reply.revision) };
    const others = this.#kept.filter(
      (k) => !sameWindow(k.wish.window, wish.window) && this.#subject.akin(k.wish, wish),
    );
    this.#kept = [answer, ...others].slice(0, KEEP);
  }
}
