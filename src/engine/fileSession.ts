/**
 * A session opened from a file: its frames replayed through the same model as a live one, block by block, so that the window
 * stays answered and shows progress. What cannot be read ends the replay and is told. Made by sessions.ts and cli/stats.ts.
 */
import { constants, copyFile, rename, rm } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { SessionInfo } from '../shared/contract/types.ts';
import { parseControl, type SessionHead } from '../shared/protocol/control.ts';
import { FrameKind, FrameReader, ProtocolError, type Frame } from '../shared/protocol/frames.ts';
import { fileError, toUserError, UserError } from './errors.ts';
import { refuseExisting } from './recorder.ts';
import { Session, type SessionWatcher } from './session.ts';
import { beginsAsSession, BlockReader, type Damage } from './sessionFile.ts';
import { partText } from './trace/part.ts';
import { TraceFile } from './trace/traceFile.ts';
import { sessionTitle } from '../shared/title.ts';

export class FileSession extends Session {
  /** Resolves when everything readable is in the model. */
  readonly loaded: Promise<void>;
  private damage: string | null = null;
  private progress: number | null = 0;
  private ended = false;
  private cancelled = false;
  private readonly frames = new FrameReader();

  private constructor(
    private path: string,
    private readonly reader: BlockReader | TraceFile,
    private readonly head: Pick<SessionHead, 'command' | 'kind' | 'created' | 'cwd' | 'host' | 'cores'>,
    first: Frame[],
    watcher: SessionWatcher | null,
  ) {
    super(watcher);
    this.loaded = this.load(first);
  }

