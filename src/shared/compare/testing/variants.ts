/** Variants of a comparison for tests: what is not said of them is not known. Never used by the product. */
import type { CompareVariant } from '../../contract/compare.ts';
import { spreadOf } from '../spread.ts';

export const NO_FIGURES: CompareVariant = {
  name: 'none',
  command: [],
  file: null,
  engine: 'exact',
  python: '3.12.1',
  host: 'h',
  mode: null,
  wall_s: null,
  cpu_s: null,
  effective_cores: null,
  processes: 1,
  start_up_s: null,
  start_up: null,
  gil_held_share: null,
  gil_contended_share: null,
  gil_free_share: null,
  gil_wait_s: null,
  wait_p95_s: null,
  lock_wait_s: null,
  switches: null,
  memory_bytes: null,
  call: [],
  outputs: [],
  shown: 0,
};
/** @param wall seconds of each run */
export const variantTook = (name: string, wall: number[], more: Partial<CompareVariant> = {}): CompareVariant => ({
  ...NO_FIGURES,
  name,
  wall_s: spreadOf(wall),
  ...more,
});
