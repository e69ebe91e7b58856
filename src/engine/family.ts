/**
 * The processes of one live session: which index each has, when it was born, how it ended, and those that are no Python or
 * cannot be recorded. Fed by agents.ts (connections, CHILD frames) and by looking at /proc; writes PROCESS frames.
 */
import { basename } from 'node:path';
import type { Child, Hello } from '../shared/protocol/control.ts';
import { FrameKind } from '../shared/protocol/frames.ts';
import type { Ingest } from './ingest.ts';
import { childrenOf, commandLine, lifeOf, startedS, upS } from './procfs.ts';
import { signalName } from './signals.ts';
import { sessionTitle } from '../shared/title.ts';

const SCAN_EVERY_MS = 250;
const HELLO_WITHIN_MS = 3000;
/** u16 on the wire and in files. */
const MOST_PROCESSES = 65_535;
/** Ends told before their process is known; more is a program that waits for strangers. */
const MOST_EARLY_ENDS = 1000;
const STRANGER = 'not recorded: it was not started by a recorded Python';
const EARLIER = 'not recorded: it ran before this recording began; attach to it as well';

export interface Member {
  readonly stream: number;
  /** Below 0: only its number in another pid namespace is known (target.ts). /proc knows nothing of such a pid. */
  pid: number;
  /** It has said HELLO at some time. */
  greeted: boolean;
  /** Its command line is known: read in /proc, or told by its parent. */
  described: boolean;
  /** A Python seen in /proc that has not said HELLO: it may still, or nobody brought it an agent. */
  stranger: boolean;
  /** It ran before the session began, as a worker of a server that is attached to. */
  earlier: boolean;
  /** By multiprocessing, which tells it its name later. */
  spawned: boolean;
  /** The earliest that was told of its start, or seen of it; 0 of the program itself, which others know of. */
  bornNs: bigint | null;
  ended: boolean;
  endNs: bigint | null;
  /** How it ended, as its parent says, while what it said itself is still on its way. */
  ending: { ns: bigint; ending: Ending } | null;
  /** Until then (performance.now) it may still say HELLO, even if it has ended: its words wait in another socket. */
  expectedUntil: number;
}

export interface Ending {
  exit_code?: number;
  signal?: string;
}

export class Family {
  private readonly members: Member[] = [];
  /** The latest process of a pid. */
  private readonly byPid = new Map<number, Member>();
  private readonly earlyEnds = new Map<number, { ns: bigint; ending: Ending }>();
  /** Seen in /proc once: what is between fork and exec is not taken for what its parent is. */
  private candidates = new Map<number, number>();
  private lastScan = -Infinity;
  /** On the clock of startedS(): seconds since boot. */
  private readonly beganS = upS();

  constructor(
    private readonly ingest: Ingest,
    private readonly connected: (stream: number) => boolean,
  ) {}

  get size(): number {
    return this.members.length;
  }

  /** Processes that live and have no agent that could say so: sampled from outside. */
  unrecorded(): Member[] {
    return this.members.filter((one) => !one.ended && one.stream > 0 && !this.connected(one.stream));
  }

  /** The program itself, whatever its pid turns out to be (a wrapper may have started it). */
  root(pid: number): Member {
    const member = this.members[0] ?? this.add(pid);
    member.bornNs = 0n;
    this.byPid.delete(member.pid);
    member.pid = pid;
    this.byPid.set(pid, member);
    return member;
  }

  private add(pid: number): Member {
    const member: Member = {
      stream: this.members.length,
      pid,
      greeted: false,
      described: false,
      stranger: false,
      earlier: false,
      spawned: false,
      bornNs: null,
      ended: false,
      endNs: null,
      ending: null,
      expectedUntil: 0,
    };
    this.members.push(member);
    this.byPid.set(pid, member);
    return member;
  }

  private living(pid: number): Member | null {
    const member = this.byPid.get(pid);
    return member === undefined || member.ended ? null : member;
  }

