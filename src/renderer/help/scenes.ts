/**
 * The small drawings of the words, as text: each lane is a row of signs, one for each step of time. Drawn by draw.ts with the
 * functions of the timeline. Pure.
 */
import type { WordId } from './words.ts';

/**
 * `#` hold, of which `]` is a last step that ends pre-empted and `)` one that ends voluntary; `/` wait; `=` released and running; `-` blocked;
 * `:` blocked by a lock; `~` an estimated hold; a space: not alive yet, or no longer.
 */
export interface Lane {
  readonly name: string;
  /** Which of the threads' colours. */
  readonly slot: number;
  readonly steps: string;
  /** Of which GIL its holds are: lanes of one never hold at the same time. */
  readonly gil: number;
}

/** Steps of every lane. */
export const STEPS = 24;

export interface Scene {
  /** Said to those who cannot see it. */
  readonly alt: string;
  readonly lanes: readonly Lane[];
  /** Who holds the GIL, above the lanes. */
  readonly strip?: boolean;
  /** Bars of something else than states of a thread: plain, `#` full and `=` light. */
  readonly plain?: boolean;
  /** Drawn instead of lanes: a value for each step. */
  readonly curve?: readonly number[];
  /** A line down through the lanes at the begin of a step, and what happens there. */
  readonly notes?: readonly { readonly at: number; readonly text: string }[];
}

const A = (steps: string, name = 'A', gil = 0): Lane => ({ name, slot: 1, steps, gil });
const B = (steps: string, name = 'B', gil = 0): Lane => ({ name, slot: 2, steps, gil });
const C = (steps: string, name = 'C', gil = 0): Lane => ({ name, slot: 3, steps, gil });

