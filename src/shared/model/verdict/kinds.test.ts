/** Kinds of verdicts that need more than one timeline to be told: what earns them, and what nearly does. */
import { describe, expect, it } from 'vitest';
import { encodeControl } from '../../protocol/control.ts';
import { EventKind } from '../../protocol/events.ts';
import { FrameKind } from '../../protocol/frames.ts';
import { modelOfArt, recordingOfArt, type ArtOptions } from '../testing/ascii.ts';
import { at, modelOf, type Recording, type RecordedThread } from '../testing/recording.ts';

const PLACES = {
  fetch: { id: 1, name: 'fetch', file: '/srv/app.py', first_line: 3, line: 4 },
  wait: { id: 2, name: 'wait', file: '/usr/lib/python3.12/threading.py', first_line: 320, line: 355 },
  importing: { id: 3, name: '<module>', file: '/usr/lib/python3.12/socket.py', first_line: 1, line: 1 },
};
type PlaceName = keyof typeof PLACES;

/** From then on the thread lets go at this place. */
function say(thread: RecordedThread, ms: number, place: PlaceName): void {
  const ns = at(ms * 1e6);
  const found = thread.events.findIndex((event) => event.ns >= ns && event.kind !== EventKind.take);
  thread.events.splice(found, 0, { kind: EventKind.site, ns: thread.events[found].ns, site: PLACES[place].id });
}

function placed(art: string, place: PlaceName | null): { recording: Recording; endNs: number } {
  const made = recordingOfArt(art);
  made.recording.sites.push(...Object.values(PLACES));
  if (place !== null) for (const thread of made.recording.threads) say(thread, 0, place);
  return made;
}

function verdictAt(art: string, place: PlaceName | null, options: ArtOptions = {}) {
  const { recording, endNs } = placed(art, place);
  return recording.model({ watermarks: [endNs], dropSites: true, ...options }).summary().verdict;
}

/** Each has the lock for 5 of 20 ms, blocked most of it, and waits for it otherwise; one after the other. */
const queueing = [0, 1, 2, 3]
  .map((i) => `fetch-${i}: ${'_'.repeat(5 * i)}${'HbbbHlllllllllllllll'.repeat(20)}`)
  .join('\n');

describe('lock_contention', () => {
  it('is earned by threads that wait for a lock which one of them has', () => {
    const verdict = verdictAt(queueing, 'fetch');
    expect(verdict.kind).toBe('lock_contention');
    expect(verdict.text).toMatch(
      /^A lock holds up fetch-\d, fetch-\d, fetch-\d and 1 more rather than the GIL: 100 % of their waiting is for locks\.$/,
    );
    expect(verdict.evidence[0]).toMatch(
      /waited about (29|30|31)\d ms for locks, 7\d % of its life, and 0 s for the GIL/,
    );
    expect(verdict.evidence).toContain('Those waits began in fetch (app.py:4).');
    expect(verdict.evidence.at(-1)).toMatch(/^While one of them waited, (0\.9\d+|1(\.\d+)?) of the 4 threads/);
  });

  it('nearly: the same waits where threads wait for work', () => {
    expect(verdictAt(queueing, 'wait').kind).toBe('io_bound');
  });

  it('nearly: nobody knows where they wait, or the engine cannot tell waits for locks', () => {
    expect(verdictAt(queueing, null).kind).toBe('io_bound');
    expect(verdictAt(queueing, 'fetch', { engine: 'estimated' }).kind).not.toBe('lock_contention');
  });

  it('nearly: they all wait at the same time, so none of them has it', () => {
    const idle = [0, 1, 2, 3].map((i) => `w-${i}: ${'_'.repeat(i)}${'Hlllllllllllllllllll'.repeat(20)}`).join('\n');
    expect(verdictAt(idle, 'fetch').kind).toBe('io_bound');
  });

  it('nearly: one waits once, for another to end', () => {
    const join = `main: H${'l'.repeat(399)}\nworker: _${'HHHHHHHHHb'.repeat(40)}`;
    expect(verdictAt(join, 'fetch').kind).toBe('single_thread');
  });

  it('is earned beside one that has the lock nearly always, and hardly waits for it', () => {
    const hog = `hog: ${'HHHHHHHHbb'.repeat(40)}`;
    const others = `a: ________${'Hlllllllll'.repeat(39)}\nb: _________${'Hlllllllll'.repeat(39)}`;
    const verdict = verdictAt(`${hog}\n${others}`, 'fetch');
    expect(verdict.kind).toBe('lock_contention');
    expect(verdict.text).toContain('holds up a and b rather than the GIL');
    expect(verdict.evidence.at(-1)).toContain('of the 3 threads that pass there');
  });
});