  /** A HELLO of a child: a new process, or a known one with another image. Null when there are too many. */
  greet(hello: Hello): Member | null {
    const known = this.living(hello.pid) ?? this.spokenEarlier(hello);
    if (known === null && this.members.length >= MOST_PROCESSES) return null;
    const member = known ?? this.add(hello.pid);
    const line = commandLine(hello.pid);
    // It may have ended by now. It knows itself the program's arguments only, not Python's own.
    const argv = line.length > 0 ? line : [hello.executable ?? 'python', ...hello.argv];
    const told = line.length === 0 && member.described && !member.greeted;
    this.write(member, {
      ...(hello.ppid == null ? {} : { ppid: hello.ppid }),
      ...(told ? {} : { argv, name: pythonName(argv) }),
      ...born(member, hello.start_ns),
    });
    member.greeted = true;
    member.stranger = false;
    member.described = line.length > 0 || told;
    member.spawned = argv.includes('--multiprocessing-fork');
    this.recallEnd(member, hello.start_ns);
    return member;
  }

  /** Of a process that runs another program since its exec, and has ended by now: its HELLO was still at the door. */
  private spokenEarlier({ pid, start_ns: startNs }: Hello): Member | null {
    const latest = this.byPid.get(pid);
    if (latest?.greeted !== true || latest.endNs === null || startNs >= latest.endNs) return null;
    latest.ended = false;
    latest.endNs = null;
    return latest;
  }

  private write(member: Member, fields: Record<string, unknown>): void {
    this.ingest.control(FrameKind.process, { pid: shown(member.pid), ...fields }, member.stream);
  }

  /** What a process tells of its children. */
  child(told: Child): void {
    if (told.argv != null && told.kind != null) this.started(told);
    else this.endedWith(told);
  }

  private started(told: Child): void {
    const latest = this.byPid.get(told.pid);
    // Its parent's word comes late: it has said HELLO, and may even have ended.
    if (latest?.greeted === true && (latest.endNs ?? told.ns) >= told.ns) {
      if (!latest.described) this.describe(latest, told.argv ?? []);
      const fields = born(latest, told.ns);
      if ('born_ns' in fields) this.write(latest, fields);
      return;
    }
    const known = this.living(told.pid);
    if (known === null && this.members.length >= MOST_PROCESSES) return;
    const member = known ?? this.add(told.pid);
    const argv = told.argv ?? [];
    member.described = true;
    this.write(member, {
      ...(told.ppid == null ? {} : { ppid: told.ppid }),
      argv,
      name: told.kind === 'other' ? plainName(argv) : pythonName(argv),
      ...born(member, told.ns),
      ...(told.kind === 'isolated' ? { lost: 'not recorded: Python with -I, -E or -S cannot be followed' } : {}),
    });
    if (told.kind === 'python') this.expect(member);
    this.recallEnd(member, told.ns);
    this.settle(member);
  }

  private describe(member: Member, argv: readonly string[]): void {
    member.described = true;
    // multiprocessing may have named it already.
    this.write(member, { argv, ...(member.spawned ? {} : { name: pythonName(argv) }) });
  }

  private endedWith(told: Child): void {
    const ending: Ending =
      told.signal == null ? { exit_code: told.exit_code ?? undefined } : { signal: signalName(told.signal) };
    const member = this.byPid.get(told.pid);
    if (member === undefined) {
      if (this.earlyEnds.size < MOST_EARLY_ENDS) this.earlyEnds.set(told.pid, { ns: told.ns, ending });
      return;
    }
    member.ending ??= { ns: told.ns, ending };
    this.settle(member);
  }

  /** Not before its own last words: after its end nothing more is taken in. */
  private settle(member: Member): void {
    if (member.stream > 0 && member.ending !== null && !this.connected(member.stream) && !isExpected(member))
      this.end(member, member.ending.ending, member.ending.ns);
  }

  private expect(member: Member): void {
    member.expectedUntil = performance.now() + HELLO_WITHIN_MS;
  }

  private recallEnd(member: Member, startNs: bigint): void {
    const early = this.earlyEnds.get(member.pid);
    if (early === undefined || early.ns < startNs) return;
    this.earlyEnds.delete(member.pid);
    member.ending = early;
  }

  /** Its own goodbye; the program itself is waited for by whoever started it. */
  saidGoodbye(stream: number, code: number | undefined, ns: bigint | null): void {
    const member = this.members[stream];
    const now = process.hrtime.bigint();
    // It may have waited in the socket for long. Nobody has ended before it was born, or will.
    const told = ns !== null && ns <= now && ns >= (member?.bornNs ?? 0n) ? ns : now;
    if (member !== undefined && stream > 0) this.end(member, { exit_code: code }, told);
  }

