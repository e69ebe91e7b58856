/** How far a comparison is: one line that is redrawn on a terminal, a line for each run elsewhere. Used by compare.ts. */
import type { CompareInfo } from '../shared/contract/compare.ts';
import { formatLeft, formatSeconds } from '../shared/format.ts';
import { plain } from './terminalText.ts';

const REDRAW_MS = 250;
const CLEAR = '\r\x1b[K';

const left = ({ progress: { leftS } }: CompareInfo): string =>
  leftS === null || leftS === 0 ? '' : `, ${formatLeft(leftS)}`;

/** "run 3 of 8: threads (2 of 4), about 12 s left". */
function now(info: CompareInfo): string {
  const { runs, progress, variants, spec } = info;
  const run = runs.find(({ state }) => state === 'running');
  const what = run === undefined ? '' : `: ${plain(variants[run.variant].name)} (${run.round + 1} of ${spec.repeat})`;
  return `run ${Math.min(progress.done + 1, progress.total)} of ${progress.total}${what}${left(info)}`;
}

export class ProgressLine {
  private readonly timer: NodeJS.Timeout | null;
  private told = 0;

  constructor(
    private info: CompareInfo,
    private readonly out: NodeJS.WriteStream = process.stderr,
  ) {
    this.timer = out.isTTY ? setInterval(() => this.draw(), REDRAW_MS) : null;
    this.draw();
  }

  private draw(): void {
    const text = now(this.info).slice(0, Math.max(20, (this.out.columns || 80) - 1));
    if (this.out.isTTY) this.out.write(CLEAR + text);
  }

  /** Something has changed: tells of runs that have ended since. */
  changed(info: CompareInfo): void {
    this.info = info;
    const ended = info.runs.filter(({ state }) => state === 'ended' || state === 'failed');
    for (const run of ended.slice(this.told)) {
      const how = run.state === 'ended' ? formatSeconds(run.wall_s) : `failed: ${run.error ?? ''}`;
      const name = `${info.variants[run.variant].name} (${run.round + 1} of ${info.spec.repeat})`;
      if (!this.out.isTTY)
        this.out.write(
          `${plain(name)}: ${plain(how)}; ${info.progress.done} of ${info.progress.total} runs done${left(info)}\n`,
        );
    }
    this.told = ended.length;
    this.draw();
  }

  end(): void {
    if (this.timer !== null) clearInterval(this.timer);
    if (this.out.isTTY) this.out.write(CLEAR);
  }
}
