/** Short names for variants that nobody has named: what tells their commands apart. Pure; used by src/cli/compare.ts. */

const LONGEST = 40;

const cut = (text: string): string => {
  const plain = text.replace(/\s+/g, ' ').trim();
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST - 1)}…` : plain;
};

const common = (lists: readonly (readonly string[])[], at: (list: readonly string[], i: number) => string): number => {
  const most = Math.min(...lists.map((list) => list.length));
  let n = 0;
  while (n < most && lists.every((list) => at(list, n) === at(lists[0], n))) n++;
  return n;
};

/** Of each list what is left without the begin and the end that all have; without words in the middle that all have, too, when they are as long. */
function differing(lists: readonly (readonly string[])[]): string[][] {
  if (lists.length === 0) return [];
  const head = common(lists, (list, i) => list[i]);
  const rest = lists.map((list) => list.slice(head));
  const tail = common(rest, (list, i) => list[list.length - 1 - i]);
  const middle = rest.map((list) => list.slice(0, list.length - tail));
  if (middle.some((list) => list.length !== middle[0].length)) return middle;
  return middle.map((list) => list.filter((word, i) => middle.some((other) => other[i] !== word)));
}

/** Numbers those that are called alike. */
function apart(names: readonly string[]): string[] {
  const used = new Set<string>();
  return names.map((name) => {
    let one = name;
    for (let n = 2; used.has(one); n++) one = `${name} (${n})`;
    used.add(one);
    return one;
  });
}

/** A command as words. */
export interface Words {
  /** The interpreter; null of a recording. */
  python: string | null;
  /** The program without its folder, and its arguments. */
  rest: readonly string[];
}

export function shortNames(commands: readonly Words[]): string[] {
  const rests = commands.map(({ rest }) => rest);
  const byArguments = differing(rests);
  const byPython = differing(commands.flatMap(({ python }) => (python === null ? [] : [python.split('/')])));
  let next = 0;
  const names = commands.map(({ python, rest }, i) => {
    const interpreter = python === null ? '' : byPython[next++].join('/');
    // One that has nothing of its own is called by its program.
    const own = byArguments[i].join(' ') || (byArguments.some((words) => words.length > 0) ? (rest[0] ?? '') : '');
    return cut([interpreter, own].filter((part) => part !== '').join(' ')) || cut(rest[0] ?? '') || 'python';
  });
  return apart(names);
}
