/** The tracks of a trace: what stands where in Perfetto's window, and under which number its events are found. Used by perfetto.ts. */
import type { GilIdx, ThreadIdx, ProcIdx } from '../../contract/basics.ts';
import type { Counter, CounterOf } from '../trace/counters.ts';
import { nameOfGil, nameOfThread, waitersName } from '../trace/names.ts';
import type { ExportSource } from '../types.ts';
import type { Fields, Output } from './output.ts';
import { CHILDREN_BY_RANK, UNIT_SIZE_BYTES } from './schema.ts';

/** What a track is of, for programs: names are for people. */
export type TrackOf =
  | CounterOf
  | { of: 'thread'; thread: ThreadIdx }
  | { of: 'functions'; thread: ThreadIdx }
  | { of: 'marks'; thread: ThreadIdx }
  | { of: 'gil'; gil: GilIdx }
  | { of: 'waiters'; gil: GilIdx };

const UNITS = {
  percent: { unitName: '%' },
  bytes: { unit: UNIT_SIZE_BYTES },
  '1/s': { unitName: '1/s' },
  references: { unitName: 'references' },
} as const;

/** Numbers of tracks tell what they are of: eight times an index, and this. src/shared/import reads them. */
export const TRACK = {
  thread: 1,
  functions: 2,
  marks: 3,
  gil: 4,
  waiters: 5,
  process: 6,
  counter: 7,
  session: 8,
} as const;
export const TRACK_STEP = 8;

export class Tracks {
  /** By number. */
  readonly list: { track: number; is: TrackOf }[] = [];
  private readonly processes = new Map<ProcIdx, number>();
  private readonly threads = new Map<ThreadIdx, number>();
  /** Kernel numbers are used again by later threads and processes; a reader would take those for one. */
  private readonly tids = new Set<string>();
  private readonly pids = new Set<number>();
  private counters = 0;

  constructor(
    private readonly source: ExportSource,
    private readonly out: Output,
  ) {}

  private add(kind: keyof typeof TRACK, idx: number, is: TrackOf | null, fields: Fields): number {
    const track = TRACK_STEP * idx + TRACK[kind];
    if (is !== null) this.list.push({ track, is });
    this.out.packet({ trackDescriptor: { uuid: BigInt(track), ...fields } });
    return track;
  }

  /** Of the recording as a whole. */
  session(): number {
    return this.add('session', 0, null, { name: 'gilscope', siblingOrderRank: -1 });
  }

  process(idx: ProcIdx): number {
    const known = this.processes.get(idx);
    if (known !== undefined) return known;
    const { pid, argv, name } = this.source.process(idx);
    const first = !this.pids.has(pid);
    this.pids.add(pid);
    const described = { process: { pid, cmdline: argv, processName: name }, childOrdering: CHILDREN_BY_RANK };
    const track = this.add(
      'process',
      idx,
      null,
      first ? described : { name: `${name} (${pid})`, childOrdering: CHILDREN_BY_RANK },
    );
    this.processes.set(idx, track);
    return track;
  }

  thread(idx: ThreadIdx): number {
    const known = this.threads.get(idx);
    if (known !== undefined) return known;
    const info = this.source.thread(idx);
    const parent = this.process(info.process);
    const { pid } = this.source.process(info.process);
    const name = nameOfThread(info);
    const first = !this.tids.has(`${pid}/${info.tid}`);
    this.tids.add(`${pid}/${info.tid}`);
    const thread = { pid, tid: BigInt(info.tid), threadName: name, legacySortIndex: idx };
    const of = { of: 'thread', thread: idx } as const;
    const track = this.add(
      ...(['thread', idx, of] as const),
      first
        ? { parentUuid: BigInt(parent), thread }
        : { parentUuid: BigInt(parent), name, siblingOrderRank: RANK.thread + idx },
    );
    this.threads.set(idx, track);
    return track;
  }

  /** Beneath that of the thread. */
  ofThread(idx: ThreadIdx, of: 'functions' | 'marks'): number {
    return this.add(of, idx, { of, thread: idx }, { parentUuid: BigInt(this.thread(idx)), name: of });
  }

  gil(idx: GilIdx): { strip: number; waiters: number } {
    const info = this.source.gils.find((gil) => gil.idx === idx)!;
    const parentUuid = BigInt(this.process(info.process));
    const name = nameOfGil(info);
    return {
      strip: this.add(...(['gil', idx, { of: 'gil', gil: idx }] as const), {
        parentUuid,
        name: `${name}: who holds it`,
        siblingOrderRank: RANK.gil + 2 * idx,
      }),
      waiters: this.add(...(['waiters', idx, { of: 'waiters', gil: idx }] as const), {
        ...{ parentUuid, name: waitersName(info), siblingOrderRank: RANK.gil + 2 * idx + 1 },
        counter: { unitName: 'threads' },
      }),
    };
  }

  counter({ process, thread, name, unit, is }: Counter): number {
    const parent = thread !== null ? this.thread(thread) : process !== null ? this.process(process) : null;
    const counter = UNITS[unit];
    const rank = RANK.counter + this.counters;
    return this.add('counter', this.counters++, is, {
      ...(parent === null ? {} : { parentUuid: BigInt(parent) }),
      ...{ name, counter, siblingOrderRank: rank },
    });
  }
}

/** From top to bottom within a process. */
const RANK = { gil: -100_000, thread: 0, counter: 1_000_000 } as const;
