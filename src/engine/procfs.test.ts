import { describe, expect, it } from 'vitest';
import { parseCoreTimes, parseSchedstat, parseStat } from './procfs.ts';

describe('procfs', () => {
  it('adds up what counts as busy for each core', () => {
    const stat = 'cpu  1 1 1 1\ncpu0 100 10 50 999 999 5 4 1 7 7\ncpu1 0 0 100 1 1 0 0 0 0 0\nintr 5\n';
    expect(parseCoreTimes(stat)).toEqual([1.7, 1]);
  });

  it('keeps the place of a core that is offline', () => {
    expect(parseCoreTimes('cpu0 100 0 0 0 0 0 0 0\ncpu2 200 0 0 0 0 0 0 0\n')).toEqual([1, 0, 2]);
  });

  it('is not led astray by a thread that calls itself ") R 1 2 3"', () => {
    const middle = '1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 1 0 ' + '0 '.repeat(17) + '3';
    expect(parseStat(`42 () R 1 2 3) S ${middle} 0 0`)).toEqual({ comm: ') R 1 2 3', state: 'S', cpuS: 2, core: 3 });
    expect(parseStat('nonsense')).toBeNull();
  });

  it('tells a kernel without schedstat from a thread that has not run', () => {
    expect(parseSchedstat('2500000000 12 3\n')).toBe(2.5);
    expect(parseSchedstat('0 0 0\n')).toBeNull();
    expect(parseSchedstat(null)).toBeNull();
  });
});
