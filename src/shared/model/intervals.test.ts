/** From art to intervals, and from intervals to figures: what each state means, how a hold ended, what was lost. */
import { describe, expect, it } from 'vitest';
import { IntervalFlag, ThreadState } from '../contract/types.ts';
import type { SessionModel } from './session.ts';
import { modelOfArt } from './testing/ascii.ts';

const MS = 1e6;
const LETTER = ' HwRBx';

/** A lane as text again: letter, start and length in ms, flags. */
function lane(model: SessionModel, thread: number): string[] {
  const [reply] = model.timeline({ start: 0, end: model.endNs, px: 1000, threads: [thread] }).threads;
  if (reply.form !== 'raw') throw new Error('raw expected');
  return Array.from(reply.start, (start, i) => {
    const flags = Object.entries(IntervalFlag)
      .filter(([, bit]) => reply.flags[i] & bit)
      .map(([name]) => name);
    const length = (reply.end[i] - start) / MS;
    return [`${LETTER[reply.state[i]]}${start / MS}+${length}`, ...flags].join(' ');
  });
}

function strip(model: SessionModel, gil = 0): string[] {
  const reply = model.timeline({ start: 0, end: model.endNs, px: 1000 }).gils[gil];
  if (reply.form !== 'raw') throw new Error('raw expected');
  return Array.from(reply.start, (s, i) => `${reply.thread[i]}:${s / MS}-${reply.end[i] / MS}`);
}

describe('intervals of art', () => {
  it('tells holds, waits and releases, and how holds ended', () => {
    const model = modelOfArt(`
      A: HHHHwwwwHH..
      B: wwwwHHHH....
    `);
    expect(lane(model, 0)).toEqual(['H0+4 preempted', 'w4+4', 'H8+2 voluntary', 'B10+2 open']);
    expect(lane(model, 1)).toEqual(['w0+4', 'H4+4 voluntary', 'B8+4 open']);
    expect(strip(model)).toEqual(['0:0-4', '1:4-8', '0:8-10']);
  });

  it('splits released time by the CPU time the thread measured', () => {
    const model = modelOfArt('A: HrrrrHbbbbH');
    expect(lane(model, 0)).toEqual(['H0+1 voluntary', 'R1+4', 'H5+1 voluntary', 'B6+4', 'H10+1 open']);
    expect(model.details(0, 2 * MS)?.cpuFraction).toBe(1);
    expect(model.details(0, 7 * MS)?.cpuFraction).toBe(0);
  });

  it('tells a wait for a lock from any other release, apart from waits for the GIL', () => {
    const model = modelOfArt('A: HlllwH...HHlll');
    expect(lane(model, 0)).toEqual([
      ...['H0+1 voluntary', 'B1+3 lock', 'w4+1', 'H5+1 voluntary', 'B6+3'],
      ...['H9+2 voluntary', 'B11+3 open lock'],
    ]);
    const [{ lockS, waitS, blockedS }] = model.stats().threads;
    expect({ lockS, waitS, blockedS }).toEqual({ lockS: 0.006, waitS: 0.001, blockedS: 0.009 });
    // If less than half of it was a wait for a lock, it is not told as one.
    const mixed = modelOfArt('A: H.lllH..lH.lHl');
    const released = lane(mixed, 0).filter((one) => one.startsWith('B'));
    expect(released).toEqual(['B1+4 lock', 'B6+3', 'B10+2 lock', 'B13+1 open lock']);
    expect(mixed.stats().threads[0].lockS).toBe(0.007);
  });

  it('has nothing before the first event and after the end of a thread', () => {
    const ended = modelOfArt(`
      A: HH....HH..
      B: __HHHH____
    `);
    expect(lane(ended, 1)).toEqual(['H2+4 voluntary']);
    expect(ended.threads[1]).toMatchObject({ bornNs: 2 * MS, endedNs: 6 * MS });
  });

  it('says unknown where events were lost, and takes the hold back', () => {
    const model = modelOfArt('A: HHxxxx..HH');
    expect(lane(model, 0)).toEqual(['x0+6', 'B6+2', 'H8+2 open']);
    expect(strip(model)).toEqual(['0:8-10']);
    expect(model.processes[0].dropped).toBe(1);
  });

  it('keeps the hold of a thread whose end was lost once another has taken', () => {
    const model = modelOfArt(`
      A: HHxxxxxx..HH
      B: wwwwHH......
    `);
    expect(lane(model, 0)[0]).toBe('H0+4 open');
    expect(strip(model)).toEqual(['0:0-4', '1:4-6', '0:10-12']);
    expect(model.anomalies(0).takeWhileHeld).toBe(1);
  });

  it('marks who was asked to let go and who asked', () => {
    const model = modelOfArt(`
      A: HHHHHwww
      B: _WWWWHHH
    `);
    expect(lane(model, 0)[0]).toBe('H0+5 preempted requested');
    expect(lane(model, 1)[0]).toBe('w1+4 requested');
  });

  it('without site signature calls a drop pre-empted only if it was asked for and the thread asks again at once', () => {
    const model = modelOfArt(
      `
      A: HHHHHwwwHHH.H
      B: _WWWWHHH.....
    `,
      { dropSites: false },
    );
    expect(lane(model, 0).filter((s) => s.startsWith('H'))).toEqual([
      'H0+5 preempted requested',
      'H8+3 voluntary',
      'H12+1 open',
    ]);
  });

  it('closes everything at the end of the process', () => {
    const model = modelOfArt(
      `
      A: HHHHHHHH
      B: __wwwwww
    `,
      { endNs: 10 * MS },
    );
    expect(lane(model, 0)).toEqual(['H0+10']);
    expect(lane(model, 1)).toEqual(['w2+8']);
    expect(model.processes[0]).toMatchObject({ endedNs: 10 * MS, exitCode: 0 });
    expect(model.summary().wall_s).toBe(0.01);
  });

  it('keeps GILs apart', () => {
    const model = modelOfArt(`
      A: HHHH..HH
      B@1: HHHHHHH.
    `);
    expect(strip(model, 0)).toEqual(['0:0-4', '0:6-8']);
    expect(strip(model, 1)).toEqual(['1:0-7']);
    expect(model.stats().pythonCores).toBeCloseTo(13 / 8);
    expect(model.anomalies(0).takeWhileHeld).toBe(0);
  });

  it('counts what cannot be, and goes on', () => {
    const model = modelOfArt(`
      A: HHHH....
      B: _HHHHH..
    `);
    expect(strip(model)).toEqual(['0:0-1', '1:1-6']);
    expect(model.anomalies(0).takeWhileHeld).toBe(1);
    expect(lane(model, 0)[1]).toBe('x1+3');
  });

  it('leaves gilscope’s own thread out of figures, not out of ownership', () => {
    const model = modelOfArt(`
      A: HHHHwwHH
      agent!: wwwwHH..
    `);
    expect(strip(model)).toEqual(['0:0-4', '1:4-6', '0:6-8']);
    const stats = model.stats();
    expect(stats.threads.map((t) => t.thread)).toEqual([0]);
    expect(stats.gils[0]).toMatchObject({ heldS: 0.008, contendedS: 0.002 });
    expect(model.timeline({ start: 0, end: 8 * MS, px: 10 }).threads).toHaveLength(1);
    expect(model.summary().processes[0].threads).toHaveLength(1);
  });
});

