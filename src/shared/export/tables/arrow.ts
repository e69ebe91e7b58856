/**
 * A table as an Arrow file (Feather version 2), in batches of rows; texts are dictionaries. They must be known before the first batch, for a file
 * may not replace a dictionary: so rows are read twice.
 */
import {
  AsyncByteQueue,
  Bool,
  DataType,
  Dictionary,
  Field,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
  type Data,
  type Vector,
} from 'apache-arrow';
import type { ExportSource, Piece } from '../types.ts';
import type { Cell, Column, Table } from './table.ts';

const BATCH_ROWS = 1 << 15;

/** Collects what the writer writes. */
class Sink extends AsyncByteQueue {
  private parts: Uint8Array[] = [];

  override write(part: Uint8Array | ArrayBufferLike | ArrayBufferView): void {
    const bytes =
      part instanceof Uint8Array
        ? part
        : ArrayBuffer.isView(part)
          ? new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
          : new Uint8Array(part);
    if (bytes.length > 0) this.parts.push(bytes);
  }

  take(): Uint8Array {
    const all = new Uint8Array(this.parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of this.parts) {
      all.set(part, at);
      at += part.length;
    }
    this.parts = [];
    return all;
  }
}

/** The texts of a column, and where each stands. */
interface Words {
  index: Map<string, number>;
  type: Dictionary<Utf8, Int32>;
  vector: Vector<Utf8>;
}

function* wordsOf(source: ExportSource, { columns, rows }: Table): Generator<Piece, (Words | null)[]> {
  const found = columns.map(({ type }) => (type === 'text' ? new Map<string, number>() : null));
  const texts = [...found.keys()].filter((i) => found[i] !== null);
  let read = 0;
  for (const { cells } of rows(source)) {
    // Nothing to write yet: only a moment for others.
    if (++read % BATCH_ROWS === 0) yield { bytes: new Uint8Array(0), done: 0 };
    for (const i of texts) {
      const cell = cells[i];
      const index = found[i]!;
      if (typeof cell === 'string' && !index.has(cell)) index.set(cell, index.size);
    }
  }
  return found.map((index, i) => {
    if (index === null) return null;
    const vector = vectorFromArray([...index.keys()], new Utf8());
    return { index, vector, type: new Dictionary(new Utf8(), new Int32(), i) };
  });
}

function typeOf({ type }: Column, words: Words | null): DataType {
  if (words !== null) return words.type;
  return type === 'flag' ? new Bool() : type === 'integer' ? new Int64() : new Float64();
}

/** One column of a batch while it is filled. */
class Filler {
  private nulls = 0;
  private readonly valid = new Uint8Array(BATCH_ROWS / 8);
  private readonly bits: Uint8Array | null = null;
  private readonly doubles: Float64Array | null = null;
  private readonly indices: Int32Array | null = null;
  private readonly longs: BigInt64Array | null = null;

  constructor(
    private readonly column: Column,
    private readonly words: Words | null,
  ) {
    if (words !== null) this.indices = new Int32Array(BATCH_ROWS);
    else if (column.type === 'flag') this.bits = new Uint8Array(BATCH_ROWS / 8);
    else if (column.type === 'integer') this.longs = new BigInt64Array(BATCH_ROWS);
    else this.doubles = new Float64Array(BATCH_ROWS);
  }

  set(row: number, cell: Cell): void {
    if (cell === null) {
      this.nulls++;
      return;
    }
    const bit = 1 << (row & 7);
    this.valid[row >> 3] |= bit;
    if (typeof cell === 'string') this.indices![row] = this.words!.index.get(cell)!;
    else if (typeof cell === 'boolean') this.bits![row >> 3] |= cell ? bit : 0;
    else if (this.longs !== null) this.longs[row] = BigInt(cell);
    else this.doubles![row] = this.column.type === 'seconds' ? cell / 1e9 : cell;
  }

  data(length: number): Data {
    const bytes = (length + 7) >> 3;
    const nulls = { length, nullCount: this.nulls, nullBitmap: this.valid.subarray(0, bytes) };
    if (this.words !== null)
      return makeData({
        ...{ type: this.words.type, dictionary: this.words.vector, data: this.indices!.subarray(0, length) },
        ...nulls,
      });
    if (this.bits !== null) return makeData({ type: new Bool(), data: this.bits.subarray(0, bytes), ...nulls });
    if (this.longs !== null) return makeData({ type: new Int64(), data: this.longs.subarray(0, length), ...nulls });
    return makeData({ type: new Float64(), data: this.doubles!.subarray(0, length), ...nulls });
  }
}

export function* writeArrow(source: ExportSource, table: Table): Generator<Piece> {
  const words = yield* wordsOf(source, table);
  const { columns } = table;
  const types = columns.map((column, i) => typeOf(column, words[i]));
  const fields = columns.map(
    ({ name, about }, i) => new Field(name, types[i], true, new Map([['description', about]])),
  );
  const schema = new Schema(fields, new Map([['description', table.about]]));
  const sink = new Sink();
  const writer = new RecordBatchFileWriter();
  writer.reset(sink, schema);
  const fresh = (): Filler[] => columns.map((column, i) => new Filler(column, words[i]));
  let [batch, length, told] = [fresh(), 0, 0];
  const flush = (): Piece => {
    const children = batch.map((filler) => filler.data(length));
    writer.write(new RecordBatch(schema, makeData({ type: new Struct(fields), length, nullCount: 0, children })));
    [batch, length] = [fresh(), 0];
    return { bytes: sink.take(), done: told };
  };
  for (const { cells, done } of table.rows(source)) {
    for (let i = 0; i < columns.length; i++) batch[i].set(length, cells[i]);
    told = done;
    if (++length === BATCH_ROWS) yield flush();
  }
  if (length > 0) yield flush();
  writer.finish();
  yield { bytes: sink.take(), done: told };
}
