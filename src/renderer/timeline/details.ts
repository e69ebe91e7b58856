/**
 * Intervals told in full, for tooltip and details card: asked once, kept while they cannot change. Used by parts/ through the controller.
 */
import { IntervalFlag, type IntervalDetails, type Ns, type ThreadIdx } from '../../shared/contract/types.ts';
import { call } from '../transport/index.ts';

const KEEP = 300;

export class DetailsCache {
  readonly #session: string;
  readonly #onIdle: () => void;
  #kept: IntervalDetails[] = [];
  #flying = 0;

  constructor(session: string, onIdle: () => void) {
    this.#session = session;
    this.#onIdle = onIdle;
  }

  get idle(): boolean {
    return this.#flying === 0;
  }

  /** What is known without asking. */
  lookup(thread: ThreadIdx, at: Ns): IntervalDetails | null {
    return this.#kept.find((d) => d.thread === thread && d.start <= at && at < d.end) ?? null;
  }

  async ask(thread: ThreadIdx, at: Ns, signal: AbortSignal): Promise<IntervalDetails | null> {
    const known = this.lookup(thread, at);
    if (known !== null) return known;
    this.#flying++;
    try {
      const details = await call('details.query', { id: this.#session, thread, at }, { signal });
      // An open interval still grows: it is asked anew.
      if (details !== null && (details.flags & IntervalFlag.open) === 0)
        this.#kept = [details, ...this.#kept].slice(0, KEEP);
      return details;
    } finally {
      this.#flying--;
      this.#onIdle();
    }
  }
}
