/** What mutations begin from: every kind of frame there is, as agents and gilscope write them. */
import { readdirSync, readFileSync } from 'node:fs';
import { encodeControl } from '../../src/shared/protocol/control.ts';
import { encodeFrame, FrameKind, FrameReader, type Frame } from '../../src/shared/protocol/frames.ts';
import { CallKind, encodeCalls, encodeTally } from '../../src/shared/protocol/functionTrace.ts';
import { encodeMark, MarkKind } from '../../src/shared/protocol/mark.ts';
import { encodeRefcount } from '../../src/shared/protocol/refcount.ts';
import { recordingOfArt } from '../../src/shared/model/testing/ascii.ts';
import { at } from '../../src/shared/model/testing/recording.ts';

const GOLDEN = new URL('../../src/shared/protocol/golden/', import.meta.url);

const framesOf = (bytes: Uint8Array): Frame[] => new FrameReader().push(bytes);

/** What each side wrote down to be read by the others. */
const golden = readdirSync(GOLDEN)
  .filter((name) => name.endsWith('.bin'))
  .flatMap((name) => framesOf(readFileSync(new URL(name, GOLDEN))));

const ART = `
  main: HHHHwwwwHHHH....HHHHxxxxHHHHrrrr
  work: wwwwHHHHwwWWHHHHbbbbwwwwhhhh____
  lock: HHHH....llllwwwwHHHHbbbbHHHH____
  more@1: ____HHHH....HHHH....HHHH....HHHH
  agent!: ________HH......................
`;

/** One process that has everything: sites, marks, watches, a function trace, samples, a child. */
function whole(): Frame[] {
  const { recording, endNs } = recordingOfArt(ART);
  for (const id of [1, 2]) recording.sites.push({ id, name: `f${id}`, file: '/srv/app.py', first_line: id * 10 });
  const threads = [1, 2].map((n) => ({ tid: 1000 + n, core: n, onCpu: true, cpuS: n / 100 }));
  const process = { stream: 0, rssBytes: 1e8, pssBytes: 9e7, cpuS: 0.03, threads };
  const samples = [1, 5, 9].map((ms) => ({ ns: at(ms * 1e6), cores: [1 + ms, 2, 3, 4], processes: [process] }));
  const base = { serial: 1, tid: 1001 };
  const records = [
    { kind: CallKind.open, ns: at(2e6), depth: 0, site: 1, length: 1e6 },
    { kind: CallKind.call, ns: at(4e6), depth: 1, site: 2, length: 1e6 },
    { kind: CallKind.close, ns: at(6e6), depth: 0 },
    { kind: CallKind.forget, ns: at(7e6) },
  ];
  const mark = { dropped: 0, ns: at(3e6), id: 7n, ...base, name: 'load' };
  const watch = { id: 1, expression: '__main__:cache', ns: String(at(1e6)), rate_hz: 100, type: 'dict' };
  const rows = [{ watch: 1, flags: 0, count: 12, sizeBytes: 240 }];
  const extra = [
    encodeFrame(FrameKind.calls, encodeCalls({ ...base, records })),
    encodeFrame(
      FrameKind.tally,
      encodeTally({ ...base, from: at(0), until: at(8e6), rows: [{ site: 1, sums: [1, 2, 3, 4, 5, 6, 7] }] }),
    ),
    encodeFrame(FrameKind.mark, encodeMark({ ...mark, what: MarkKind.begin })),
    encodeFrame(FrameKind.mark, encodeMark({ ...mark, what: MarkKind.end, ns: at(5e6), name: '' })),
    encodeFrame(FrameKind.mark, encodeMark({ ...mark, what: MarkKind.instant, id: 0n })),
    encodeControl(FrameKind.watch, { ...watch, state: 'counted' }),
    encodeFrame(FrameKind.refcount, encodeRefcount({ ns: at(2e6), costNs: 900, split: false, rows })),
    encodeControl(FrameKind.look, { ns: String(at(3e6)), serial: 1, site: 2 }),
    encodeControl(FrameKind.log, { level: 'warn', text: 'said' }),
    encodeControl(FrameKind.child, { pid: 4243, ppid: 4242, ns: String(at(4e6)), kind: 'python', argv: ['python'] }),
    encodeFrame(FrameKind.terminal, new TextEncoder().encode('hello\r\n')),
  ];
  const ended = { endNs, samples, watermarks: [4e6, 12e6, endNs] };
  const all = [...recording.frames(ended)].flatMap(framesOf);
  const middle = all.findIndex(({ kind }) => kind === FrameKind.watermark);
  return [...all.slice(0, middle), ...extra.flatMap(framesOf), ...all.slice(middle)];
}

export const session = whole();
export const everyFrame: readonly Frame[] = [...session, ...golden];
export const bytesOf = (frames: readonly Frame[]): Uint8Array =>
  new Uint8Array(Buffer.concat(frames.map(({ kind, payload, stream }) => encodeFrame(kind, payload, stream))));
