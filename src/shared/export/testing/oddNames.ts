/**
 * A small recording that has everything a format may have to tell (holds, waits, switches, sites, calls, marks, watches, samples), with names
 * that are easily written wrongly. For tests of the formats here and elsewhere; never used by the product.
 */
import { FrameKind, encodeFrame } from '../../protocol/frames.ts';
import { encodeControl } from '../../protocol/control.ts';
import { EventKind } from '../../protocol/events.ts';
import { CallKind, encodeTally, type TallyFigures } from '../../protocol/functionTrace.ts';
import { encodeMark, MarkKind, type Mark } from '../../protocol/mark.ts';
import { encodeRefcount, RefcountFlag } from '../../protocol/refcount.ts';
import type { Sample } from '../../protocol/sample.ts';
import type { SessionModel } from '../../model/session.ts';
import { recordingOfArt } from '../../model/testing/ascii.ts';
import { callsFrame } from '../../model/testing/callTree.ts';
import { at, modelOf } from '../../model/testing/recording.ts';
import type { ExportScope, ExportSource } from '../types.ts';

const MS = 1e6;

/** The model cuts names at 256 characters, command lines at 65,536: it is for formats to bear what it lets through. */
export const ODD_NAMES = [
  'say "hello", it\'s; a\\b\tc',
  'two\nlines\r\nand a third',
  'café 🧵🐍 👩‍👩‍👧',
  'خيط العمل',
  '</script><script>alert(1)</script>&amp;',
  '=1+1',
  'a\u0000b\u001b[31mred\u202Egnp',
  `cut in two \ud83d`,
  'x'.repeat(10_000),
  '',
] as const;

const ART = `
  T0: HHHHwwwwHHHH....HH..
  T1: wwwwHHHHwwwwHHHHbbbb
  T2: ____________________
  T3: ______________wwwwHH
  agent!: ____________________
`;

function samples(): Sample[] {
  return [0, 5, 10, 15, 20].map((ms, round) => ({
    ns: at(ms * MS),
    cores: [1 + ms / 1e3, 2 + ms / 2e3],
    processes: [
      {
        ...{ stream: 0, rssBytes: 30e6 + round * 1e6, pssBytes: 20e6, cpuS: ms / 1e3 },
        threads: [1001, 1002].map((tid, i) => ({ tid, core: i, onCpu: true, cpuS: ms / 2e3 })),
      },
    ],
  }));
}

const markFrame = (ms: number, mark: Partial<Mark>): Uint8Array => {
  const nothing = { what: MarkKind.none, dropped: 0, id: 0n, serial: 1, tid: 1001, name: '' };
  return encodeFrame(FrameKind.mark, encodeMark({ ...nothing, ns: at(ms * MS), ...mark }));
};

/** Marks hold at most 200 characters. */
const marks = (): Uint8Array[] =>
  ODD_NAMES.slice(0, 7).flatMap((name, i) => [
    markFrame(2 * i, { what: MarkKind.begin, id: BigInt(i + 1), name }),
    markFrame(2 * i + 0.5, { what: MarkKind.instant, name }),
    markFrame(2 * i + 1.5, { what: MarkKind.end, id: BigInt(i + 1) }),
  ]);

/** Calls within calls: site 1 all along, sites 2 to 9 one after the other within it. */
function calls(): Uint8Array[] {
  const inner = ODD_NAMES.slice(1, 9).map((_, i) => ({
    ...{ kind: CallKind.call, ns: at((2 * i + 2) * MS), depth: 1, site: i + 2, length: 1.5 * MS },
  }));
  const outer = { kind: CallKind.call, ns: at(19 * MS), depth: 0, site: 1, length: 18.5 * MS };
  const rows = [outer, ...inner].map(({ site, length }, i) => ({
    site,
    sums: [1, i === 0 ? 6.5 * MS : length, 0, 0, length, 0, 0] satisfies TallyFigures,
  }));
  const tally = encodeTally({ serial: 1, tid: 1001, from: at(0), until: at(19 * MS), rows });
  return [
    encodeControl(FrameKind.state, { functions: true, functions_min_ns: '1000' }),
    callsFrame([...inner, outer]),
    encodeFrame(FrameKind.tally, tally),
  ];
}

const watches = (): Uint8Array[] =>
  [1, 5, 10].flatMap((ms, round) => [
    ...(round === 0
      ? ODD_NAMES.slice(0, 4).map((expression, i) =>
          encodeControl(FrameKind.watch, {
            ...{ id: i + 1, expression, ns: String(at(0)), state: 'counted', type: 'list', rate_hz: 100 },
          }),
        )
      : []),
    encodeFrame(
      FrameKind.refcount,
      encodeRefcount({
        ...{ ns: at(ms * MS), costNs: 1000, split: false },
        rows: [0, 1, 2, 3].map((i) => ({
          ...{ watch: i + 1, count: 2 + round + i, sizeBytes: i === 3 ? NaN : 56 + 8 * round },
          flags: i === 2 ? RefcountFlag.immortal : i === 3 && round === 1 ? RefcountFlag.absent : 0,
        })),
      }),
    ),
  ]);

/** Threads T0 to T3, functions and files, marks, watched expressions and the command line bear the names of ODD_NAMES. */
export function oddFrames(): Uint8Array[] {
  const { recording, endNs } = recordingOfArt(ART);
  recording.threads.forEach((thread, i) => {
    thread.name = thread.own ? thread.name : ODD_NAMES[i];
    // Each time it lets go in another function.
    thread.events = thread.events.flatMap((event, k) =>
      event.kind === EventKind.drop
        ? [{ kind: EventKind.site, ns: event.ns, gil: event.gil, site: ((i + k) % ODD_NAMES.length) + 1 }, event]
        : [event],
    );
  });
  ODD_NAMES.forEach((name, i) =>
    recording.sites.push({ id: i + 1, name, qualname: i % 2 === 0 ? name : null, file: name, first_line: i, line: i }),
  );
  const frames = [...recording.frames({ cores: 2, samples: samples(), watermarks: [endNs], endNs })];
  const first = frames.findIndex((frame) => frame[4] === FrameKind.events);
  const named = encodeControl(FrameKind.process, { pid: 4242, name: ODD_NAMES[2], argv: ['python', ...ODD_NAMES] });
  return [...frames.slice(0, first), named, ...calls(), ...marks(), ...watches(), ...frames.slice(first)];
}

export const oddModel = (): SessionModel => modelOf(oddFrames());

export const WHOLE: ExportScope = { processes: [], threads: [] };

/** Any model as a source, whole or in part. */
export const sourceOf = (model: SessionModel, scope: Partial<ExportScope> = {}): ExportSource =>
  model.exportSource({ ...WHOLE, ...scope }, { title: ODD_NAMES[0], gilscope: '0.1.0' });

export const oddSource = (scope: Partial<ExportScope> = {}): ExportSource => sourceOf(oddModel(), scope);
