/**
 * What reads bytes that others wrote. Each target makes one odd input of what is regular and gives it to the real reader; it returns when
 * the outcome was one that is promised (a result, or the refusal that this reader has), and throws when not. Run by fuzz.test.ts.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { callArgs } from '../../src/shared/contract/calls.ts';
import { parseBudget, parseMetric, LimitError } from '../../src/shared/check/limits.ts';
import { compareSpec } from '../../src/shared/contract/compareSpec.ts';
import { decodeMessage, decodeRequest, encodeMessage, encodeRequest } from '../../src/shared/contract/messages.ts';
import { SessionModel } from '../../src/shared/model/session.ts';
import { encodeFrame, FrameReader, ProtocolError, type Frame } from '../../src/shared/protocol/frames.ts';
import { isControl } from '../../src/shared/protocol/control.ts';
import { parsePythonArgs } from '../../src/shared/pythonArgs.ts';
import { joinArgs, splitArgs } from '../../src/shared/shell.ts';
import { isWatch, parseWatch } from '../../src/shared/watchExpression.ts';
import { readElf } from '../../src/engine/discovery/elf.ts';
import { UserError } from '../../src/engine/errors.ts';
import { FileSession } from '../../src/engine/fileSession.ts';
import { Library } from '../../src/engine/library.ts';
import { parseCoreTimes, parseStat } from '../../src/engine/procfs.ts';
import { Recents } from '../../src/engine/recents.ts';
import { fileHead, frameBlock } from '../../src/engine/sessionFile.ts';
import { SettingsStore } from '../../src/engine/settings.ts';
import { readCallFailure, readCallReport } from '../../src/engine/compare/callReport.ts';
import { DEFAULT_SETTINGS } from '../../src/shared/settings.ts';
import { parseHandover } from '../../src/main/openRequest.ts';
import { bytesOf, everyFrame, session } from './corpus.ts';
import { askAll } from './questions.ts';
import { mutate, mutateJson, mutateJsonText, type Random } from './random.ts';

type Target = (random: Random) => void | Promise<void>;

/** Runs `read`; anything but these refusals goes on as the failure it is. */
function only(refusals: readonly (new (...args: never[]) => Error)[], read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (refusals.some((kind) => error instanceof kind)) return false;
    throw error;
  }
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The last but one is as many processes as a session may have: slow, so it is rare. */
const STREAMS = [...Array.from({ length: 60 }, (_, i) => i % 20), 4095, 65535];

function oddFrame(random: Random, frame: Frame): Frame {
  const kind = random.chance(0.03) ? random.below(256) : frame.kind;
  const stream = random.chance(0.05) ? random.pick(STREAMS) : frame.stream;
  const { payload } = random.chance(0.1) ? random.pick(everyFrame) : frame;
  if (!random.chance(0.3)) return { kind, stream, payload };
  if (!isControl(frame.kind) || random.chance(0.3)) return { kind, stream, payload: mutate(random, payload) };
  return { kind, stream, payload: utf8(mutateJsonText(random, JSON.parse(textOf(frame.payload)))) };
}

/** The frames of a session: some changed, left out, doubled, out of order. */
function oddFrames(random: Random): Frame[] {
  const frames = session.flatMap((frame) => {
    const odd = oddFrame(random, frame);
    if (random.chance(0.03)) return [];
    return random.chance(0.05) ? [odd, random.pick(everyFrame), odd] : [odd];
  });
  for (let i = random.below(4); i > 0; i--) frames.push(...frames.splice(random.below(frames.length), 1));
  return frames.filter(({ kind, payload }) => kind !== 0 && payload.length <= 1 << 20);
}

/** Refused frames leave no trace, so that the next ones still reach the model. */
function modelOf(frames: readonly Frame[]): SessionModel {
  const model = new SessionModel();
  for (const frame of frames) only([ProtocolError], () => model.apply(frame));
  return model;
}

const work = mkdtempSync(join(tmpdir(), 'gilscope-fuzz-'));
export const cleanUp = (): void => rmSync(work, { recursive: true, force: true });
const put = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(work, name), bytes);
  return join(work, name);
};

/** As gilscope would pack them, in a few blocks. */
function packed(random: Random, frames: readonly Frame[], odd: (block: Uint8Array) => Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [fileHead()];
  for (let from = 0; from < frames.length;) {
    const to = from + 1 + random.below(frames.length);
    blocks.push(frameBlock(odd(gzipSync(bytesOf(frames.slice(from, to)), { level: 1 }))));
    from = to;
  }
  return new Uint8Array(Buffer.concat(blocks));
}

