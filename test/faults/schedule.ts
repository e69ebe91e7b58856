/**
 * What one round of the fault tests does, drawn from a seed: which program on which interpreter, how it is recorded, what is done to whom, and
 * when. The same seed draws the same round on a machine with the same interpreters.
 */
import fc from 'fast-check';

export const PROGRAMS = ['threads', 'forks', 'signals', 'closes', 'memory', 'ends'] as const;
const ENDS = [
  ...['return', 'status', 'text', 'os._exit', 'raise', 'interrupt'],
  ...['abort', 'segv', 'fault', 'sigpipe', 'kill', 'term'],
];
/** MiB that `memory` may have beyond what it has when it begins. */
const ROOM = ['48', '64', '128'];

export const WAYS = ['record', 'attach', 'serve'] as const;
export type Way = (typeof WAYS)[number];

/** To the recorder, to the program, to one of its children, to the disk. */
export const FAULTS = [
  'none',
  'kill recorder',
  'stop recorder',
  'pulse recorder',
  'stop and kill recorder',
  'end recorder',
  'kill target',
  'terminate target',
  'stop target',
  'kill child',
  'full disk',
  'file limit',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface Round {
  seed: number;
  /** An index, taken modulo the number of interpreters. */
  python: number;
  program: (typeof PROGRAMS)[number];
  args: string[];
  way: Way;
  fault: Fault;
  /** Since the recorder was started, or since the program told that it runs. */
  since: 'start' | 'running';
  atMs: number;
  /** How long what is stopped stays so. */
  forMs: number;
  options: string[];
}

const disk: readonly Fault[] = ['full disk', 'file limit'];

const argsOf: Record<(typeof PROGRAMS)[number], fc.Arbitrary<string[]>> = {
  threads: fc.constant([]),
  forks: fc.constant([]),
  signals: fc.constant([]),
  closes: fc.constant([]),
  memory: fc.constantFrom(...ROOM).map((one) => [one]),
  ends: fc.constantFrom(...ENDS).map((one) => [one]),
};

/** fast-check prefers small and large numbers; moments are to be anywhere. */
const even = (max: number): fc.Arbitrary<number> => fc.noBias(fc.nat(max));

const rounds = fc
  .record({
    python: even(999),
    program: fc.constantFrom(...PROGRAMS),
    way: fc.constantFrom<Way>('record', 'record', 'attach', 'serve'),
    fault: fc.constantFrom(...FAULTS),
    since: fc.constantFrom<'start' | 'running'>('start', 'running', 'running', 'running'),
    atMs: even(1200),
    forMs: even(900),
    options: fc.constantFrom<string[]>([], [], [], ['--engine', 'estimated'], ['--functions'], ['--looks', '1000']),
  })
  // The server writes where it likes, not where we have made the disk small.
  .filter(({ way, fault }) => way === 'record' || !disk.includes(fault))
  .filter(({ program, fault }) => fault !== 'kill child' || program === 'forks')
  // Its memory is its own business: what a sampler of profile events allocates in it is not what is tested here.
  .filter(({ program, options }) => program !== 'memory' || options[0] !== '--functions')
  .chain((round) => argsOf[round.program].map((args) => ({ ...round, args })));

export function drawRound(seed: number): Round {
  return { seed, ...fc.sample(rounds, { seed, numRuns: 1 })[0] };
}

export function titleOf({ seed, program, args, way, fault, since, atMs, forMs, options }: Round): string {
  const whom = [program, ...args].join(' ');
  return `seed ${seed}: ${[way, ...options].join(' ')} ${whom}, ${fault} at ${atMs} ms since ${since}, for ${forMs} ms`;
}
