/** Traces that gilscope writes, read back: the summary is the same, of made-up recordings of every kind; of a part, that of the part. */
import { describe, expect, it } from 'vitest';
import { oddModel } from '../export/testing/oddNames.ts';
import type { SessionModel } from '../model/session.ts';
import { recordingOfArt } from '../model/testing/ascii.ts';
import { longSchedule } from '../model/testing/schedule.ts';
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
