/** Verdicts of hand-made timelines: each kind, its sentence and its figures. */
import { describe, expect, it } from 'vitest';
import type { Sample } from '../protocol/sample.ts';
import { modelOfArt, recordingOfArt, type ArtOptions } from './testing/ascii.ts';
import { at, modelOf } from './testing/recording.ts';

const verdict = (art: string, options?: ArtOptions) => modelOfArt(art, options).summary().verdict;

/** Two threads that take turns of 5 ms. */
const turns = (rounds: number): string => `
  count-1: ${'HHHHHwwwww'.repeat(rounds)}
  count-2: ${'wwwwwHHHHH'.repeat(rounds)}
`;

describe('verdict', () => {
  it('cpu_bound: threads that take turns', () => {
    const found = verdict(turns(30));
    expect(found.kind).toBe('cpu_bound');
    expect(found.text).toBe(
      "count-1 and count-2 take turns: together they run 1.00 cores' worth of Python, because only one at a time can hold the GIL.",
    );
    expect(found.evidence[0]).toBe('count-1 held the GIL for 150 ms and waited 150 ms for it.');
    expect(found.advice).toContain(
      'Predicted: with their work in processes the 300 ms would be about 150 ms on 4 cores',
    );
  });

  it('cpu_bound without a figure where there is one core only', () => {
    expect(verdict(turns(30), { cores: 1 }).advice).not.toMatch(/predicted/i);
  });

  it('io_starved: a poller behind a countdown', () => {
    const found = verdict(
      `
      countdown: ${'HHHHHHHHHw'.repeat(30)}
      poller: ____wwwwwH${'....wwwwwH'.repeat(29)}
    `,
    );
    expect(found.kind).toBe('io_starved');
    expect(found.text).toBe(
      'poller starves behind countdown: it holds the GIL only 1.00 ms at a time, but waits 5.00 ms for it.',
    );
    expect(found.evidence).toContain('In 100 % of that time countdown was holding it.');
    expect(found.evidence[0]).toContain('poller asked for the GIL 30 times and waited 5.00 ms each time');
    expect(found.advice).toContain('sys.setswitchinterval(0.001): predicted wait about 1.00 ms each time');
  });

  it('io_starved behind a stage of a pipeline, which rests between its pages', () => {
    const found = verdict(`
      parse: ${'HHHHHwHHHHHwHHHHbbbbbbbbbbbbbb'.repeat(10)}
      heartbeat: __wwwH.wwwwH${'.'.repeat(18)}${'..wwwH.wwwwH..................'.repeat(9)}
    `);
    expect(found.kind).toBe('io_starved');
    expect(found.text).toContain('heartbeat starves behind parse');
  });

  it('predicts no figure for waits that the machine made long, and says so', () => {
    const art = `
      countdown: ${'H'.repeat(29)}w${'HHHHHHHHHHHHHHHHHHHw'.repeat(10)}
      poller: ____${'w'.repeat(25)}H${'....wwwwwwwwwwwwwwwH'.repeat(10)}
    `;
    const sample = (ms: number, cpuS: number): Sample => ({
      ns: at(ms * 1e6),
      cores: [ms, ms],
      processes: [
        { stream: 0, rssBytes: 1, pssBytes: NaN, cpuS, threads: [{ tid: 1001, core: 0, onCpu: true, cpuS }] },
      ],
    });
    const found = verdict(art, { samples: [sample(1, 0), sample(229, 0.05)] });
    expect(found.kind).toBe('io_starved');
    expect(found.advice).toContain('sys.setswitchinterval(0.001), for more switches.');
    expect(found.evidence.join(' ')).toMatch(/countdown had a core for at most 2\d % of the time/);
  });

  it('io_bound: threads that mostly sleep', () => {
    const found = verdict(`
      a: ${'Hbbbbbbbbb'.repeat(20)}
      b: _Hbbbbbbbb${'bHbbbbbbbb'.repeat(19)}
    `);
    expect(found.kind).toBe('io_bound');
    expect(found.text).toBe(
      'Threads are fine here: a and b mostly wait outside the GIL, which is free 80 % of the time.',
    );
  });

  it('io_bound: one thread alone', () => {
    expect(verdict(`a: ${'Hbbbbbbbbb'.repeat(20)}`).text).toMatch(/: a mostly waits outside the GIL/);
  });

  it('native_parallel: work with the GIL released', () => {
    const found = verdict(`
      hash: ${'Hrrrrrrrrr'.repeat(20)}
      main: _HHHHHHHH${'bbHHHHHHHH'.repeat(19)}b
    `);
    expect(found.kind).toBe('native_parallel');
    expect(found.text).toContain('hash works with the GIL released');
  });

  it('is about the threads of one process: those of another do not share its GIL', () => {
    const turning = [...recordingOfArt(turns(30)).recording.frames()];
    const alone = [...recordingOfArt(`quiet: ${'Hbbbbbbbbb'.repeat(30)}`).recording.frames()].slice(1);
    for (const frame of alone) new DataView(frame.buffer, frame.byteOffset).setUint16(6, 1, true);
    const found = modelOf([...turning, ...alone]).summary().verdict;
    expect(found.kind).toBe('cpu_bound');
    expect(found.text).toMatch(/^In art\.py: count-1 and count-2 take turns/);
  });

  it('tells threads of one name as so many', () => {
    const found = verdict(turns(30).replace('count-1', 'count').replace('count-2', 'count'));
    expect(found.text).toMatch(/^2 threads named count take turns/);
  });

  it('single_thread', () => {
    const found = verdict(`
      main: ${'H'.repeat(200)}
      agent!: ${'w'.repeat(200)}
    `);
    expect(found.kind).toBe('single_thread');
    expect(found.evidence[0]).toBe('It held the GIL for 200 ms, 100 % of the time.');
    expect(found.advice).toMatch(/share the one GIL\. Processes have a GIL each\.$/);
  });

  it('one thread that hardly holds it does no work to speak of', () => {
    const found = verdict(`main: ${'Hbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'.repeat(8)}`);
    expect(found.kind).toBe('io_bound');
  });

  it('too_short', () => {
    expect(verdict('a: HHHHbbbb').kind).toBe('too_short');
    expect(verdict('').kind).toBe('too_short');
  });

  it('no_gil', () => {
    expect(verdict('a: ', { gilEnabled: false, watermarks: [1e9] }).kind).toBe('no_gil');
  });

  it('mixed, when nothing stands out', () => {
    const found = verdict(`
      a: ${'HHHHHbbbbbHHHHHbbbbb'.repeat(10)}
      b: _wwwwHHHHHbbbbbbbbbb${'bbbbbbbbbbbbbbbbbbbb'.repeat(9)}
      c: _____${'wwwwwHHHHHbbbbbbbbbb'.repeat(9)}
    `);
    expect(found.kind).toBe('mixed');
  });

  it('says estimated when it is', () => {
    expect(verdict(turns(30), { engine: 'estimated' }).text).toMatch(/^Estimated: count-1/);
  });
});
