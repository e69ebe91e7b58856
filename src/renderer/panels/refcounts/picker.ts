/** What the picker lists, and in which order. Pure. */
import type { WatchableModule, WatchableNames } from '../../../shared/contract/watches.ts';

type Name = WatchableNames['names'][number];

const ORDER: Record<WatchableModule['kind'], number> = { main: 0, program: 1, library: 2 };

/** The program's own modules before those of libraries. */
export const ownModulesFirst = (modules: readonly WatchableModule[]): WatchableModule[] =>
  [...modules].sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || a.name.localeCompare(b.name));

/** What is seldom watched, or cannot be: functions, classes, modules, and names Python itself gives. */
const SELDOM = new Set(['function', 'builtin_function_or_method', 'type', 'module', 'ABCMeta']);
const rank = ({ name, type }: Name): number => (name.startsWith('__') ? 2 : SELDOM.has(type) ? 1 : 0);

/** Those that fit the search, in name or type; data first. */
export function ownNamesFirst(names: readonly Name[], search: string): Name[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return names
    .filter(({ name, type }) => words.every((word) => `${name} ${type}`.toLowerCase().includes(word)))
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}
