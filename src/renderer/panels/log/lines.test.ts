import { expect, test } from 'vitest';
import type { LogLine } from '../../../shared/contract/types.ts';
import { atLeast, clockText, logText } from './lines.ts';

const line = (level: LogLine['level'], text: string, atNs: number | null = 1_500_000_000): LogLine => ({
  atNs,
  level,
  source: 'gilscope',
  text,
});
const lines = [line('info', 'a'), line('error', 'b'), line('warn', 'c')];

test('a level shows itself and what is worse, in order', () => {
  expect(atLeast(lines, 'info').map((l) => l.text)).toEqual(['a', 'b', 'c']);
  expect(atLeast(lines, 'warn').map((l) => l.text)).toEqual(['b', 'c']);
  expect(atLeast(lines, 'error').map((l) => l.text)).toEqual(['b']);
});

test('copied as lines with tabs; a line without a time keeps its columns', () => {
  expect(logText([line('warn', 'slow'), line('info', 'x', null)])).toBe(
    '1.500000\twarn\tgilscope\tslow\n\tinfo\tgilscope\tx\n',
  );
  expect(clockText(1234)).toBe('0.000001');
});
