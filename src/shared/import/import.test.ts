/** Traces that gilscope writes, read back: the summary is the same, of made-up recordings of every kind; of a part, that of the part. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oddModel } from '../export/testing/oddNames.ts';
import type { SessionModel } from '../model/session.ts';
import { recordingOfArt } from '../model/testing/ascii.ts';
import { longSchedule, schedulesOf } from '../model/testing/schedule.ts';
import type { Summary } from '../contract/types.ts';
import { readBack } from './testing/readBack.ts';

describe.each(['chrome', 'perfetto'] as const)('%s', (format) => {
  const same = (model: SessionModel) => expect(readBack(format, model).summary()).toEqual(model.summary());
  it('small', () => {
    const { recording, endNs } = recordingOfArt(`
      A: __HHwwwwwwHH
      B: __wwHHHHHH.l
      agent!: HH..........
    `);
    same(recording.model({ watermarks: [endNs], endNs }));
  });
  it('long', () => same(longSchedule(7, 20_000).recording.model()));
  it('odd', () => {
    const model = oddModel();
    const text = (summary: Summary): string => JSON.stringify(summary).replaceAll(/\\ud83d(?!\\u)/g, '\ufffd');
    const [a, b] = [text(readBack(format, model).summary()), text(model.summary())];
    expect(a.length).toBe(b.length);
    expect(a === b).toBe(true);
  });
});

/** Whole, and cut where nobody chose to: what the export of a range says of its threads is what its import says. */
describe.each(['chrome', 'perfetto'] as const)('any recording as %s', (format) => {
  const schedules = schedulesOf({
    ...{ threads: { min: 1, max: 5 }, steps: { min: 1, max: 300 } },
    pause: 3000,
    cpu: true,
  });
  const cuts = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
  const times = (summary: Summary) =>
    summary.processes.map(({ threads }) => threads.map(({ name, held_s, wait_s }) => ({ name, held_s, wait_s })));

  it('is the same', () => {
    fc.assert(
      fc.property(schedules, cuts, ({ recording, endNs }, cut) => {
        const model = recording.model({ watermarks: [endNs] });
        expect(readBack(format, model).summary()).toEqual(model.summary());
        const [start, end] = [Math.min(...cut), Math.max(...cut)].map((part) => Math.round(part * endNs));
        if (end - start < 1) return;
        expect(times(readBack(format, model, { start, end }).summary())).toEqual(times(model.summary({ start, end })));
      }),
      { numRuns: 40, interruptAfterTimeLimit: 15_000 },
    );
  });
});