describe('too_many_threads', () => {
  const crowd = (n: number): string =>
    Array.from({ length: n }, (_, i) => {
      const round = `${'w'.repeat(5 * i)}HHHHH${'w'.repeat(5 * (n - 1 - i))}`;
      return `t-${i}: ${round.repeat(4)}`;
    }).join('\n');

  it('is earned by a crowd that waits for one', () => {
    const verdict = verdictAt(crowd(12), null);
    expect(verdict.kind).toBe('too_many_threads');
    expect(verdict.text).toBe(
      'More threads than are of use: 12 threads want the GIL, and on average 11.0 of them wait for the one that has it.',
    );
    expect(verdict.evidence[0]).toBe('Together they held it for 240 ms and waited 2.64 s for it.');
    expect(verdict.predicted_s).toBeCloseTo(0.06);
  });

  it('nearly: a few take turns', () => {
    expect(verdictAt(crowd(5), null).kind).toBe('cpu_bound');
  });

  it('nearly: as many that sleep', () => {
    const sleepers = Array.from(
      { length: 12 },
      (_, i) => `s-${i}: ${'_'.repeat(i)}${'Hbbbbbbbbbbbbbbbbbbb'.repeat(10)}`,
    );
    expect(verdictAt(sleepers.join('\n'), null).kind).not.toBe('too_many_threads');
  });
});

describe('native_parallel', () => {
  it('nearly: one thread alone, which more threads could help', () => {
    const verdict = verdictAt(`digest: ${'Hrrrrrrrrr'.repeat(20)}`, null);
    expect(verdict.kind).toBe('single_thread');
    expect(verdict.advice).toBe('That work releases the GIL: more threads could do it at the same time.');
    expect(verdict.evidence[1]).toMatch(/^It ran about 1[78]\d ms in native code/);
  });
});

describe('io_starved', () => {
  const workers = `a: ${'HHHHHwwwwwww'.repeat(40)}\nb: ${'wwwwwHHHHHww'.repeat(40)}`;
  const late = (rounds: number): string => 'wwwwwwwwwwH.'.repeat(rounds);

  it('is earned by waits that come again and again', () => {
    expect(verdictAt(`${workers}\nmain: ${late(40)}`, null).text).toMatch(/^main starves behind a and b/);
  });

  it('nearly: a thread that starts others, and joins them, waits behind them in two bursts', () => {
    const main = `main: ${late(6)}${'.'.repeat(12 * 30)}${late(4)}`;
    expect(verdictAt(`${workers}\n${main}`, null).kind).toBe('cpu_bound');
  });
});

describe('prediction', () => {
  it('lets what is serial pass as before', () => {
    const art = `
      main: ${'H'.repeat(100)}${'b'.repeat(200)}
      a: ${'_'.repeat(100)}${'HHHHHwwwww'.repeat(20)}
      b: ${'_'.repeat(100)}${'wwwwwHHHHH'.repeat(20)}
    `;
    const verdict = verdictAt(art, null);
    expect(verdict.kind).toBe('cpu_bound');
    expect(verdict.predicted_s).toBeCloseTo(0.2);
    expect(verdict.limits[0]).toContain('lets 100 ms pass as before');
  });

  it('needs no less than the cores allow, nor than the longest of them', () => {
    const four = [0, 1, 2, 3]
      .map((i) => `t-${i}: ${`${'w'.repeat(5 * i)}HHHHH${'w'.repeat(5 * (3 - i))}`.repeat(10)}`)
      .join('\n');
    expect(verdictAt(four, null, { cores: 2 }).predicted_s).toBeCloseTo(0.1);
    expect(verdictAt(four, null, { cores: 64 }).predicted_s).toBeCloseTo(0.05);
    expect(verdictAt(four, null, { cores: 1 }).predicted_s).toBeNull();
  });
});

