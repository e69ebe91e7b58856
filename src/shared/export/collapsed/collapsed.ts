/**
 * `collapsed` and `collapsed-waits`: a line for each stack, "thread;caller;callee 1234", as flamegraph.pl, inferno and speedscope read it.
 * Weights are whole microseconds; what rounding leaves over goes to the next line, so that lines add up.
 */
import { functionLabel } from '../../functionNames.ts';
import { NS_PER_S, NS_PER_US } from '../../units.ts';
import { NO_STACK, StackTree, stretches } from '../callSteps.ts';
import { blameStack, threadLabel } from '../labels.ts';
import { TextOutput } from '../textOutput.ts';
import { orUnknown } from '../trace/names.ts';
import type { ExportSource, FormatWriter } from '../types.ts';

/** A line ends a stack and a semicolon a frame, so no name may have one. */
export const frameName = (name: string): string =>
  orUnknown(
    name
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
      .replaceAll(';', ',')
      .trim(),
  );

class Lines {
  private leftNs = 0;

  constructor(private readonly out: TextOutput) {}

  /** @param ns time of the stack itself */
  add(stack: string, ns: number): void {
    const us = Math.round((ns + this.leftNs) / NS_PER_US);
    this.leftNs += ns - us * NS_PER_US;
    if (us > 0) this.out.put(`${stack} ${us}\n`);
  }
}

/** Own time by stack; a caller comes before what it calls, so each name is made of the one before. */
function* ownTimes(source: ExportSource, thread: number): Generator<{ stack: string; ns: number }> {
  const tree = new StackTree();
  const own: number[] = [];
  for (const { stack, start, end } of stretches(source.calls(thread), tree))
    own[stack] = (own[stack] ?? 0) + end - start;
  const root = frameName(threadLabel(source, thread));
  const names: string[] = [];
  for (const [stack, caller] of tree.callers.entries()) {
    names.push(`${caller === NO_STACK ? root : names[caller]};${frameName(functionLabel(tree.functions[stack]))}`);
    yield { stack: names[stack], ns: own[stack] ?? 0 };
  }
}

export const collapsed: FormatWriter = function* (source) {
  const out = new TextOutput();
  const lines = new Lines(out);
  const traced = source.threads.filter(({ callLevels }) => callLevels > 0);
  for (const [i, { idx }] of traced.entries()) {
    for (const { stack, ns } of ownTimes(source, idx)) {
      lines.add(stack, ns);
      if (out.full) yield out.piece();
    }
    out.passed(i + 1, traced.length, source);
  }
  out.passed(1, 1, source);
  yield out.piece();
};

export const collapsedWaits: FormatWriter = function* (source) {
  const out = new TextOutput();
  const lines = new Lines(out);
  for (const row of source.blame()) {
    lines.add(blameStack(source, row).map(frameName).join(';'), Math.round(row.waitS * NS_PER_S));
    if (out.full) yield out.piece();
  }
  out.passed(1, 1, source);
  yield out.piece();
};
