/** The programs that peers.ts runs: bench/programs, of a size that takes half a second or so. */
import { serverLoad } from './load.ts';

export interface Workload {
  id: string;
  title: string;
  program: string;
  args: string[];
  /** Fewer of what fills the kernel's buffer, for the runs in which it notes every take and drop. */
  truthArgs?: string[];
  /** The module without which it cannot run. */
  needs?: string;
  /** Its result (bench/programs/measured.py) whatever watches it. */
  result: (args: string[]) => unknown;
  /** Work from outside: resolves when it is done. `path` is what the program writes its port to. */
  drive?: (path: string, signal: AbortSignal) => Promise<void>;
  /** What it was built to show, for the reader. */
  built: string;
}

const REQUESTS = 1200;
const PRODUCTS = 700;
const SIZE = 200;

export const WORKLOADS: readonly Workload[] = [
  {
    id: 'counting',
    title: 'two threads count',
    program: 'countdown.py',
    args: ['9000000'],
    result: () => [0, 0],
    built: 'each holds half of the time and waits the other half',
  },
  {
    id: 'writes',
    title: 'four threads of tiny writes',
    program: 'writes.py',
    args: ['100000', '4'],
    truthArgs: ['20000', '4'],
    result: ([each]) => [1, 2, 3, 4].map(() => Number(each)),
    built: 'four equal threads',
  },
  {
    id: 'late',
    title: 'an I/O thread beside a counting one',
    program: 'late.py',
    args: ['14000000', '80'],
    result: ([, rounds]) => [0, Number(rounds)],
    built:
      'while both run the poller holds nothing to speak of and waits up to 5 ms, the switch interval, after each of its 80 sleeps',
  },
  {
    id: 'crowd',
    title: '64 threads',
    program: 'crowd.py',
    args: ['12000000', '64'],
    result: ([count, threads]) => {
      const each = Math.floor(Number(count) / Number(threads) / 3);
      return Array.from({ length: Number(threads) }, () => (3 * each * (each - 1)) / 2);
    },
    built: '64 equal threads',
  },
  {
    id: 'server',
    title: 'http server under load',
    program: 'server.py',
    args: [],
    result: () => expectedPages(),
    drive: (path, signal) => serverLoad(path, REQUESTS, pageOf, signal),
    built: `${REQUESTS} requests over four connections, from another process`,
  },
  {
    id: 'numpy',
    title: 'numpy',
    program: 'matrices.py',
    args: [String(PRODUCTS), '8000000'],
    needs: 'numpy',
    result: ([products]) => {
      const total = Number(products) * 2 * (SIZE * SIZE - 1);
      return [total, total, 0];
    },
    built: 'two threads that compute without the GIL, one that holds it',
  },
];

/** What bench/programs/server.py answers. */
function pageOf(number: number): string {
  let total = 0;
  for (let i = 0; i < (number % 7) * 300; i++) total += i * i;
  return `${number} ${total}\n`;
}

function expectedPages(): number[] {
  let bytes = 0;
  for (let i = 0; i < REQUESTS; i++) bytes += pageOf(i).length;
  return [REQUESTS, bytes];
}