it('no_gil: what the threads do is told by cores only', () => {
  const sample = (ms: number, cpuS: number) => ({
    ...{ ns: at(ms * 1e6), cores: [ms, ms] },
    processes: [{ stream: 0, rssBytes: 1, pssBytes: NaN, cpuS, threads: [] }],
  });
  const options = { gilEnabled: false, watermarks: [1e9], samples: [sample(0, 0), sample(1000, 1.8)] };
  const verdict = modelOfArt('a: ', options).summary().verdict;
  expect(verdict).toMatchObject({
    kind: 'no_gil',
    evidence: ['On average 1.80 cores were in use.'],
    predicted_s: null,
  });
  expect(verdict.limits).toHaveLength(1);
  // The same interpreter with its GIL: nothing was held, so there is nothing to judge.
  expect(modelOfArt('a: ', { ...options, gilEnabled: true }).summary().verdict.kind).toBe('too_short');
});

it('says that events were lost, which any verdict may rest on', () => {
  const limits = verdictAt(`a: ${'HHHHHwwwww'.repeat(20)}\nb: ${'wwwwwHHHHH'.repeat(19)}wwwwwxxxHH`, null).limits;
  expect(limits.at(-1)).toBe('1 events were dropped: what happened there is not in it.');
});

/** Frames of a child as stream `stream`: its art, in which it imports until `readyMs`, and what process it is. */
function child(
  stream: number,
  name: string,
  bornMs: number,
  art: string,
  readyMs: number,
  argv = ['python'],
): Uint8Array[] {
  const { recording, endNs } = placed(art, 'importing');
  say(recording.threads[0], readyMs, 'fetch');
  const frames = [...recording.frames({ watermarks: [endNs], dropSites: true })].slice(2);
  const process = encodeControl(FrameKind.process, {
    ...{ pid: 5000 + stream, ppid: 4242, name, born_ns: String(at(bornMs * 1e6)), argv },
  });
  return [...frames, process].map((frame) => {
    const own = frame.slice();
    new DataView(own.buffer).setUint16(6, stream, true);
    return own;
  });
}

function family(children: Uint8Array[][]) {
  const parent = [...recordingOfArt(`main: HHHHH${'b'.repeat(395)}`).recording.frames({ watermarks: [400e6] })];
  return modelOf([...parent, ...children.flat()]).summary().verdict;
}

describe('start_up', () => {
  /** Born at 10, imports until `ready`, works until the end of its art. */
  const worker = (stream: number, ready: number, work: number): Uint8Array[] =>
    child(
      stream,
      `work-${stream}`,
      10,
      `MainThread: ${'_'.repeat(20)}${'Hb'.repeat((ready - 20) / 2)}${'H'.repeat(work)}b`,
      ready,
    );

  it('is earned by processes that take longer to start than they work', () => {
    const verdict = family([worker(1, 200, 20), worker(2, 220, 30)]);
    expect(verdict.kind).toBe('start_up');
    expect(verdict.text).toMatch(
      /^Starting processes costs more than they gain: work-1 and work-2 needed 39\d ms in all/,
    );
    expect(verdict.evidence[1]).toMatch(/^work-1 was ready after 18\d ms and worked for 2\d(\.\d)? ms/);
  });

  it('nearly: they work for longer', () => {
    expect(family([worker(1, 100, 200), worker(2, 100, 200)]).kind).not.toBe('start_up');
  });

  it('nearly: they wait for work, and what they start on is no matter', () => {
    const idle = (stream: number) =>
      child(stream, 'idle', 10, `MainThread: ${'_'.repeat(20)}${'Hb'.repeat(20)}H${'b'.repeat(320)}Hb`, 60);
    expect(family([idle(1), idle(2)]).kind).not.toBe('start_up');
  });

  it('nearly: what runs all the time is their own program, at its top level', () => {
    const art = `MainThread: ${'_'.repeat(20)}${'Hb'.repeat(90)}${'H'.repeat(20)}b`;
    const run = (script: string) => [1, 2].map((n) => child(n, 'script', 10, art, 200, ['python', '-B', script]));
    expect(family(run('/usr/lib/python3.12/socket.py')).kind).not.toBe('start_up');
    expect(family(run('/srv/app.py')).kind).toBe('start_up');
  });

  it('nearly: multiprocessing’s own helper beside one worker', () => {
    const helper = child(1, 'resource_tracker', 10, `MainThread: ${'_'.repeat(20)}${'Hb'.repeat(90)}Hb`, 200);
    expect(family([helper, worker(2, 200, 20)]).kind).not.toBe('start_up');
  });
});
