/** The comparisons of one engine, by id; at most one runs at a time, or they would measure each other. Owned by contract.ts, used by cli/compare.ts. */
import type { CompareInfo, CompareSpec } from '../../shared/contract/compare.ts';
import { UserError } from '../errors.ts';
import type { InterpreterProbe } from '../interpreterProbe.ts';
import { Library } from '../library.ts';
import type { Recents } from '../recents.ts';
import type { Emit, Sessions } from '../sessions.ts';
import { Comparison } from './comparison.ts';
import { comparisonPage, type PageAsked } from './page.ts';

const PUSH_MS = 100;

export interface ComparisonsOptions {
  sessions: Sessions;
  probe: InterpreterProbe;
  recents: Recents;
  /** Where gilscope keeps its own. */
  folder: string;
  /** Of a window the shown runs are opened; the command line only reads them. */
  opens?: boolean;
  /** Gets everything the programs print, as it comes. */
  show?: (bytes: Uint8Array) => void;
}

export class Comparisons {
  private readonly all = new Map<string, Comparison>();
  private readonly library: Library;
  private readonly due = new Set<Comparison>();
  private timer: NodeJS.Timeout | null = null;
  private starting = false;

  constructor(
    private readonly options: ComparisonsOptions,
    private readonly emit: Emit,
  ) {
    // Apart from the user's own recordings, which many runs would push out.
    this.library = new Library(options.folder, 'comparisons');
  }

  list(): CompareInfo[] {
    return [...this.all.values()].map((one) => one.info());
  }

  get(id: string): Comparison {
    const comparison = this.all.get(id);
    if (comparison === undefined)
      throw new UserError('not-found', 'this comparison is not there any more', 'compare again');
    return comparison;
  }

  /** Throws UserError, with nothing run, for anything that is wrong with what is asked. */
  async start(spec: CompareSpec): Promise<Comparison> {
    if (this.starting || [...this.all.values()].some(({ running }) => running))
      throw new UserError('refused', 'a comparison is running already', 'wait for its end, or cancel it');
    this.starting = true;
    try {
      this.library.prune(new Set([...this.all.values()].flatMap(({ paths }) => paths)));
      const { opens = true, ...context } = this.options;
      const comparison = await Comparison.start(spec, { ...context, opens, library: this.library }, (one) =>
        this.changed(one),
      );
      this.all.set(comparison.id, comparison);
      this.changed(comparison);
      return comparison;
    } finally {
      this.starting = false;
    }
  }

  /** Its report as the text of a file. Throws UserError while it runs. */
  page(id: string, asked: PageAsked): Promise<string> {
    return comparisonPage(this.get(id), this.options.sessions, asked);
  }

  private changed(comparison: Comparison): void {
    this.due.add(comparison);
    this.timer ??= setTimeout(() => this.push(), PUSH_MS);
  }

  private push(): void {
    this.timer = null;
    for (const one of this.due) if (this.all.has(one.id)) this.emit('compare.changed', { compare: one.info() });
    this.due.clear();
  }

  async close(id: string): Promise<void> {
    const comparison = this.get(id);
    await comparison.close();
    this.all.delete(id);
    this.emit('compare.changed', { compare: comparison.info(), gone: true });
  }

  /** Ends the program of one that runs. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.all.keys()].map((id) => this.close(id)));
  }
}
