/**
 * One comparison: its runs one after another, interleaved, each recorded; what came out; and which sessions it keeps open meanwhile.
 * Kept by comparisons.ts.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { notesOf } from '../../shared/compare/notes.ts';
import { variantOf, wallOf, type MeasuredRun } from '../../shared/compare/variant.ts';
import { compareVerdict, type Measured } from '../../shared/compare/verdict.ts';
import type {
  CompareInfo,
  CompareReport,
  CompareRun,
  CompareSpec,
  CompareVariant,
  CompareVerdict,
} from '../../shared/contract/compare.ts';
import { oneLine, toUserError } from '../errors.ts';
import type { FileSession } from '../fileSession.ts';
import type { InterpreterProbe } from '../interpreterProbe.ts';
import type { Library } from '../library.ts';
import { describeRecent, type Described } from '../recentEntry.ts';
import type { Recents } from '../recents.ts';
import { coreCount } from '../sampler.ts';
import type { Sessions } from '../sessions.ts';
import { Pace } from './pace.ts';
import { ProgramRun } from './programRun.ts';
import { planOf, type Plan, type ProgramVariant } from './variants.ts';

export interface CompareContext {
  sessions: Sessions;
  probe: InterpreterProbe;
  recents: Recents;
  /** Of the recordings of comparisons. */
  library: Library;
  /** Whether the run that each variant shows is opened in the end, for a window. */
  opens: boolean;
  /** Gets everything the programs print, as it comes. */
  show?: ((bytes: Uint8Array) => void) | undefined;
}

export class Comparison {
  readonly id = randomBytes(6).toString('hex');
  /** Resolves when the last run has ended, or what was on has been ended. */
  readonly finished: Promise<void>;
  private readonly created = new Date().toISOString();
  private readonly runs: CompareRun[];
  /** By variant, its runs that ended well. */
  private readonly measured: MeasuredRun[][];
  private readonly recordings = new Map<CompareRun, Described>();
  private readonly pace = new Pace();
  private state: CompareInfo['state'] = 'running';
  private error: string | null = null;
  private verdict: CompareVerdict | null = null;
  private program: ProgramRun | null = null;
  private cancelled = false;
  private closed = false;

  private constructor(
    private readonly spec: CompareSpec,
    private readonly plan: Plan,
    /** By variant; undefined for those that are run. */
    private readonly files: readonly (FileSession | undefined)[],
    /** Sessions that nobody had open before. */
    private readonly opened: Set<string>,
    private readonly folder: string,
    private readonly context: CompareContext,
    private readonly changed: (comparison: Comparison) => void,
  ) {
    this.runs = Array.from({ length: spec.repeat }, (_, round) => round).flatMap((round) =>
      plan.variants.flatMap(({ kind }, variant) => (kind === 'file' && round > 0 ? [] : [queued(variant, round)])),
    );
    this.measured = plan.variants.map(() => []);
    this.finished = this.runAll();
  }

