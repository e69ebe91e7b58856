/** Order and choice among the interpreters of the machine. Pure; used by the launch form, the gallery and the command line. */
import type { Interpreter } from './contract/types.ts';

const RANK = { exact: 0, estimated: 1, none: 2 } as const;
const rank = (i: Interpreter) => RANK[i.engine ?? 'none'];

/** Newest first: 3.13.1 before 3.9.2; what has no version last. */
export function compareVersions(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const parts = (v: string) => v.split(/[^0-9]+/).map(Number);
  const [x, y] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const difference = (y[i] ?? 0) - (x[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Exact before estimated before unusable; within each the newest first. */
export function sortInterpreters(list: readonly Interpreter[]): Interpreter[] {
  return [...list].sort(
    (a, b) => rank(a) - rank(b) || compareVersions(a.version, b.version) || a.path.localeCompare(b.path),
  );
}

/** The one to use when the user has not chosen: the newest with a GIL to look at that can be traced exactly, else the best there is. */
export function bestInterpreter(list: readonly Interpreter[]): Interpreter | null {
  const usable = sortInterpreters(list).filter((i) => i.engine !== null);
  return usable.find((i) => i.engine === 'exact' && i.gilEnabled !== false) ?? usable[0] ?? null;
}

/** The one the user has chosen by its path, if it is known and usable; else the best. */
export const chosenInterpreter = (list: readonly Interpreter[], path: string | undefined): Interpreter | null =>
  list.find((i) => i.path === path && i.engine !== null) ?? bestInterpreter(list);

/** "Python 3.12.1"; "PyPy 3.9.1"; the path's last part when it could not be asked. */
export function interpreterName(i: Interpreter): string {
  if (i.version === null) return i.path.split('/').at(-1) ?? i.path;
  const threaded = i.gilEnabled === false ? ' free-threaded' : '';
  return `${/^cpython$/i.test(i.implementation) ? 'Python' : i.implementation} ${i.version}${threaded}`;
}
