/**
 * Sums over calls by function, of one thread: one block for each TALLY frame, and sums over every FANOUT of them, and over every FANOUT of
 * those, so that any range of time is a few blocks. Filled by ingest.ts, read by functions.ts.
 * When there are too many rows (TallyRoom), the finest blocks of the past are given up, not their sums: there, the time resolution is coarser.
 */
import type { Ns } from '../contract/types.ts';
import { TALLY_WIDTH } from '../protocol/functionTrace.ts';

const FANOUT = 8;

/** Rows: a function and its TALLY_WIDTH figures. */
interface Block {
  from: Ns;
  until: Ns;
  functions: Uint32Array;
  sums: Float64Array;
}

/** What a block takes beside its rows (an object and two arrays, about 500 bytes in V8), in rows. */
const BLOCK_ROWS = 8;

/** In rows: many blocks of few rows are bounded as well as a few of many. */
const sizeOf = (block: Block): number => BLOCK_ROWS + block.functions.length;

/** Adds `share` of a row: `sums` from `at` on. */
export type TakeRow = (fn: number, sums: Float64Array, at: number, share: number) => void;

function merged(blocks: readonly Block[]): Block {
  const index = new Map<number, number>();
  for (const { functions } of blocks) for (const fn of functions) if (!index.has(fn)) index.set(fn, index.size);
  const sums = new Float64Array(index.size * TALLY_WIDTH);
  for (const block of blocks)
    block.functions.forEach((fn, row) => {
      const to = index.get(fn)! * TALLY_WIDTH;
      for (let w = 0; w < TALLY_WIDTH; w++) sums[to + w] += block.sums[row * TALLY_WIDTH + w];
    });
  return {
    from: blocks[0].from,
    until: blocks[blocks.length - 1].until,
    functions: Uint32Array.from(index.keys()),
    sums,
  };
}

export class TallyColumn {
  /** levels[k][i] is the sum of FANOUT blocks of level k - 1, from i * FANOUT on; null: given up, it is in the one above. */
  private readonly levels: (Block | null)[][] = [[]];
  private until: Ns = -Infinity;

  constructor(private readonly room: TallyRoom) {}

  /** Not before the end of the one before. Both arrays are kept. */
  push(from: Ns, until: Ns, functions: Uint32Array, sums: Float64Array): void {
    const start = Math.max(from, this.until);
    this.until = Math.max(until, start);
    // Nothing to sum: only the time moves on.
    if (functions.length === 0) return;
    let block = this.room.admit({ from: start, until: this.until, functions, sums });
    this.levels[0].push(block);
    for (let k = 0; this.levels[k].length % FANOUT === 0; k++) {
      // The last of each level are never given up: those above do not have them yet.
      block = merged(this.levels[k].slice(-FANOUT) as Block[]);
      this.room.added(sizeOf(block));
      (this.levels[k + 1] ??= []).push(block);
    }
    this.room.makeRoom();
  }

  /** Adds all that lies in the range. True when blocks at its ends had to be cut in two: then in proportion. */
  add(start: Ns, end: Ns, take: TakeRow): boolean {
    let cut = false;
    for (let k = this.levels.length - 1; k >= 0; k--) {
      const covered = (this.levels[k + 1]?.length ?? 0) * FANOUT;
      for (let i = covered; i < this.levels[k].length; i++) cut = this.addBlock(k, i, start, end, take) || cut;
    }
    return cut;
  }

  private addBlock(k: number, i: number, start: Ns, end: Ns, take: TakeRow): boolean {
    const block = this.levels[k][i]!;
    const { from, until, functions, sums } = block;
    const within = from >= start && until <= end;
    const overlap = Math.min(until, end) - Math.max(from, start);
    if (!within && overlap <= 0) return false;
    if (!within && k > 0 && this.levels[k - 1][i * FANOUT] !== null) {
      let cut = false;
      for (let j = i * FANOUT; j < (i + 1) * FANOUT; j++) cut = this.addBlock(k - 1, j, start, end, take) || cut;
      return cut;
    }
    const share = within ? 1 : overlap / (until - from);
    functions.forEach((fn, row) => take(fn, sums, row * TALLY_WIDTH, share));
    return !within && functions.length > 0;
  }

  /** Gives up the blocks of a level whose sums are in the one above; returns what that frees of the room. */
  giveUp(k: number): number {
    const level = this.levels[k] ?? [];
    const covered = (this.levels[k + 1]?.length ?? 0) * FANOUT;
    let rows = 0;
    for (let i = covered - 1; i >= 0 && level[i] !== null; i--) {
      rows += sizeOf(level[i]!);
      level[i] = null;
    }
    return rows;
  }
}

/** How much a session may keep in memory, in rows of 60 bytes: 120 MB. */
const MOST_ROWS = 2_000_000;
const LEVELS = 12;

/** What the columns of a session share. */
export class TallyRoom {
  /** What is kept, in rows: see sizeOf. */
  rows = 0;
  private readonly columns: TallyColumn[] = [];

  constructor(private readonly most = MOST_ROWS) {}

  column(): TallyColumn {
    const column = new TallyColumn(this);
    this.columns.push(column);
    return column;
  }

  /** Where even coarse sums have no room, what comes is summed as one function that is not known: no time is lost. */
  admit(block: Block): Block {
    this.added(sizeOf(block));
    if (this.rows <= 2 * this.most) return block;
    const whole = merged([{ ...block, functions: new Uint32Array(block.functions.length) }]);
    this.added(sizeOf(whole) - sizeOf(block));
    return whole;
  }

  added(rows: number): void {
    this.rows += rows;
  }

  /** From the finest level on, until half of the room is free; what cannot be given up may fill it twice. */
  makeRoom(): void {
    if (this.rows <= this.most || this.rows < this.next) return;
    for (let k = 0; k < LEVELS && this.rows > this.most / 2; k++)
      for (const column of this.columns) this.rows -= column.giveUp(k);
    this.next = this.rows * 1.1;
  }
  private next = 0;
}