describe('figures of art', () => {
  const art = `
    A: HHHHwwwwHHHHwwwwHH
    B: wwwwHHHHwwwwHHHH..
  `;

  it('adds up', () => {
    const stats = modelOfArt(art).stats();
    expect(stats.threads[0]).toMatchObject({
      holdS: 0.01,
      waitS: 0.008,
      takes: 3,
      waits: 2,
      preempted: 2,
      voluntary: 0,
      holdMaxS: 0.004,
      waitP50S: 0.004,
      waitMaxS: 0.004,
    });
    expect(stats.threads[1]).toMatchObject({
      holdS: 0.008,
      waitS: 0.008,
      blockedS: 0.002,
      takes: 2,
      waits: 2,
      preempted: 1,
      voluntary: 1,
    });
    expect(stats.gils[0]).toMatchObject({ heldS: 0.018, freeS: 0, contendedS: 0.016, switches: 4 });
    expect(stats.worstWait).toEqual({ thread: 0, startNs: 4 * MS, endNs: 8 * MS });
    expect(stats.histogram.waits.reduce((a, b) => a + b)).toBe(4);
    expect(stats.histogram.holdsPreempted.reduce((a, b) => a + b)).toBe(3);
  });

  it('clips to a range', () => {
    const stats = modelOfArt(art).stats({ start: 2 * MS, end: 10 * MS });
    expect(stats.threads[0]).toMatchObject({ holdS: 0.004, waitS: 0.004, takes: 1, waits: 1, holdMaxS: 0.004 });
    expect(stats.gils[0]).toMatchObject({ heldS: 0.008, contendedS: 0.008, switches: 2 });
    expect(stats.summary.range).toEqual({ from_s: 0.002, until_s: 0.01, whole: false });
  });

  it('tells who held the GIL during a wait, to the nanosecond', () => {
    const model = modelOfArt(`
      A: HHH...HHH....
      B: ___HH........
      C: _wwwwwwwwwHHH
    `);
    const details = model.details(2, 2 * MS)!;
    expect(details).toMatchObject({ state: ThreadState.wait, start: MS, end: 10 * MS });
    expect(details.holders).toEqual([
      { thread: 0, ns: 5 * MS },
      { thread: 1, ns: 2 * MS },
    ]);
    expect(details.unheldNs).toBe(2 * MS);
    const hold = model.details(1, 4 * MS)!;
    expect(hold.waiters).toEqual([{ thread: 2, ns: 2 * MS }]);
    expect(hold.before).toEqual({ thread: 0, start: 0, end: 3 * MS });
    expect(hold.after).toEqual({ thread: 0, start: 6 * MS, end: 9 * MS });
  });
});
