/**
 * The session file's outer form: a head, then blocks of whole frames, each a gzip member of its own. docs/file-format.md.
 * Written by recorder.ts, read by fileSession.ts; frames inside are those of src/shared/protocol.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { fileError, UserError } from './errors.ts';

export const MAGIC = 'GILSCOPE';
/** Grows when an older reader would misread the file; docs/file-format.md, "Versions". */
export const FORMAT = 1;
export const HEAD_BYTES = 16;
export const SUFFIX = '.gilscope';
/** Bounds of one block, packed and unpacked: a damaged or hostile length is never believed further. */
export const MAX_BLOCK = 16 << 20;
export const MAX_BLOCK_UNPACKED = 64 << 20;

const unpack = promisify(gunzip);

export function fileHead(): Uint8Array {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write(MAGIC, 0, 'latin1');
  head.writeUInt16LE(FORMAT, 8);
  return head;
}

/** The block as it goes to disk, around a gzip member. */
export function frameBlock(member: Uint8Array): Uint8Array {
  const out = Buffer.allocUnsafe(4 + member.length);
  out.writeUInt32LE(member.length, 0);
  out.set(member, 4);
  return out;
}

function checkHead(head: Buffer, path: string): void {
  if (head.length < HEAD_BYTES || head.toString('latin1', 0, 8) !== MAGIC)
    throw new UserError('not-a-session', `${path} is not a gilscope session`, `name a ${SUFFIX} file`);
  const format = head.readUInt16LE(8);
  if (format > FORMAT)
    throw new UserError(
      'newer-format',
      `${path} is written in format ${format}, newer than the ${FORMAT} this gilscope reads`,
      'open it with a newer gilscope',
    );
}

/** Whether a file begins as a recording does, and not as something else that gilscope may open. Throws UserError where it cannot be read. */
export async function beginsAsSession(path: string): Promise<boolean> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r');
    if (!(await file.stat()).isFile()) return true;
    const head = Buffer.alloc(MAGIC.length);
    const { bytesRead } = await file.read(head, 0, MAGIC.length, 0);
    return MAGIC.startsWith(head.toString('latin1', 0, bytesRead));
  } catch (error) {
    throw fileError(error, `cannot open ${path}`);
  } finally {
    await file?.close();
  }
}

/** Something in the file cannot be read: where it begins, and what is wrong there. */
export interface Damage {
  offset: number;
  what: string;
}

export type BlockRead = { frames: Buffer } | { damage: Damage } | { end: true };

/** Reads the blocks of one file, in order. Throws UserError only from `open`; damage is an answer. */
export class BlockReader {
  private constructor(
    private readonly file: FileHandle,
    readonly size: number,
    private at: number,
  ) {}

  static async open(path: string): Promise<BlockReader> {
    let file: FileHandle | null = null;
    try {
      file = await open(path, 'r');
      const stat = await file.stat();
      if (stat.isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' });
      if (!stat.isFile())
        throw new UserError('not-a-session', `${path} is not a regular file`, `name a ${SUFFIX} file`);
      const head = Buffer.alloc(HEAD_BYTES);
      const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
      checkHead(head.subarray(0, bytesRead), path);
      return new BlockReader(file, stat.size, HEAD_BYTES);
    } catch (error) {
      await file?.close();
      throw error instanceof UserError ? error : fileError(error, `cannot open ${path}`);
    }
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.at;
  }

  async next(): Promise<BlockRead> {
    const left = this.size - this.at;
    if (left === 0) return { end: true };
    const damage = (what: string): BlockRead => ({ damage: { offset: this.at, what } });
    if (left < 4) return damage('the file is cut short');
    const length = (await this.read(this.at, 4)).readUInt32LE(0);
    if (length === 0 || length > MAX_BLOCK) return damage('a block has an impossible length');
    if (length > left - 4) return damage('the file is cut short');
    const member = await this.read(this.at + 4, length);
    if (member.length < length) return damage('the file became shorter while it was read');
    try {
      const frames = await unpack(member, { maxOutputLength: MAX_BLOCK_UNPACKED });
      this.at += 4 + length;
      return { frames };
    } catch {
      return damage('a block is damaged (its checksum or packing is wrong)');
    }
  }

  private async read(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await this.file.read(buffer, 0, length, position);
    return buffer.subarray(0, bytesRead);
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