  private end(member: Member, ending: Ending, ns: bigint): void {
    const first = !member.ended;
    this.strange(member);
    member.ended = true;
    member.endNs ??= ns;
    const fields = { ...ending, ...(first ? { ended_ns: String(ns) } : {}) };
    if (Object.values(fields).some((value) => value !== undefined)) this.write(member, fields);
  }

  /** Its agent hung up; `lost` when it did so without a goodbye: it may have been killed, or run another program now. */
  hungUp(stream: number, lost: string | undefined): void {
    const member = this.members[stream];
    if (member === undefined || stream === 0) return;
    if (lost !== undefined && !member.ended) this.write(member, { lost });
    this.settle(member);
    if (!member.ended && lost !== undefined) this.look(member);
  }

  /** Whether a process without an agent still lives; its status while its parent has not asked for it yet. */
  private look(member: Member): void {
    const life = lifeOf(member.pid);
    if (life === 'alive' || isExpected(member)) return;
    this.settle(member);
    if (member.ended) return;
    if (life === 'gone') this.end(member, {}, process.hrtime.bigint());
    else this.end(member, endingOf(life.status), process.hrtime.bigint());
  }

  /** Now and then, with the sampler: who has ended, and who came by a way no agent sees (a shell's children). */
  scan(last = false): void {
    const now = performance.now();
    if (!last && now - this.lastScan < SCAN_EVERY_MS) return;
    this.lastScan = now;
    // Whoever was to knock has knocked by now.
    if (last) for (const member of this.members) member.expectedUntil = 0;
    for (const member of this.unrecorded()) {
      this.look(member);
      if (!isExpected(member)) this.strange(member);
    }
    const seen = new Map<number, number>();
    for (const member of this.members.filter((one) => !one.ended)) {
      for (const pid of childrenOf(member.pid)) if (this.living(pid) === null) seen.set(pid, member.pid);
    }
    for (const [pid, ppid] of seen) if (this.candidates.has(pid)) this.found(pid, ppid);
    this.candidates = seen;
  }

  /** It has had time enough to say HELLO. */
  private strange(member: Member): void {
    if (!member.stranger) return;
    member.stranger = false;
    this.write(member, { lost: member.earlier ? EARLIER : STRANGER });
  }

  private found(pid: number, ppid: number): void {
    const argv = commandLine(pid);
    // Kernel threads have none, and neither has what ended meanwhile.
    if (argv.length === 0 || this.members.length >= MOST_PROCESSES || lifeOf(pid) !== 'alive') return;
    const python = /^python[\d.]*$/.test(basename(argv[0]));
    const name = python ? pythonName(argv) : plainName(argv);
    const member = this.add(pid);
    member.stranger = python;
    member.earlier = (startedS(pid) ?? Infinity) < this.beganS;
    if (python) this.expect(member);
    this.write(member, { ppid, argv, name, ...born(member, process.hrtime.bigint()) });
  }

  /** The session ends: who lives on has no end, and is not lost. */
  get stillLiving(): number {
    return this.members.filter((one) => one.stream > 0 && !one.ended && lifeOf(one.pid) === 'alive').length;
  }
}

/** A status as wait() gives it. */
export function endingOf(status: number): Ending {
  const killed = status & 0x7f;
  return killed === 0 ? { exit_code: status >> 8 } : { signal: signalName(killed) };
}

/** When it was started, unless something earlier is known: who tells first is chance. */
function born(member: Member, ns: bigint): { born_ns?: string } {
  if (member.bornNs !== null && member.bornNs <= ns) return {};
  member.bornNs = ns;
  return { born_ns: String(ns) };
}

/** What people read. */
export const shown = (pid: number): number => Math.abs(pid);
const isExpected = (member: Member): boolean => !member.greeted && performance.now() < member.expectedUntil;
const plainName = (argv: readonly string[]): string => basename(argv[0] ?? '') || 'process';

/** What multiprocessing's own helpers run, by their role. */
function pythonName(argv: readonly string[]): string {
  const code = argv[argv.indexOf('-c') + 1] ?? '';
  const helper = /^from multiprocessing\.(\w+) import/.exec(argv.includes('-c') ? code : '')?.[1];
  return helper === undefined ? sessionTitle(argv) : helper === 'spawn' ? 'spawned process' : helper;
}
