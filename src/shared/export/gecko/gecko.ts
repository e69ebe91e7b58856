/**
 * `gecko`: JSON for profiler.firefox.com. Markers for holds and waits and what the program marked, stacks where calls were traced, memory
 * as a counter. Times are milliseconds since the start of the session.
 */
import { NS_PER_MS } from '../../units.ts';
import type { ProcessInfo, ThreadInfo } from '../../contract/types.ts';
import { elements, json, jsonArray, TextOutput } from '../textOutput.ts';
import { nameOfThread, orUnknown } from '../trace/names.ts';
import type { ExportSource, FormatWriter, Piece, ProcessSampleRow } from '../types.ts';
import { markerTable } from './markers.ts';
import { metaOf } from './schema.ts';
import { stackTables } from './stacks.ts';
import { Strings } from './strings.ts';

/** Without its tables. */
function threadHead(info: ThreadInfo, process: ProcessInfo): object {
  const ms = (ns: number | null): number | null => (ns === null ? null : ns / NS_PER_MS);
  return {
    processType: 'default',
    processStartupTime: ms(process.bornNs),
    processShutdownTime: ms(process.endedNs),
    registerTime: ms(info.bornNs),
    unregisterTime: ms(info.endedNs),
    pausedRanges: [],
    name: nameOfThread(info),
    processName: orUnknown(process.name),
    isMainThread: info.main,
    pid: String(process.pid),
    tid: info.tid,
    showMarkersInTimeline: true,
  };
}

function* thread(out: TextOutput, source: ExportSource, info: ThreadInfo, strings: Strings): Generator<Piece> {
  out.put(`${json(threadHead(info, source.process(info.process))).slice(0, -1)},`);
  yield* markerTable(out, source, info.idx, strings);
  out.put(',');
  yield* stackTables(out, source, info.idx, strings);
  out.put('}');
}

interface Memory {
  process: ProcessInfo;
  /** The thread whose track it belongs to. */
  mainThreadIndex: number;
}

/** Processes that have a thread and whose memory is known. */
function memories(source: ExportSource): Memory[] {
  const known = ({ rssBytes }: ProcessSampleRow): boolean => !Number.isNaN(rssBytes);
  return source.processes.flatMap((process) => {
    const mine = source.threads.flatMap((info, i) => (info.process === process.idx ? [{ main: info.main, i }] : []));
    if (mine.length === 0 || !some(source.processSamples(process.idx), known)) return [];
    return [{ process, mainThreadIndex: (mine.find(({ main }) => main) ?? mine[0]).i }];
  });
}

function some<T>(rows: Iterable<T>, holds: (row: T) => boolean): boolean {
  for (const row of rows) if (holds(row)) return true;
  return false;
}

/** Its counts are changes; the first is from nothing. */
function* memory(out: TextOutput, source: ExportSource, { process, mainThreadIndex }: Memory): Generator<Piece> {
  const description = 'Resident memory of the process';
  const head = { name: 'malloc', category: 'Memory', description, pid: String(process.pid), mainThreadIndex };
  out.put(`${json(head).slice(0, -1)},"samples":{`);
  let last = 0;
  let length = 0;
  const change = ({ rssBytes }: ProcessSampleRow): string => {
    length++;
    const count = Number.isNaN(rssBytes) ? 0 : rssBytes - last;
    last += count;
    return String(count);
  };
  yield* jsonArray(out, 'time', source.processSamples(process.idx), ({ at }) => String(at / NS_PER_MS));
  out.put(',');
  yield* jsonArray(out, 'count', source.processSamples(process.idx), change);
  out.put(`,"length":${length}}}`);
}

export const gecko: FormatWriter = function* (source) {
  const out = new TextOutput();
  const strings = new Strings();
  out.put(`{"meta":${json(metaOf(source, source.threads.length))},"libs":[],"threads":[`);
  for (const [i, info] of source.threads.entries()) {
    if (i > 0) out.put(',');
    yield* thread(out, source, info, strings);
  }
  out.put('],"counters":[');
  for (const [i, one] of memories(source).entries()) {
    if (i > 0) out.put(',');
    yield* memory(out, source, one);
  }
  out.put('],"shared":{"stringArray":[');
  yield* elements(out, strings.all, (text) => json(text));
  out.put(']}}\n');
  out.passed(1, 1, source);
  yield out.piece();
};