async function openSession(bytes: Uint8Array): Promise<void> {
  let opened: FileSession;
  try {
    opened = await FileSession.open(put('odd.gilscope', bytes), null);
  } catch (error) {
    if (error instanceof UserError && ['not-a-session', 'newer-format'].includes(error.code)) return;
    throw error;
  }
  await opened.loaded;
  askAll(opened.model);
  encodeMessage({ push: 'session.changed', body: { session: opened.info() } });
  await opened.close();
}

const aRequest = {
  ...{ id: 3, name: 'session.launch' },
  args: { python: '/usr/bin/python3', args: ['a.py'], cwd: '/srv', env: { A: 'b' }, engine: 'auto', functions: true },
};
const launch = { python: '/usr/bin/python3', args: ['-X', 'dev', 'a.py', '--x'], cwd: '/', env: {}, engine: 'auto' };
const variants = ['a', 'b'].map((name) => ({ name, source: { kind: 'launch', spec: launch } }));
const how = { repeat: 4, timeLimitS: 10, checkOutput: true };
const call = { call: 'm:f', inputs: ['1'], workers: 2, modes: ['threads'], pythons: ['/p'], cwd: '/', engine: 'auto' };
const comparison = { kind: 'variants', variants, ...how };
const asked = [comparison, { kind: 'call', call, ...how }];
const ranges = [{ id: 's1', start: 0, end: 1e9, px: 100 }, { path: '/srv/a.gilscope' }, { id: 's1', thread: 1, at: 5 }];
const settings = {
  ...DEFAULT_SETTINGS,
  lastLaunch: launch,
  lastCompare: comparison,
  lastExport: { format: 'csv', folder: '/' },
};
const recent = {
  ...{ path: '/srv/a.gilscope', title: 'a', created: '2026-01-01T00:00:00Z', command: ['python', 'a.py'], wallS: 1 },
  ...{ threads: 2, held: 0.5, contended: 0.1, engine: 'exact', python: '3.12.1', verdict: 'x', spec: launch },
  ...{ name: 'n', note: '', tags: ['t'] },
};
const report = {
  ...{ mode: 'threads', workers: 2, tasks: 4, work_s: 1, start_up_s: 0.1, shut_down_s: 0.1, task_s: 0.2 },
  ...{ passed_bytes: 10, digest: 'a'.repeat(64), results: '[1]' },
};
const STAT =
  '42 (python (x) 3) R 1 42 42 0 -1 4194304 1 0 0 0 12 3 0 0 20 0 4 0 999 1 1 1 1 1 1 1 1 1 1 1 1 0 0 0 17 3 0 0 0';
const CORES = 'cpu  1 2 3 4 5 6 7 8 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\ncpu1 1 2 3 4 5 6 7 8 0 0\nintr 9\n';
const PHRASES = [
  ...['__main__:cache["key"]', 'app.state:jobs[0].x', "m:a['\\x41\\u0041']", 'gil.wait_share=10%', '-X dev a.py'],
  ...['thread.napper.wait_p95=2ms', 'coverage=99%', 'python3 "a b.py" --x=\'y\'', '-c "print(1)" -- a'],
];
const elf = readFileSync(process.execPath).subarray(0, 1 << 16);
const tracer = readFileSync(new URL('../../python-agent/native/build/libgilscope.so', import.meta.url));

const library = new Library(work);

