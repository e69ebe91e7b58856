/**
 * Writes a session to its file while it is recorded: frames are gathered, packed off the main thread and appended, at least
 * four times a second, so that a gilscope that is killed loses a quarter of a second. Never waits for the disk; when the disk
 * refuses, the file is left openable up to there, what is missing is kept packed in memory, and the user is told once.
 * A file that is to be replaced stays as it was until `begin`: until then everything waits in memory.
 * One for each live session (liveSession.ts).
 */
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { markBusy, unmarkBusy } from './busyFile.ts';
import { errorCode, fileError, UserError } from './errors.ts';
import { fileHead, frameBlock, HEAD_BYTES } from './sessionFile.ts';

const FLUSH_MS = 250;
/** The head of the session goes to disk at once: from then on the file opens, whatever happens. */
const FIRST_FLUSH_MS = 5;
const FLUSH_BYTES = 256 << 10;
/** A block never grows past this however slow packing is: far below MAX_BLOCK_UNPACKED, with the largest frame. */
const BLOCK_BYTES = 8 << 20;
const LEVEL = 2;

const pack = promisify(gzip);

export class Recorder {
  private gathered: Uint8Array[] = [];
  private gatheredBytes = 0;
  private timer: NodeJS.Timeout | null = null;
  /** Everything that touches the file, one after another. */
  private work: Promise<void> = Promise.resolve();
  private queued = 0;
  /** Packed blocks the disk did not take. */
  private unwritten: Uint8Array[] = [];
  private failure: UserError | null = null;
  private closed = false;

  private constructor(
    public path: string,
    private file: FileHandle,
    private size: number,
    /** In `path` there is still what was there before. */
    private waiting: boolean,
    private readonly onFailure: (error: UserError) => void,
  ) {}

  /** Creates the file or, with `overwrite`, opens the one that is there. Throws UserError. */
  static async create(path: string, overwrite: boolean, onFailure: (error: UserError) => void): Promise<Recorder> {
    const old = overwrite ? await openOld(path) : null;
    const file = old ?? (await createFile(path, overwrite));
    markBusy(path);
    return new Recorder(path, file, HEAD_BYTES, old !== null, onFailure);
  }

  /** The recording has begun: a file that was there before is emptied now. */
  begin(): void {
    if (!this.waiting) return;
    this.waiting = false;
    void this.enqueue(() =>
      this.guard(async () => {
        await this.file.truncate(0);
        await writeAll(this.file, fileHead(), 0);
      }),
    );
    this.flushSoon();
  }

  /** The disk refused, and when: what came later is in memory only. */
  get failed(): UserError | null {
    return this.failure;
  }

  /** Bytes in the file. */
  get bytes(): number {
    return this.size;
  }

  /** Takes whole frames as encoded by src/shared/protocol; the array belongs to the recorder from now. */
  add(frame: Uint8Array): void {
    if (this.closed) return;
    this.gathered.push(frame);
    this.gatheredBytes += frame.length;
    if (this.gatheredBytes >= FLUSH_BYTES && (this.queued === 0 || this.gatheredBytes >= BLOCK_BYTES)) this.flushSoon();
    else this.timer ??= setTimeout(() => this.flushSoon(), this.size === HEAD_BYTES ? FIRST_FLUSH_MS : FLUSH_MS);
  }

  /** Everything added so far is on disk (or known not to be) when this resolves. */
  async flush(): Promise<void> {
    this.flushSoon();
    await this.work;
  }

