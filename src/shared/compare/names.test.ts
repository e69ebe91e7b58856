import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { shortNames } from './names.ts';

const words = (line: string) => {
  const [python, ...rest] = line.split(' ');
  return { python: python === '-' ? null : python, rest };
};

describe('short names', () => {
  it.each<[string, string[], string[]]>([
    ['what differs in the arguments', ['py run.py threads 4', 'py run.py processes 4'], ['threads', 'processes']],
    ['scripts', ['py threads.py 4', 'py processes.py 4'], ['threads.py', 'processes.py']],
    ['several words', ['py run.py a 4 x', 'py run.py b 4 y'], ['a x', 'b y']],
    ['an argument more', ['py run.py', 'py run.py --fast'], ['run.py', '--fast']],
    ['interpreters', ['/v/3.8.1/bin/python a.py', '/v/3.13.0/bin/python a.py'], ['3.8.1', '3.13.0']],
    ['both', ['/v/3.8/bin/python a.py', '/v/3.9/bin/python b.py'], ['3.8 a.py', '3.9 b.py']],
    ['the same twice', ['py a.py', 'py a.py'], ['a.py', 'a.py (2)']],
    ['a recording beside a command', ['- before', '/usr/bin/py a.py'], ['before', 'a.py']],
    ['recordings', ['- a', '- b', '- a'], ['a', 'b', 'a (2)']],
  ])('%s', (_what, lines, names) => expect(shortNames(lines.map(words))).toEqual(names));

  test('are distinct, never empty and short, whatever the commands', () => {
    const command = fc.record({
      python: fc.option(fc.string()),
      rest: fc.array(fc.string({ maxLength: 80 }), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 12 }), (commands) => {
        const names = shortNames(commands);
        expect(new Set(names).size).toBe(commands.length);
        for (const name of names) expect(name.trim().length).toBeGreaterThan(0);
        for (const name of names) expect(name.length).toBeLessThanOrEqual(45);
      }),
    );
  });
});