  /** Begins with the first run. Throws UserError, with nothing run, for anything that is wrong with what is asked. */
  static async start(
    spec: CompareSpec,
    context: CompareContext,
    changed: (comparison: Comparison) => void,
  ): Promise<Comparison> {
    const { sessions } = context;
    const folder = mkdtempSync(join(tmpdir(), 'gilscope-compare-'));
    const opened = new Set<string>();
    try {
      const plan = await planOf(spec, folder, context.probe);
      const files: (FileSession | undefined)[] = [];
      for (const variant of plan.variants) {
        const before = new Set(sessions.list().map(({ id }) => id));
        const file = variant.kind === 'file' ? await sessions.openFile(variant.path) : undefined;
        if (file !== undefined && !before.has(file.id)) opened.add(file.id);
        files.push(file);
      }
      return new Comparison(spec, plan, files, opened, folder, context, changed);
    } catch (error) {
      for (const id of opened) await sessions.close(id);
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private async runAll(): Promise<void> {
    try {
      for (const run of this.runs) await this.one(run);
      this.verdict = compareVerdict(this.variants(), { checkOutput: this.spec.checkOutput, cores: coreCount() });
      this.noteShown();
      if (this.context.opens && !this.closed) await this.openShown();
      this.state = this.cancelled ? 'cancelled' : 'done';
    } catch (error) {
      this.error = oneLine(toUserError(error));
      this.state = 'failed';
    }
    rmSync(this.folder, { recursive: true, force: true });
    this.changed(this);
  }

  private async one(run: CompareRun): Promise<void> {
    const reason = this.whyNot(run);
    if (this.cancelled || reason !== null) {
      run.state = 'cancelled';
      run.error = reason;
      return;
    }
    run.state = 'running';
    this.pace.begin();
    this.changed(this);
    const variant = this.plan.variants[run.variant];
    await (variant.kind === 'file' ? this.read(run) : this.run(run, variant));
    if (variant.kind === 'program') this.pace.end(run.variant);
    this.changed(this);
  }

  /** What fails at first fails again, and one alone is no comparison. */
  private whyNot({ variant }: CompareRun): string | null {
    const failed = this.plan.variants.map(
      (_, i) => this.measured[i].length === 0 && this.runs.some((run) => run.variant === i && run.state === 'failed'),
    );
    if (failed[variant]) return 'not run, because its first run failed';
    return failed.filter((one) => !one).length < 2 ? 'not run, because there is nothing left to compare it with' : null;
  }

  private async read(run: CompareRun): Promise<void> {
    const session = this.files[run.variant]!;
    const { path } = session.info();
    Object.assign(run, { path, session: session.id });
    await session.loaded;
    const { command, host } = session.info();
    this.plan.variants[run.variant].head.command = command;
    this.took(run, { host, summary: session.model.summary(), call: null, output: null });
  }

  private async run(run: CompareRun, variant: ProgramVariant): Promise<void> {
    const { sessions, library, show } = this.context;
    try {
      const path = library.newPath(`${variant.head.name} ${run.round + 1}`);
      const { timeLimitS } = this.spec;
      this.program = await ProgramRun.start(sessions, variant.launch(run.round), { path, timeLimitS, show });
      if (this.cancelled) this.program.end();
      Object.assign(run, { path, session: this.program.session.id });
      this.changed(this);
      await this.settle(run, variant, this.program);
    } catch (error) {
      run.state = 'failed';
      run.error = oneLine(toUserError(error));
    }
    this.program = null;
  }

  private async settle(run: CompareRun, variant: ProgramVariant, { session, outcome }: ProgramRun): Promise<void> {
    const { error, digest, said } = await outcome;
    const info = session.info();
    const summary = session.model.summary();
    if (this.context.sessions.has(session.id)) await this.context.sessions.close(session.id);
    Object.assign(run, { session: null, path: info.path, said: error === null ? [] : said });
    if (this.cancelled) {
      run.state = 'cancelled';
      return;
    }
    const call = variant.report === null ? null : variant.report(run.round, error);
    if (error !== null || info.path === null) {
      run.state = 'failed';
      run.error = error;
      return;
    }
    this.recordings.set(run, describeRecent(info, summary, variant.launch(run.round)));
    const output = call === null ? digest : call.digest === '' ? null : call.digest;
    this.took(run, { host: info.host, summary, call, output: this.spec.checkOutput ? output : null });
  }

  private took(run: CompareRun, measured: Omit<MeasuredRun, 'index'>): void {
    run.state = 'ended';
    run.wall_s = wallOf(measured.summary);
    this.measured[run.variant].push({ index: this.runs.indexOf(run), ...measured });
  }

  private figures(): CompareVariant[] {
    return this.plan.variants.map(({ head }, i) => variantOf(head, this.measured[i]));
  }

  private variants(): Measured[] {
    return this.figures().map((variant, i) => ({ ...variant, runs: this.measured[i].map(({ summary }) => summary) }));
  }

  private shown(): CompareRun[] {
    return this.figures().flatMap(({ shown }) => (shown === null ? [] : [this.runs[shown]]));
  }

  /** Of all the recordings those that are looked at are the ones to be found again. */
  private noteShown(): void {
    for (const run of this.shown()) {
      const recording = this.recordings.get(run);
      if (recording !== undefined) this.context.recents.note(recording);
    }
  }

  private async openShown(): Promise<void> {
    for (const run of this.shown()) {
      if (run.session !== null || run.path === null) continue;
      const { id } = await this.context.sessions.openFile(run.path);
      this.opened.add(id);
      run.session = id;
    }
  }

  get running(): boolean {
    return this.state === 'running';
  }

  /** Recordings that it tells of. */
  get paths(): string[] {
    return this.runs.flatMap(({ path }) => path ?? []);
  }

  /** Ends the run that is on; what was measured stays. */
  async cancel(): Promise<void> {
    this.cancelled ||= this.running;
    this.program?.end();
    await this.finished;
  }

  /** Cancels, and closes the sessions it opened. */
  async close(): Promise<void> {
    this.closed = true;
    await this.cancel();
    for (const id of this.opened) if (this.context.sessions.has(id)) await this.context.sessions.close(id);
  }

  info(): CompareInfo {
    const { sessions } = this.context;
    const variants = this.variants();
    return {
      id: this.id,
      title: variants.map(({ name }) => name).join(' · '),
      created: this.created,
      state: this.state,
      error: this.error,
      spec: this.spec,
      variants: this.figures(),
      // Somebody may have closed one.
      runs: this.runs.map((run) => ({ ...run, session: sessions.has(run.session ?? '') ? run.session : null })),
      progress: {
        done: this.runs.filter(({ state }) => state !== 'queued' && state !== 'running').length,
        total: this.runs.length,
        leftS: this.pace.left(this.runs),
      },
      notes: [...this.plan.notes, ...notesOf(variants)],
      verdict: this.verdict,
    };
  }

  report(): CompareReport {
    const variants = this.variants();
    const { checkOutput, repeat } = this.spec;
    return {
      schema: 1,
      created: this.created,
      repeat,
      variants,
      failed: this.runs.flatMap(({ variant, round, state, error }) =>
        state === 'failed' ? [{ variant: variants[variant].name, round, error: error ?? 'for no known reason' }] : [],
      ),
      notes: [...this.plan.notes, ...notesOf(variants)],
      verdict: this.verdict ?? compareVerdict(variants, { checkOutput, cores: coreCount() }),
    };
  }
}

const queued = (variant: number, round: number): CompareRun => ({
  ...{ variant, round, state: 'queued', error: null, said: [], path: null, session: null, wall_s: null },
});
