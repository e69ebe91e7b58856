/**
 * Asks again when something changed, but not too often, and never shows a stale answer. `now()` gives up what is under way
 * and asks at once (the user chose a range); `soon()` waits for the gap (data came in). Pure of React; used by store/stats.ts.
 */
export class Requery<T> {
  #asking: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again = false;
  #lastAsked = -Infinity;
  #stopped = false;

  constructor(
    private readonly ask: (signal: AbortSignal) => Promise<T>,
    private readonly answer: (reply: T) => void,
    private readonly failed: (error: unknown) => void,
    /** Between two questions; asked each time, as it may depend on what answers cost. */
    private readonly gapMs: number | (() => number),
  ) {}

  now(): void {
    if (this.#stopped) return;
    this.#asking?.abort();
    this.#again = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#run();
  }

  soon(): void {
    if (this.#stopped || this.#timer !== undefined) return;
    if (this.#asking !== null) {
      this.#again = true;
      return;
    }
    const gap = typeof this.gapMs === 'number' ? this.gapMs : this.gapMs();
    const wait = this.#lastAsked + gap - performance.now();
    if (wait <= 0) {
      this.now();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.now();
    }, wait);
  }

  stop(): void {
    this.#stopped = true;
    this.#asking?.abort();
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    const asking = new AbortController();
    this.#asking = asking;
    this.#lastAsked = performance.now();
    try {
      const reply = await this.ask(asking.signal);
      if (!asking.signal.aborted) this.answer(reply);
    } catch (error) {
      if (!asking.signal.aborted) this.failed(error);
    }
    if (this.#asking !== asking) return;
    this.#asking = null;
    if (!this.#again) return;
    this.#again = false;
    this.soon();
  }
}
