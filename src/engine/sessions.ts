/**
 * The open sessions of one engine, by id: launches, attaches and opens them, turns what happens in them into pushes, keeps the recents
 * up to date and the library within bounds. Owned by contract.ts.
 */
import type { Push, PushName } from '../shared/contract/calls.ts';
import type { LaunchSpec, SessionInfo } from '../shared/contract/types.ts';
import { attachTarget } from './attachTarget.ts';
import { toUserError, UserError } from './errors.ts';
import { FileSession } from './fileSession.ts';
import type { InterpreterProbe } from './interpreterProbe.ts';
import { launchTarget, type Stdio } from './launch.ts';
import { checkSpec } from './launchCheck.ts';
import { KEEP_BYTES, KEEP_FILES, type Library } from './library.ts';
import { LiveSession } from './liveSession.ts';
import { describeRecent } from './recentEntry.ts';
import type { Recents } from './recents.ts';
import { Recorder } from './recorder.ts';
import type { Session, SessionWatcher } from './session.ts';
import type { Target, Tracing } from './target.ts';
import { sessionTitle } from '../shared/title.ts';

export type Emit = <N extends PushName>(name: N, push: Push[N]) => void;

/** How a launch differs from one of the user's own: a run of a comparison. */
export interface RunLaunch {
  stdio: Stdio;
  /** Where it is recorded. It is left out of the recents. */
  path: string;
}

export class Sessions {
  private readonly open = new Map<string, Session>();
  /** Processes on the way into which somebody is. */
  private readonly entering = new Set<number>();
  private readonly watcher: SessionWatcher;

  constructor(
    private readonly probe: InterpreterProbe,
    private readonly library: Library,
    private readonly recents: Recents,
    private readonly emit: Emit,
  ) {
    this.watcher = {
      changed: (session) => emit('session.changed', { session: session.info() }),
      terminal: (session, bytes) => emit('terminal.data', { id: session.id, bytes }),
      log: (session, line) => emit('session.log', { id: session.id, line }),
    };
  }

  list(): SessionInfo[] {
    return [...this.open.values()].map((session) => session.info());
  }

  has(id: string): boolean {
    return this.open.has(id);
  }

  get(id: string): Session {
    const session = this.open.get(id);
    if (session === undefined) throw new UserError('not-found', 'this session is not open any more', 'open it again');
    return session;
  }

  live(id: string): LiveSession {
    const session = this.get(id);
    if (session instanceof LiveSession) return session;
    throw new UserError('not-alive', 'this session comes from a file: there is no program to talk to');
  }

  async launch(asked: LaunchSpec): Promise<Session> {
    const { python } = await checkSpec(asked, this.probe);
    const session = await this.start(launchTarget({ ...asked, python }, 'terminal'));
    this.prune(session);
    return session;
  }

  /** A program that has been checked. It is recorded until it ends, not until the last of its children does. */
  run(spec: LaunchSpec, { stdio, path }: RunLaunch): Promise<LiveSession> {
    return this.start(launchTarget(spec, stdio), path);
  }

  async attach(pid: number, engine: LaunchSpec['engine'], tracing: Tracing = {}): Promise<Session> {
    const other = this.recording(pid);
    if (other !== undefined || this.entering.has(pid)) {
      const where = other === undefined ? '' : ` in the session "${other.info().title}"`;
      throw new UserError('refused', `gilscope records process ${pid} already${where}`, 'stop that recording first');
    }
    this.entering.add(pid);
    try {
      const session = await this.start(await attachTarget(pid, engine, tracing));
      this.prune(session);
      return session;
    } finally {
      this.entering.delete(pid);
    }
  }

  /** The open session that records this process now. */
  recording(pid: number): LiveSession | undefined {
    for (const one of this.open.values()) if (one instanceof LiveSession && one.records(pid)) return one;
    return undefined;
  }

  /** `runPath`: a run's own place. */
  private async start(target: Target, runPath?: string): Promise<LiveSession> {
    // The recorder may complain before the session it belongs to is there.
    const holder: { session: LiveSession | null } = { session: null };
    const path = runPath ?? this.library.newPath(sessionTitle(target.command));
    const { problem } = this.library.place();
    const recorder = await Recorder.create(path, false, (error) => holder.session?.recordingFailed(error));
    const endsWithProgram = runPath !== undefined;
    const session = await LiveSession.start({ target, recorder, watcher: this.watcher, endsWithProgram });
    holder.session = session;
    if (recorder.failed !== null) session.recordingFailed(recorder.failed);
    if (runPath === undefined && problem !== null) session.note('warn', problem);
    this.add(session);
    if (runPath === undefined) void session.finished.then(() => this.remember(session, target.spec));
    return session;
  }

  /** A file that is open already is not opened twice. */
  async openFile(path: string): Promise<FileSession> {
    const session = await FileSession.open(path, this.watcher);
    this.recents.recall(session.info().path ?? path);
    for (const other of this.open.values()) {
      if (!(other instanceof FileSession) || other.info().path !== session.info().path) continue;
      await session.close();
      return other;
    }
    this.add(session);
    void session.loaded.then(() => this.remember(session, null));
    return session;
  }

  private add(session: Session): void {
    this.open.set(session.id, session);
    this.emit('session.changed', { session: session.info() });
  }

  private remember(session: Session, spec: LaunchSpec | null): void {
    const info = session.info();
    if (info.path === null || info.state === 'failed') return;
    try {
      this.recents.note(describeRecent(info, session.model.summary(), spec ?? this.recents.specOf(info.path)));
    } catch (error) {
      // A defect; it must not take the other sessions down with it.
      session.addLog('error', 'gilscope', toUserError(error).message, null);
    }
  }

  private prune(session: LiveSession): void {
    const inUse = new Set([...this.open.values()].map((one) => one.info().path ?? '').concat(this.recents.kept()));
    const removed = this.library.prune(inUse);
    if (removed.length === 0) return;
    for (const path of removed) this.recents.drop(path);
    const bounds = `${KEEP_FILES} recordings or ${KEEP_BYTES / 2 ** 30} GiB`;
    session.note(
      'info',
      `${removed.length} old recording(s) beyond ${bounds} were removed from ${this.library.folder}`,
    );
  }

  async saveAs(id: string, path: string, overwrite: boolean): Promise<SessionInfo> {
    const session = this.get(id);
    const before = session.info().path;
    await session.saveAs(path, overwrite);
    const spec =
      session instanceof LiveSession ? session.target.spec : before === null ? null : this.recents.specOf(before);
    const after = session.info().path ?? path;
    this.recents.recall(after);
    this.remember(session, spec);
    if (before !== null) this.recents.carry(before, after);
    if (session instanceof LiveSession && before !== null) this.recents.drop(before);
    return session.info();
  }

  async close(id: string): Promise<void> {
    const session = this.get(id);
    await session.close();
    this.open.delete(id);
    this.emit('session.changed', { session: session.info(), gone: true });
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.open.keys()].map((id) => this.close(id)));
  }
}
