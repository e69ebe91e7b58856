/** The engines of measurement to choose from, in words; used by the launch form and the list of running programs. */
import type { LaunchSpec } from '../../shared/contract/types.ts';

export interface EngineChoice {
  engine: LaunchSpec['engine'];
  label: string;
  /** What it means for a program that is launched, and for one that runs. */
  launch: string;
  attach: string;
}

const ESTIMATED = 'From calls and CPU clocks; works everywhere, misses short holds.';

export const ENGINES: readonly EngineChoice[] = [
  {
    engine: 'auto',
    label: 'Best available',
    launch: 'Exact where the interpreter allows it, else estimated.',
    attach: 'Exact where the program allows it, else estimated.',
  },
  {
    engine: 'exact',
    label: 'Exact only',
    launch: 'Every take and release is traced; refuses to start if that is impossible.',
    attach: 'Every take and release is traced; refuses to attach if that is impossible.',
  },
  { engine: 'estimated', label: 'Estimated', launch: ESTIMATED, attach: ESTIMATED },
];