  private flushSoon(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.gathered.length === 0 || this.waiting) return;
    const frames = this.gathered;
    this.gathered = [];
    this.gatheredBytes = 0;
    void this.enqueue(async () => this.write(frameBlock(await pack(Buffer.concat(frames), { level: LEVEL }))));
  }

  private enqueue(step: () => Promise<void>): Promise<void> {
    this.queued++;
    const done = this.work.then(step).finally(() => this.queued--);
    this.work = done.catch(() => undefined);
    return done;
  }

  private async write(block: Uint8Array): Promise<void> {
    if (this.failure === null) {
      await this.guard(async () => {
        await writeAll(this.file, block, this.size);
        this.size += block.length;
      });
    }
    if (this.failure !== null) this.unwritten.push(block);
  }

  /** What the disk refuses is told once. */
  private async guard(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.failure = fileError(error, `cannot go on writing ${this.path}`);
      // Back to the end of the last whole block: what is there opens without a complaint about damage.
      await this.file.truncate(this.size).catch(() => undefined);
      this.onFailure(this.failure);
    }
  }

  /**
   * Goes on in `path`: what is in the file so far, and what the disk refused, is copied there; the old file is removed.
   * Throws UserError and leaves everything as it was when that cannot be done.
   */
  async moveTo(path: string, overwrite: boolean): Promise<void> {
    this.begin();
    this.flushSoon();
    await this.enqueue(async () => {
      if (await sameFile(path, this.path)) {
        throw new UserError('exists', `this session is already recorded in ${path}`, 'choose another name');
      }
      const temporary = `${path}.part`;
      await refuseExisting(path, overwrite);
      // Not into what is there: in a folder of others it may be a link, or a file that is somebody else's.
      await rm(temporary, { force: true });
      const file = await createFile(temporary, false);
      try {
        const size = await this.copyInto(file);
        await rename(temporary, path);
        if (!this.closed) await this.file.close();
        await rm(this.path, { force: true });
        unmarkBusy(this.path);
        if (this.closed) await file.close();
        else markBusy(path);
        this.path = path;
        this.file = file;
        this.size = size;
        this.failure = null;
        this.unwritten = [];
      } catch (error) {
        await file.close();
        await rm(temporary, { force: true });
        throw error instanceof UserError ? error : fileError(error, `cannot write ${path}`);
      }
    });
  }

  private async copyInto(target: FileHandle): Promise<number> {
    const chunk = Buffer.allocUnsafe(1 << 20);
    const source = this.closed ? await open(this.path, 'r') : this.file;
    try {
      for (let at = HEAD_BYTES; at < this.size;) {
        const { bytesRead } = await source.read(chunk, 0, Math.min(chunk.length, this.size - at), at);
        if (bytesRead === 0) throw new UserError('not-found', `${this.path} was changed by somebody else`);
        await writeAll(target, chunk.subarray(0, bytesRead), at);
        at += bytesRead;
      }
    } finally {
      if (this.closed) await source.close();
    }
    let size = this.size;
    for (const block of this.unwritten) {
      await writeAll(target, block, size);
      size += block.length;
    }
    return size;
  }

  /** Writes what is left and closes the file. Nothing is taken after this. */
  async close(): Promise<void> {
    if (this.closed) return this.work;
    this.flushSoon();
    this.closed = true;
    await this.enqueue(() => this.file.close()).finally(() => unmarkBusy(this.path));
  }

  /** Closes and removes the file: nothing was recorded. One that was there before stays. */
  async discard(): Promise<void> {
    await this.close().catch(() => undefined);
    if (this.waiting) return;
    await rm(this.path, { force: true }).catch(() => undefined);
  }
}

async function sameFile(a: string, b: string): Promise<boolean> {
  const [x, y] = await Promise.all([stat(a).catch(() => null), stat(b).catch(() => null)]);
  return x !== null && y !== null && x.dev === y.dev && x.ino === y.ino;
}

/** Throws when something is at `path` that must not be replaced. */
export async function refuseExisting(path: string, overwrite: boolean): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() === true) throw new UserError('bad-argument', `${path} is a folder`, 'name a file');
  if (found !== null && !overwrite) throw new UserError('exists', `${path} exists already`, 'choose another name');
}

/** A file that is to be replaced, opened and left as it is; null for what is none, or not there. */
async function openOld(path: string): Promise<FileHandle | null> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r+');
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return null;
  } catch (error) {
    await file?.close();
    if (errorCode(error) === 'ENOENT') return null;
    throw fileError(error, `cannot write ${path}`);
  }
}

async function createFile(path: string, overwrite: boolean): Promise<FileHandle> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, overwrite ? 'w+' : 'wx+', 0o600);
    await writeAll(file, fileHead(), 0);
    return file;
  } catch (error) {
    await file?.close();
    if (errorCode(error) === 'EEXIST') throw new UserError('exists', `${path} exists already`, 'choose another name');
    throw fileError(error, `cannot write ${path}`);
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' });
    at += bytesWritten;
  }
}