  /** Throws UserError for what is no session at all, or a newer one; damage after the first block is a property. */
  static async open(path: string, watcher: SessionWatcher | null): Promise<FileSession> {
    const full = resolve(path);
    if (!(await beginsAsSession(full))) {
      const file = await TraceFile.open(full);
      const { command, created, host, cores, session } = file.head;
      return new FileSession(full, file, { command, created, host, cores, ...session }, [], watcher);
    }
    const reader = await BlockReader.open(full);
    try {
      const { head, frames } = await readHead(full, reader);
      return new FileSession(full, reader, head, frames, watcher);
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  private async load(first: Frame[]): Promise<void> {
    try {
      if (this.reader instanceof TraceFile) await this.restore(this.reader);
      else await this.replay(this.reader, first);
    } finally {
      await this.reader.close();
      this.terminal.flush();
      this.progress = null;
      this.touch();
    }
  }

  /** What gilscope has exported. */
  private async restore(file: TraceFile): Promise<void> {
    const { head } = file;
    if (head.session.damage !== null) this.setDamage(head.session.damage);
    if (head.partial) {
      this.model.part = partText(head);
      this.addLog('info', 'gilscope', this.model.part, null);
    }
    while (!this.cancelled) {
      const done = await file.step(this.model);
      this.progress = file.offset / file.size;
      this.touch();
      if (done?.damage) this.damaged(done.damage, 'what is missing is shown as not known');
      if (done !== null) return;
      await setImmediate();
    }
  }

  private async replay(reader: BlockReader, first: Frame[]): Promise<void> {
    if (!this.take(first)) return;
    while (!this.cancelled) {
      const { offset } = reader;
      const block = await reader.next();
      if ('end' in block) break;
      if ('damage' in block) {
        this.damaged(block.damage);
        return;
      }
      const frames = this.unframe(block.frames, offset);
      if (frames === null || !this.take(frames, offset)) return;
      this.progress = reader.offset / reader.size;
      this.touch();
      await setImmediate();
    }
    if (!this.ended && !this.cancelled)
      this.setDamage(
        `the recording has no end mark (gilscope was ended in mid-run): everything up to ${this.seconds()} is here`,
      );
  }

  private unframe(bytes: Uint8Array, offset: number): Frame[] | null {
    try {
      const frames = this.frames.push(bytes);
      if (this.frames.pendingBytes === 0) return frames;
      this.damaged({ offset, what: 'a block ends within a message' });
    } catch (error) {
      this.refused(error, offset);
    }
    return null;
  }

  /** False when a frame cannot be taken: the rest is then left unread. */
  private take(frames: Frame[], offset = 0): boolean {
    for (const frame of frames) {
      try {
        this.model.apply(frame);
        this.heed(frame);
      } catch (error) {
        this.refused(error, offset);
        return false;
      }
    }
    return true;
  }

  private heed(frame: Frame): void {
    if (frame.kind === FrameKind.terminal) this.terminal.put(frame.payload);
    if (frame.kind === FrameKind.end) this.ended = true;
    if (frame.kind !== FrameKind.log) return;
    const control = parseControl(frame);
    if (control?.kind !== FrameKind.log) return;
    const source = `process ${this.model.processes[frame.stream]?.pid ?? '?'}`;
    this.addLog(control.value.level, source, control.value.text, this.model.endNs);
  }

  private refused(error: unknown, offset: number): void {
    const what = error instanceof ProtocolError ? error.message : toUserError(error).message;
    this.damaged({ offset, what });
  }

  private seconds(): string {
    return `${(this.model.endNs / 1e9).toFixed(3)} s`;
  }

  private damaged({ offset, what }: Damage, rest = `everything up to ${this.seconds()} is here`): void {
    const { size } = this.reader;
    const lost =
      offset < size ? `: the last ${size - offset} of ${size} bytes, from byte ${offset} on, cannot be read` : '';
    this.setDamage(`${what}${lost}; ${rest}`);
  }

  private setDamage(text: string): void {
    this.damage = text;
    this.model.damage = text;
    this.addLog('warn', 'gilscope', text, null);
  }

  async saveAs(path: string, overwrite: boolean): Promise<void> {
    const target = resolve(path);
    if (target === this.path) throw new UserError('exists', `this session is already ${target}`, 'choose another name');
    await refuseExisting(target, overwrite);
    const temporary = `${target}.part`;
    try {
      // Not into what is there: in a folder of others it may be a link, or a file that is somebody else's.
      await rm(temporary, { force: true });
      await copyFile(this.path, temporary, constants.COPYFILE_EXCL);
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw fileError(error, `cannot write ${target}`);
    }
    this.path = target;
    this.touch();
  }

  async close(): Promise<void> {
    this.cancelled = true;
    this.quiet();
    await this.loaded.catch(() => undefined);
  }

  get file(): string {
    return this.path;
  }

  info(): SessionInfo {
    const { head, model } = this;
    return {
      id: this.id,
      title: head.command.length > 0 ? sessionTitle(head.command) : basename(this.path),
      kind: head.kind,
      state: 'file',
      error: null,
      alive: false,
      path: this.path,
      saved: true,
      damage: this.damage,
      ...(this.model.part !== null && { part: this.model.part }),
      created: head.created,
      command: head.command,
      cwd: head.cwd ?? null,
      host: head.host,
      cores: head.cores,
      endNs: model.endNs,
      revision: model.revision,
      eventsPerS: 0,
      processes: [...model.processes],
      threads: [...model.threads],
      gils: [...model.gils],
      terminal: this.terminal.empty ? 'none' : 'pty',
      attached: null,
      progress: this.progress,
    };
  }
}

/** Throws UserError for what cannot be opened at all, as far as its beginning tells. */
export async function checkOpens(path: string): Promise<void> {
  const file = (await beginsAsSession(path)) ? await BlockReader.open(path) : await TraceFile.open(path);
  await file.close();
}

/** The first block and the SESSION frame it begins with: without these there is nothing to open. */
export async function readHead(path: string, reader: BlockReader): Promise<{ head: SessionHead; frames: Frame[] }> {
  const nothing = (why: string) =>
    new UserError('not-a-session', `${path} holds no readable session: ${why}`, 'it cannot be recovered; record again');
  const block = await reader.next();
  if ('end' in block) throw nothing('it was cut off before anything was recorded');
  if ('damage' in block) throw nothing(`${block.damage.what}, at byte ${block.damage.offset}`);
  try {
    const unframed = new FrameReader();
    const frames = unframed.push(block.frames);
    const first = frames[0];
    const control = first === undefined ? null : parseControl(first);
    if (control?.kind === FrameKind.session && unframed.pendingBytes === 0) return { head: control.value, frames };
  } catch (error) {
    throw nothing(error instanceof Error ? error.message : String(error));
  }
  throw nothing('its first message is not the head of a session');
}