export const targets: Record<string, Target> = {
  /** The wire: any bytes, however they are chunked. */
  stream(random) {
    const bytes = mutate(random, bytesOf(oddFrames(random).slice(0, 1 + random.below(40))), bytesOf(session));
    const reader = new FrameReader();
    const model = new SessionModel();
    for (let at = 0; at < bytes.length;) {
      const to = at + random.pick([1, 7, 100, bytes.length]);
      const read = only([ProtocolError], () => {
        for (const frame of reader.push(bytes.subarray(at, to))) only([ProtocolError], () => model.apply(frame));
      });
      if (!read) break;
      at = to;
    }
    askAll(model);
  },

  /** Frames of good form that say odd things: what is taken can be asked about. */
  frames: (random) => askAll(modelOf(oddFrames(random))),

  /** A session file with odd frames in sound blocks. */
  session: (random) => openSession(packed(random, oddFrames(random), (block) => block)),

  /** A session file with damaged blocks, lengths and head. */
  damaged: (random) =>
    openSession(
      random.chance(0.5)
        ? mutate(
            random,
            packed(random, session, (block) => block),
          )
        : packed(random, session, (block) => (random.chance(0.3) ? mutate(random, block) : block)),
    ),

  /** What windows send and receive. */
  packets(random) {
    const request = encodeRequest({ ...aRequest, args: mutateJson(random, aRequest.args) });
    only([RangeError, SyntaxError, TypeError, Error], () => decodeRequest(mutate(random, request)));
    const reply = encodeMessage({ push: 'terminal.data', body: { id: 's', bytes: random.bytes(9) } });
    only([RangeError, SyntaxError, TypeError, Error], () => decodeMessage(mutate(random, reply)));
  },

  /** Arguments of every call, comparisons among them: parsed or refused, never thrown out of. */
  calls(random) {
    for (const schema of Object.values(callArgs))
      schema.safeParse(mutateJson(random, random.pick([...ranges, settings, launch])));
    const spec = compareSpec.safeParse(mutateJson(random, random.pick(asked), 0.05));
    if (spec.success && spec.data.kind === 'variants' && spec.data.variants.length > 12) throw new Error('unbounded');
  },

  /** Small files of gilscope's own: whatever is in them, each field is what it may be. */
  async files(random) {
    put('settings.json', mutateJsonText(random, settings));
    const read = new SettingsStore(work).get();
    if (Object.keys(read).sort().join() !== Object.keys(DEFAULT_SETTINGS).sort().join())
      throw new Error('fields are missing');
    const parsed = callArgs['settings.set'].safeParse(read);
    if (!parsed.success) throw parsed.error;
    put('recents.json', mutateJsonText(random, [recent, recent]));
    put('forgotten.json', mutateJsonText(random, ['/srv/a.gilscope']));
    put('trash.json', mutateJsonText(random, []));
    encodeMessage({ id: 1, ok: true, reply: await new Recents(work, library).list() });
    parseHandover(mutateJson(random, { files: ['/a'] }));
    const path = put(
      'report.json',
      mutateJsonText(random, random.pick([report, { error: { message: 'm', remedy: null } }])),
    );
    only([UserError], () => readCallReport(path));
    only([UserError], () => readCallFailure(path));
  },

  /** Small languages: command lines, watches, limits. */
  phrases(random) {
    const text = textOf(mutate(random, utf8(random.pick(PHRASES))));
    const { args } = splitArgs(text);
    if (args !== null) {
      const again = splitArgs(joinArgs(args)).args;
      if (JSON.stringify(again) !== JSON.stringify(args)) throw new Error(`quoting changes ${JSON.stringify(args)}`);
      only([Error], () => parsePythonArgs(args));
    }
    isWatch(parseWatch(text));
    only([LimitError], () => parseMetric(text));
    only([LimitError], () => parseBudget('max', text));
  },

  /** What the kernel says of processes that choose their own names, and ELF files of theirs. */
  machine(random) {
    parseStat(textOf(mutate(random, utf8(STAT))));
    if (parseCoreTimes(textOf(mutate(random, utf8(CORES)))).length > 100_000) throw new Error('unbounded');
    const file = Buffer.from(mutate(random, random.pick([elf, tracer])));
    let reads = 0;
    const read = (offset: number, length: number): Buffer => {
      if (++reads > 20_000 || length > 64 << 20) throw new Error(`reads without bound: ${reads}, ${length}`);
      return file.subarray(offset, offset + length);
    };
    const found = readElf({ read });
    for (const name of ['_PyRuntime', 'Py_Version', 'malloc']) found?.symbol(name);
  },
};

/** For those that begin with what is whole: it is read without a word. */
export const sound: Record<string, () => void | Promise<void>> = {
  frames: () => {
    const model = new SessionModel();
    for (const frame of session) model.apply(frame);
    askAll(model);
  },
  session: async () => {
    const blocks = [
      fileHead(),
      frameBlock(gzipSync(Buffer.concat(session.map((f) => encodeFrame(f.kind, f.payload, f.stream))))),
    ];
    const opened = await FileSession.open(put('sound.gilscope', Buffer.concat(blocks)), null);
    await opened.loaded;
    const { damage } = opened.info();
    if (damage !== null) throw new Error(damage);
  },
};
