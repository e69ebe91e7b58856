import { describe, expect, it } from 'vitest';
import { IntervalFlag, ThreadState, type IntervalDetails } from '../../../shared/contract/types.ts';
import { explain, NOBODY } from './explain.ts';

const base: IntervalDetails = {
  thread: 1,
  state: ThreadState.wait,
  flags: 0,
  start: 1e6,
  end: 5.93e6,
  gil: 0,
  core: 1,
  holders: [],
  unheldNs: 0,
  waiters: [],
  before: null,
  after: null,
  previous: null,
  next: null,
  cpuFraction: null,
  place: null,
  inside: [],
  culprits: [],
  chain: null,
};
const place = { name: 'count', qualname: null, file: '/srv/app.py', firstLine: 7, line: 9 };
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('an interval in words', () => {
  it('says of a wait how long, because of whom, longest first, and what came of it', () => {
    const told = explain({
      ...base,
      culprits: [
        { thread: 2, place: null, ns: 1e6, holds: 1 },
        { thread: 3, place, ns: 3e6, holds: 2 },
      ],
      unheldNs: 2e6,
      next: { state: ThreadState.hold, start: 5.93e6, end: 5.94e6 },
    });
    expect(told.verb).toBe('waits');
    expect(plain(told.length)).toBe('4.93 ms');
    expect(told.shares.map((s) => s.thread)).toEqual([3, NOBODY, 2]);
    expect(told.shares.map((s) => s.place)).toEqual([place, null, null]);
    expect(plain(told.ending)).toBe('then holds 10.0 µs');
  });

  it('tells a pre-emption from a voluntary end, and who suffered', () => {
    const hold = { ...base, state: ThreadState.hold, waiters: [{ thread: 4, ns: 7 }] };
    expect(explain({ ...hold, flags: IntervalFlag.preempted }).ending).toMatch(/^pre-empted/);
    expect(explain({ ...hold, flags: IntervalFlag.voluntary }).ending).toMatch(/^voluntary/);
    expect(explain({ ...hold, flags: 0 }).ending).toMatch(/not known/);
    expect(explain(hold).sharesTitle).toBe('meanwhile waited');
  });

  it('names a wait for a lock apart from any other release', () => {
    const released = { ...base, state: ThreadState.blocked };
    expect(explain(released).verb).toBe('is blocked for');
    expect(explain({ ...released, flags: IntervalFlag.lock }).verb).toBe('waits for a lock for');
  });

  it('says when it has not ended, is estimated, or only sampled', () => {
    expect(explain({ ...base, flags: IntervalFlag.open }).ending).toBe('not ended yet');
    const estimated = explain({ ...base, flags: IntervalFlag.estimated });
    expect(estimated.length.startsWith('~')).toBe(true);
    expect(estimated.notes).toContain('estimated, not measured');
    const released = explain({ ...base, state: ThreadState.running, flags: IntervalFlag.sampled, cpuFraction: 0.5 });
    expect(released.notes.join()).toMatch(/50 %.*sampled/);
  });

  it('says in which function, and what a long hold was seen to run', () => {
    const hold = { ...base, state: ThreadState.hold, place };
    expect(explain(hold).where).toBe('let go in count (app.py:9)');
    expect(explain({ ...hold, flags: IntervalFlag.open }).where).toBeNull();
    expect(explain({ ...base, place }).where).toBe('had let go in count (app.py:9)');
    expect(explain(base).where).toBeNull();
    const seen = explain({
      ...hold,
      inside: [
        { place, looks: 3 },
        { place: { ...place, name: 'crunch' }, looks: 1 },
      ],
    });
    expect(plain(seen.notes[0])).toBe('ran count (app.py:9) in 3 of 4 looks (sampled)');
  });
});
