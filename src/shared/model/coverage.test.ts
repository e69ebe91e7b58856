/** Coverage: what was captured is held against what the interpreter had counted at the same moment. */
import { expect, it } from 'vitest';
import { encodeControl } from '../protocol/control.ts';
import { encodeFrame, FrameKind } from '../protocol/frames.ts';
import { encodeCounter } from '../protocol/sample.ts';
import { recordingOfArt } from './testing/ascii.ts';
import { at, modelOf } from './testing/recording.ts';

const MS = 1e6;
const ART = `
  a: HHHHwwwwHHHHwwwwHHHH
  b: wwwwHHHHwwwwHHHHwwww
`;
const found = encodeControl(FrameKind.gil, { id: 0, ns: String(at(0)), count0: '1000' });
const counter = (ms: number, switches: bigint) =>
  encodeFrame(FrameKind.counter, encodeCounter({ gil: 0, ns: at(ms * MS), count: 1000n + switches }));
const goodbye = encodeControl(FrameKind.goodbye, { reason: 'exit' });
const frames = (): Uint8Array[] => [...recordingOfArt(ART).recording.frames()];

/** A count that is read before the last watermark comes: as in a file that was cut between two counts. */
const withCount = (count: Uint8Array) => {
  const all = frames();
  return modelOf([...all.slice(0, -1), found, count, ...all.slice(-1)]);
};

it('compares at the moment of the count, not with what came after it', () => {
  const model = withCount(counter(9, 2n));
  expect(model.gils[0]).toMatchObject({ switches: 4, switchesCounted: 2, switchesChecked: 2 });
  expect(model.summary().processes[0].gils[0]).toMatchObject({
    switches: 4,
    switches_counted: 2,
    switches_checked: 2,
  });
});

it('tells a switch that was not captured', () => {
  const model = withCount(counter(9, 3n));
  expect(model.gils[0]).toMatchObject({ switchesCounted: 3, switchesChecked: 2 });
});

it('takes the last count with the goodbye', () => {
  const model = modelOf([...frames(), found, counter(50, 4n), goodbye]);
  expect(model.gils[0]).toMatchObject({ switches: 4, switchesCounted: 4, switchesChecked: 4 });
});

it('says nothing before the first count', () => {
  expect(modelOf([...frames(), found]).gils[0]).toMatchObject({ switchesCounted: null, switchesChecked: null });
});