export const SCENES: Readonly<Record<WordId, Scene>> = {
  gil: {
    alt: 'Three threads take turns: only one of them holds the GIL at any time, the others wait.',
    lanes: [A('######]/////////////####'), B('///////######]//////////'), C('//////////////#####)----')],
    strip: true,
  },
  'threads-or-processes': {
    alt: 'Two threads take turns and need twice as long as two processes, which start later and then hold their own GILs at the same time.',
    lanes: [
      A('####]/////####]/////####', 'thread 1'),
      B('/////####]/////####]////', 'thread 2'),
      A('   ###########)         ', 'process 1', 1),
      B('   ###########)         ', 'process 2', 2),
    ],
  },
  hold: {
    alt: 'A solid bar in the colour of the thread: it holds the GIL.',
    lanes: [A('------##############)---')],
    notes: [
      { at: 6, text: 'takes the GIL' },
      { at: 21, text: 'lets go' },
    ],
  },
  wait: {
    alt: 'While thread A holds, thread B waits: red hatching over a base line, until A lets go.',
    lanes: [A('############)-----------'), B('----/////////##########)')],
    notes: [
      { at: 4, text: 'B asks' },
      { at: 13, text: 'B has it' },
    ],
  },
  released: {
    alt: 'Between two holds a thread has released the GIL: first running, dashed, then blocked, a thin line.',
    lanes: [A('#####)=======--------###')],
    notes: [
      { at: 6, text: 'running' },
      { at: 13, text: 'blocked' },
    ],
  },
  running: {
    alt: 'Two threads run native code without the GIL at the same time: dashed and translucent.',
    lanes: [A('###)================###)'), B('----###)=============---')],
  },
  blocked: {
    alt: 'A thread goes into a blocking call with a round end, and is a thin line until it wakes.',
    lanes: [A('#####)-------------#####')],
    notes: [
      { at: 6, text: 'sleeps' },
      { at: 19, text: 'wakes' },
    ],
  },
  'lock-wait': {
    alt: 'A thread waits for a lock of the program: dots on the thin line, until another thread releases the lock.',
    lanes: [A('##)--#######)-----------'), B('---#):::::::::####)-----')],
    notes: [{ at: 13, text: 'A releases the lock' }],
  },
  switch: {
    alt: 'The strip of the GIL changes its colour at each switch, from thread A to thread B and back.',
    lanes: [A('#######]///////########)'), B('////////######)---------')],
    strip: true,
    notes: [
      { at: 8, text: 'switch' },
      { at: 15, text: 'switch' },
    ],
  },
  'pre-empted': {
    alt: 'The hold of thread A has a square end: B asked for the GIL, and A waits for it again at once.',
    lanes: [A('############]///////////'), B('----/////////###########')],
    notes: [{ at: 13, text: 'made to let go' }],
  },
  voluntary: {
    alt: 'The hold of thread A has a round end: A went into a blocking call.',
    lanes: [A('############)-----------'), B('----/////////###########')],
    notes: [{ at: 13, text: 'blocking call' }],
  },
  'switch-interval': {
    alt: 'Thread B waits for the switch interval, then asks A to drop the GIL, and has it soon after.',
    lanes: [A('#############]//////////'), B('---///////////##########')],
    notes: [
      { at: 3, text: 'B waits' },
      { at: 13, text: '5 ms later: drop!' },
    ],
  },
  contended: {
    alt: 'Contended is the time in which somebody waits.',
    lanes: [A('##########]/////####)---'), B('-----//////####)--------')],
    strip: true,
    notes: [
      { at: 5, text: 'contended' },
      { at: 16, text: 'not contended' },
    ],
  },
  free: {
    alt: 'A gap in the strip of the GIL: both threads are blocked.',
    lanes: [A('######)-----------#####)'), B('-----//####)------------')],
    strip: true,
    notes: [{ at: 12, text: 'free' }],
  },
  blame: {
    alt: 'The wait of thread C is blamed on A for the first part and on B for the rest, by who held the GIL meanwhile.',
    lanes: [A('#########)--------------'), B('//////////#####)--------'), C('---/////////////#######)')],
    notes: [
      { at: 3, text: 'A’s part' },
      { at: 10, text: 'B’s part' },
    ],
  },
  site: {
    alt: 'A hold is told by the function and line in which it ended.',
    lanes: [A('--###############)------')],
    notes: [{ at: 18, text: 'load, app.py:12' }],
  },
  look: {
    alt: 'During a long hold the running function is looked at several times from outside.',
    lanes: [A('--###################)--')],
    notes: [
      { at: 6, text: 'parse' },
      { at: 11, text: 'parse' },
      { at: 16, text: 'save' },
    ],
  },
  session: {
    alt: 'Two processes on one time axis; the second starts later.',
    lanes: [A('###)------####)----###)-', 'process 1'), B('       ####)---#####)   ', 'process 2', 1)],
    notes: [
      { at: 0, text: 'start' },
      { at: 23, text: 'stop' },
    ],
  },
  engine: {
    alt: 'The same work twice: exact, with every hold and wait, and estimated, with fine lines across and without the short ones.',
    lanes: [A('####]//###)--#)-####]//#', 'exact'), A('~~~~~//~~~~-----~~~~~//~', 'estimated', 1)],
  },
  coverage: {
    alt: 'Four switches on the strip, each counted.',
    lanes: [A('####]/////#####)----###)'), B('/////####)------###)----')],
    strip: true,
    notes: [
      { at: 5, text: '1' },
      { at: 10, text: '2' },
      { at: 16, text: '3' },
      { at: 20, text: '4 of 4' },
    ],
  },
  'effective-cores': {
    alt: 'Two processes compute at the same time: two cores’ worth; then one alone: one.',
    lanes: [A('#######################)', 'process 1'), B('############)           ', 'process 2', 1)],
    notes: [
      { at: 0, text: '2 cores' },
      { at: 13, text: '1 core' },
    ],
  },
  'start-up': {
    alt: 'The main process starts two workers; the last one begins some time later.',
    lanes: [
      A('###)----------------####', 'main'),
      B('     ############)      ', 'worker 1', 1),
      C('        ############)   ', 'worker 2', 2),
    ],
    notes: [
      { at: 0, text: 'start' },
      { at: 8, text: 'all have begun' },
    ],
  },
  memory: {
    alt: 'Two processes of 60 MiB each, of which 40 MiB are shared: RSS adds up to 120, PSS to 80.',
    lanes: [A('########================', 'process 1'), B('########================', 'process 2')],
    plain: true,
    notes: [
      { at: 0, text: 'own 20 MiB' },
      { at: 8, text: 'shared 40: once in PSS' },
    ],
  },
  refcount: {
    alt: 'The count of an object over time: one name, two, one, and none, when its memory is released.',
    lanes: [],
    curve: [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
    notes: [
      { at: 0, text: 'x = []' },
      { at: 6, text: 'y = x' },
      { at: 13, text: 'del y' },
      { at: 19, text: 'del x' },
    ],
  },
};
