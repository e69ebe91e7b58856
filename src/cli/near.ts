/** The names that somebody may have meant. Used by examples.ts. */

/** Insertions, deletions and replacements of a letter, and swaps of neighbours, that make one of the other. */
export function editDistance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2] + 1 : Infinity;
      row.push(Math.min(replaced, swapped, last[j] + 1, row[j - 1] + 1));
    }
    [before, last] = [last, row];
  }
  return last[b.length];
}

/** Nearest first, at most three: what contains it, or differs in at most a third of its letters. */
export function nearNames(name: string, names: readonly string[]): string[] {
  const asked = name.toLowerCase();
  const far = (one: string): number => (one.includes(asked) || asked.includes(one) ? 0 : editDistance(asked, one));
  return names
    .map((one) => ({ one, away: far(one) }))
    .filter(({ one, away }) => away <= Math.ceil(Math.max(one.length, asked.length) / 3))
    .sort((a, b) => a.away - b.away)
    .slice(0, 3)
    .map(({ one }) => one);
}
