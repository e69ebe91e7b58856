/**
 * A `chrome` or `perfetto` trace that gilscope wrote, read into a model piece by piece: known by how it begins, not by its name. Whatever else it is,
 * is refused in words; what is damaged ends the reading and is told, as of a session file. Used by fileSession.ts.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';
import type { TraceHead } from '../../shared/export/trace/head.ts';
import { ChromeReader, isChromeTrace } from '../../shared/import/chrome.ts';
import { TraceError } from '../../shared/import/errors.ts';
import { PerfettoReader } from '../../shared/import/perfetto.ts';
import { SessionModel } from '../../shared/model/session.ts';
import { ProtocolError } from '../../shared/protocol/frames.ts';
import { fileError, UserError } from '../errors.ts';
import type { Damage } from '../sessionFile.ts';
import { Lines, Packets, type Cut } from './cut.ts';

const CHUNK = 1 << 20;
/** Of what is packed in one packet: gilscope packs some hundred kilobytes. */
const MAX_UNPACKED = 64 << 20;
const BEGIN = 256;

interface Reading {
  cut: Cut;
  take: (piece: Uint8Array) => void;
  head: () => TraceHead | null;
  whole: () => boolean;
  finish: () => void;
}

const DECODER = new TextDecoder();

function readingOf(kind: 'chrome' | 'perfetto', model: SessionModel): Reading {
  let made: Reading | null = null;
  model.restore((store) => {
    if (kind === 'chrome') {
      const reader = new ChromeReader(store);
      made = {
        cut: new Lines(),
        take: (line) => reader.line(DECODER.decode(line)),
        head: () => reader.restorer?.head ?? null,
        whole: () => reader.restorer?.whole ?? false,
        finish: () => reader.restorer?.finish(),
      };
    } else {
      const reader = new PerfettoReader(store, (bytes) => inflateSync(bytes, { maxOutputLength: MAX_UNPACKED }));
      made = {
        cut: new Packets(),
        take: (packet) => reader.packet(packet),
        head: () => reader.restorer?.head ?? null,
        whole: () => reader.restorer?.whole ?? false,
        finish: () => reader.finish(),
      };
    }
  });
  return made!;
}

/** What a trace that cannot be says of itself; anything else is a defect. */
function wordsOf(error: unknown): string {
  if (error instanceof TraceError || error instanceof ProtocolError) return error.message;
  throw error;
}

/** Another program's, as far as its first bytes tell. */
function refused(path: string, begin: Uint8Array): UserError {
  const text = DECODER.decode(begin);
  const isJson = /^\s*[[{]/.test(text);
  if (!isJson && begin[0] !== 0x0a)
    return new UserError(
      'not-a-session',
      `${path} is not a gilscope session`,
      'name a .gilscope file, or a chrome or perfetto trace that gilscope wrote',
    );
  return new UserError(
    'not-a-session',
    `${path} is ${isJson ? 'JSON' : 'a trace'} that gilscope did not write, or that was changed since`,
    'gilscope opens its own recordings, and its own chrome and perfetto exports as it wrote them; ui.perfetto.dev opens other traces',
  );
}

export class TraceFile {
  /** Bytes taken so far. */
  offset = 0;
  private reading: Reading | null = null;

  private constructor(
    private readonly file: FileHandle,
    readonly size: number,
    private readonly kind: 'chrome' | 'perfetto',
    readonly head: TraceHead,
  ) {}

  /** Throws UserError for what is no trace of gilscope's. */
  static async open(path: string): Promise<TraceFile> {
    let file: FileHandle | null = null;
    try {
      file = await open(path, 'r');
      const { size } = await file.stat();
      const begin = await chunkAt(file, 0, BEGIN);
      const kind = isChromeTrace(DECODER.decode(begin)) ? 'chrome' : begin[0] === 0x0a ? 'perfetto' : null;
      if (kind === null) throw refused(path, begin);
      return new TraceFile(file, size, kind, await headIn(path, file, kind, begin));
    } catch (error) {
      await file?.close();
      throw error instanceof UserError ? error : fileError(error, `cannot open ${path}`);
    }
  }

  /** The next piece, into the model. Null: there is more. Else it is over: with damage, or whole. */
  async step(model: SessionModel): Promise<{ damage: Damage | null } | null> {
    this.reading ??= readingOf(this.kind, model);
    const { reading, offset } = this;
    const bytes = await chunkAt(this.file, offset, CHUNK);
    const last = bytes.length === 0;
    let damage: Damage | null = null;
    model.restore(() => {
      damage = this.tried(() => {
        for (const piece of reading.cut.push(bytes)) reading.take(piece);
      });
      this.offset = offset + bytes.length;
      if (last && damage === null && !reading.whole()) damage = { offset: this.size, what: 'the trace is cut short' };
      if (last || damage !== null) damage = this.tried(() => reading.finish()) ?? damage;
    });
    return last || damage !== null ? { damage } : null;
  }

  private tried(step: () => void): Damage | null {
    try {
      step();
      return null;
    } catch (error) {
      return { offset: this.offset, what: wordsOf(error) };
    }
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

async function chunkAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** The head is in the first piece: read once to know what the file is, and again with all the rest. */
async function headIn(
  path: string,
  file: FileHandle,
  kind: 'chrome' | 'perfetto',
  begin: Uint8Array,
): Promise<TraceHead> {
  const reading = readingOf(kind, new SessionModel());
  let why = 'it is cut off before its head';
  try {
    for (let at = 0; ;) {
      const bytes = await chunkAt(file, at, CHUNK);
      if (bytes.length === 0) break;
      at += bytes.length;
      for (const piece of reading.cut.push(bytes)) {
        reading.take(piece);
        const head = reading.head();
        if (head !== null) return head;
      }
    }
  } catch (error) {
    why = wordsOf(error);
    const head = reading.head();
    if (head !== null) return head;
    if (kind === 'perfetto') throw refused(path, begin);
  }
  throw new UserError(
    'not-a-session',
    `${path} is a trace that gilscope cannot open: ${why}`,
    'export the recording again',
  );
}
