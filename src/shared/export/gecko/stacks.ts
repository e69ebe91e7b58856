/** The stacks of a thread whose calls were traced, and the time it was in each. Used by gecko.ts. */
import type { FunctionInfo } from '../../contract/functions.ts';
import { functionTitle } from '../../functionNames.ts';
import { NS_PER_MS } from '../../units.ts';
import { NO_STACK, StackTree, stretches, type Stretch } from '../callSteps.ts';
import { jsonArray, type TextOutput } from '../textOutput.ts';
import { orUnknown } from '../trace/names.ts';
import type { ExportSource, Piece } from '../types.ts';
import { categoryOf } from './schema.ts';
import type { Strings } from './strings.ts';

/** A stack lasts until the next sample, so time in no call is told too. */
function* samplesOf(source: ExportSource, thread: number, tree: StackTree): Generator<Stretch> {
  const gap: Stretch = { start: 0, end: source.start, stack: NO_STACK };
  for (const stretch of stretches(source.calls(thread), tree)) {
    gap.start = gap.end;
    gap.end = stretch.start;
    if (gap.end > gap.start) yield gap;
    gap.end = stretch.end;
    yield stretch;
  }
  gap.start = gap.end;
  gap.end = source.end;
  if (tree.callers.length > 0 && gap.end > gap.start) yield gap;
}

/** Each function once, as a frame and as what the frame is of: the format tells lines apart, a trace of calls does not. */
class Functions {
  readonly all: (FunctionInfo | null)[] = [];
  private readonly known = new Map<number, number>();

  of(fn: FunctionInfo | null): number {
    const key = fn?.idx ?? 0;
    let index = this.known.get(key);
    if (index === undefined) this.known.set(key, (index = this.all.push(fn) - 1));
    return index;
  }
}

/** `samples` and all tables that they refer to. */
export function* stackTables(
  out: TextOutput,
  source: ExportSource,
  thread: number,
  strings: Strings,
): Generator<Piece> {
  const tree = new StackTree();
  const samples = (): Generator<Stretch> => samplesOf(source, thread, tree);
  let length = 0;
  out.put('"samples":{"weightType":"tracing-ms",');
  yield* jsonArray(out, 'stack', samples(), ({ stack }) => {
    length++;
    return stack === NO_STACK ? 'null' : String(stack);
  });
  out.put(',');
  yield* jsonArray(out, 'time', samples(), ({ start }) => String(start / NS_PER_MS));
  out.put(',');
  yield* jsonArray(out, 'weight', samples(), ({ start, end }) => String((end - start) / NS_PER_MS));
  out.put(`,"length":${length}},`);
  const functions = new Functions();
  out.put('"stackTable":{');
  yield* jsonArray(out, 'frame', tree.functions, (fn) => String(functions.of(fn)));
  out.put(',');
  yield* jsonArray(out, 'prefix', tree.callers, (caller) => (caller === NO_STACK ? 'null' : String(caller)));
  out.put(`,"length":${tree.callers.length}},`);
  out.put(`"frameTable":${JSON.stringify(frameTable(functions.all))},`);
  out.put(`"funcTable":${JSON.stringify(funcTable(functions.all, strings))},`);
  out.put('"resourceTable":{"length":0,"lib":[],"name":[],"host":[],"type":[]},');
  out.put('"nativeSymbols":{"length":0,"libIndex":[],"address":[],"name":[],"functionSize":[]}');
}

function frameTable(functions: readonly (FunctionInfo | null)[]): object {
  const column = <T>(value: (fn: FunctionInfo | null, i: number) => T): T[] => functions.map(value);
  return {
    length: functions.length,
    address: column(() => -1),
    inlineDepth: column(() => 0),
    category: column(() => categoryOf('Python')),
    subcategory: column(() => 0),
    func: column((_, i) => i),
    nativeSymbol: column(() => null),
    innerWindowID: column(() => 0),
    line: column((fn) => fn?.firstLine || null),
    column: column(() => null),
  };
}

/** Functions written in C have no file. */
function funcTable(functions: readonly (FunctionInfo | null)[], strings: Strings): object {
  const column = <T>(value: (fn: FunctionInfo | null) => T): T[] => functions.map(value);
  return {
    length: functions.length,
    name: column((fn) => strings.of(orUnknown(fn && functionTitle(fn)))),
    isJS: column(() => false),
    relevantForJS: column(() => false),
    resource: column(() => -1),
    fileName: column((fn) => (fn === null || fn.builtin || fn.file === '' ? null : strings.of(fn.file))),
    lineNumber: column((fn) => fn?.firstLine || null),
    columnNumber: column(() => null),
  };
}
