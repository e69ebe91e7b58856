/** What is not alike among the variants of a comparison, or is missing in them, as sentences. Pure; used by src/engine/compare. */
import type { CompareVariant } from '../contract/compare.ts';
import type { Summary } from '../contract/types.ts';
import { formatCount } from '../format.ts';

type Measured = CompareVariant & { runs: readonly Summary[] };

/** "A with 3.8.20, B and C with 3.13.0"; null when all are alike. */
function unlike(variants: readonly Measured[], of: (variant: Measured) => string | null, word: string): string | null {
  const groups = new Map<string, string[]>();
  for (const variant of variants) {
    const value = of(variant);
    if (value !== null) groups.set(value, [...(groups.get(value) ?? []), variant.name]);
  }
  if (groups.size < 2) return null;
  return [...groups].map(([value, names]) => `${names.join(' and ')} ${word} ${value}`).join(', ');
}

function different(variants: readonly Measured[]): string[] {
  const engines = unlike(variants, ({ engine }) => engine, 'is');
  const pythons = unlike(variants, ({ python }) => python, 'with');
  const hosts = unlike(variants, ({ host }) => host, 'on');
  return [
    ...(engines === null ? [] : [`Different engines: ${engines}; only wall-clock and CPU can be compared.`]),
    ...(pythons === null ? [] : [`Different interpreters: ${pythons}.`]),
    ...(hosts === null ? [] : [`Different machines: ${hosts}; times of different machines say little.`]),
  ];
}

function missing({ name, runs }: Measured): string[] {
  const dropped = runs.reduce((sum, { processes }) => sum + processes.reduce((n, one) => n + one.dropped, 0), 0);
  const damage = runs.flatMap((one) => one.damage ?? []);
  return [
    ...(dropped > 0 ? [`${name}: ${formatCount(dropped)} events were dropped, so its GIL figures have gaps.`] : []),
    ...damage.map((what) => `${name}: ${what}.`),
  ];
}

export const notesOf = (variants: readonly Measured[]): string[] => [
  ...different(variants),
  ...variants.flatMap(missing),
];
