/** What is not alike among the variants of a comparison, or is missing in them, as sentences. Pure; used by src/engine/compare. */
import type { CompareVariant } from '../contract/compare.ts';
import type { Summary, SummaryProcess } from '../contract/types.ts';
import { formatCount } from '../format.ts';

type Measured = CompareVariant & { runs: readonly Summary[] };

/** "3.8.20 (A), 3.13.0 (B, C)"; null when all are alike. */
function unlike(variants: readonly Measured[], of: (variant: Measured) => string | null): string | null {
  const groups = new Map<string, string[]>();
  for (const variant of variants) {
    const value = of(variant);
    if (value !== null) groups.set(value, [...(groups.get(value) ?? []), variant.name]);
  }
  if (groups.size < 2) return null;
  return [...groups].map(([value, names]) => `${value} (${names.join(', ')})`).join(', ');
}

function different(variants: readonly Measured[]): string[] {
  const engines = unlike(variants, ({ engine }) => engine);
  const pythons = unlike(variants, ({ python }) => python);
  const hosts = unlike(variants, ({ host }) => host);
  return [
    ...(engines === null ? [] : [`Different engines: ${engines}; only wall-clock and CPU can be compared.`]),
    ...(pythons === null ? [] : [`Different interpreters: ${pythons}.`]),
    ...(hosts === null ? [] : [`Different machines: ${hosts}; times of different machines say little.`]),
  ];
}

/** Python, and no agent came to be in it: the estimated engine stays in its own process. */
const isUnrecorded = ({ engine, argv }: SummaryProcess): boolean =>
  engine === null && /(^|\/)python[\d.]*$/.test(argv[0] ?? '');

function missing({ name, runs }: Measured): string[] {
  const dropped = runs.reduce((sum, { processes }) => sum + processes.reduce((n, one) => n + one.dropped, 0), 0);
  const unrecorded = Math.max(0, ...runs.map(({ processes }) => processes.filter(isUnrecorded).length));
  const damage = runs.flatMap((one) => one.damage ?? []);
  return [
    ...(dropped > 0 ? [`${name}: ${formatCount(dropped)} events were dropped, so its GIL figures have gaps.`] : []),
    ...(unrecorded > 0
      ? [
          `${name}: ${unrecorded} of its Python processes ${unrecorded === 1 ? 'was' : 'were'} not recorded, so its GIL figures are without them.`,
        ]
      : []),
    ...damage.map((what) => `${name}: ${what}.`),
  ];
}

export const notesOf = (variants: readonly Measured[]): string[] => [
  ...different(variants),
  ...variants.flatMap(missing),
];
