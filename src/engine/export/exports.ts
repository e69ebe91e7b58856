/** The exports that a window has asked for, by id: they run beside everything else, and tell how far they are. Owned by contract.ts. */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { CallArgs } from '../../shared/contract/calls.ts';
import type { ExportInfo } from '../../shared/contract/exports.ts';
import { toUserError, UserError } from '../errors.ts';
import { VERSION } from '../paths.ts';
import type { Emit, Sessions } from '../sessions.ts';
import type { PagePrinter } from './browser.ts';
import { checkExport, ExportCancelled, exportFile } from './exporter.ts';
import { knownFormat } from './known.ts';

const PUSH_MS = 100;
/** Those that have ended are kept for a window that comes back. */
const KEPT = 50;

interface Running {
  info: ExportInfo;
  abort: AbortController;
  finished: Promise<void>;
}

export class Exports {
  private readonly all = new Map<string, Running>();
  private readonly due = new Set<ExportInfo>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly sessions: Sessions,
    private readonly emit: Emit,
    private readonly print?: PagePrinter,
  ) {}

  list(): ExportInfo[] {
    return [...this.all.values()].map(({ info }) => ({ ...info }));
  }

  /** Throws UserError for anything that is wrong with what is asked; what goes wrong later is told. */
  async start({ id, format, path, scope, table, overwrite }: CallArgs<'export.start'>): Promise<ExportInfo> {
    const session = this.sessions.get(id);
    const chosen = knownFormat(format);
    const target = resolve(path);
    const source = session.model.exportSource(scope, { title: session.info().title, gilscope: VERSION });
    const info: ExportInfo = {
      ...{ id: randomUUID(), session: id, format, path: target, state: 'running', done: 0, bytes: 0, error: null },
      total: source.intervalCount,
    };
    const abort = new AbortController();
    const what = { source, format: chosen, table, path: target, overwrite, recording: session.info().path };
    await checkExport(what);
    const run = exportFile({
      ...what,
      signal: abort.signal,
      print: this.print,
      onProgress: (progress) => {
        Object.assign(info, progress);
        this.changed(info);
      },
    });
    const finished = run.then(
      () => this.ended(info, 'done', null),
      (error: unknown) =>
        error instanceof ExportCancelled
          ? this.ended(info, 'cancelled', null)
          : this.ended(info, 'failed', toUserError(error)),
    );
    this.all.set(info.id, { info, abort, finished });
    return { ...info };
  }

  private ended(info: ExportInfo, state: ExportInfo['state'], error: UserError | null): void {
    info.state = state;
    info.error = error === null ? null : { message: error.message, remedy: error.remedy };
    this.changed(info);
    const over = [...this.all.values()].filter((one) => one.info.state !== 'running');
    for (const old of over.slice(0, Math.max(0, over.length - KEPT))) this.all.delete(old.info.id);
  }

  private changed(info: ExportInfo): void {
    this.due.add(info);
    this.timer ??= setTimeout(() => this.push(), PUSH_MS);
  }

  private push(): void {
    this.timer = null;
    for (const info of this.due) this.emit('export.changed', { export: { ...info } });
    this.due.clear();
  }

  /** Resolves when it has ended and nothing of it is left; one that had ended already stays as it is. */
  async cancel(id: string): Promise<ExportInfo> {
    const running = this.all.get(id);
    if (running === undefined) throw new UserError('not-found', 'this export is not there any more');
    running.abort.abort();
    await running.finished;
    return { ...running.info };
  }

  /** Ends all of them: half a file is of no use. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.all.keys()].map((id) => this.cancel(id)));
    if (this.timer !== null) clearTimeout(this.timer);
  }
}
