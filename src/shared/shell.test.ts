import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinArgs, splitArgs } from './shell.ts';

describe('splitArgs', () => {
  test.each<[string, string[]]>([
    ['', []],
    ['   ', []],
    ['a b  c', ['a', 'b', 'c']],
    [`'a b' c`, ['a b', 'c']],
    [`"a b" 'it''s'`, ['a b', 'its']],
    [`''`, ['']],
    [`x"" ""`, ['x', '']],
    [`"a \\"b\\" \\$x \\n"`, ['a "b" $x \\n']],
    [`a\\ b`, ['a b']],
    [`'a\\b'`, ['a\\b']],
    ['--x="1 2" $HOME *', ['--x=1 2', '$HOME', '*']],
    ['a\\\nb c', ['ab', 'c']],
    ['a\n\tb', ['a', 'b']],
  ])('%s', (line, args) => expect(splitArgs(line)).toEqual({ args, error: null }));

  test.each([`'open`, `"open`, `end\\`, `a "b 'c'`])('refuses %s', (line) => {
    const { args, error } = splitArgs(line);
    expect(args).toBeNull();
    expect(error).toMatch(/quote|backslash/);
  });

  test('joining and splitting any arguments gives them back', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (args) => {
        expect(splitArgs(joinArgs(args))).toEqual({ args, error: null });
      }),
    );
  });
});
