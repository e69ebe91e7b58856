/** What the short form of these tests, which is CI's, runs, and what only the long one does. */
import type { Interpreter } from '../../src/shared/contract/types.ts';
import { pythons } from './helpers.ts';

/** `npm run test:long`: on every CPython, and many more rounds of what must leave nothing behind. */
export const LONG = process.env.GILSCOPE_TEST_LONG === '1';

const minor = ({ version }: Interpreter): number => Number(version!.split('.')[1]);

/** For what is the same on all: the oldest and the newest, or every one in the long form. Oldest first. */
export const chosenPythons: Interpreter[] = [...pythons]
  .sort((a, b) => minor(a) - minor(b))
  .filter((_, i, all) => LONG || i === 0 || i === all.length - 1);
