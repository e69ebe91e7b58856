/** How long the runs that are left will take, by those that have ended. Used by comparison.ts. */
import type { CompareRun } from '../../shared/contract/compare.ts';

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

export class Pace {
  /** By variant: seconds that runs took, with all that is around them. */
  private readonly took = new Map<number, number[]>();
  private begun = 0;

  begin(): void {
    this.begun = performance.now();
  }

  end(variant: number): void {
    this.took.set(variant, [...(this.took.get(variant) ?? []), (performance.now() - this.begun) / 1000]);
  }

  /** Seconds; null while nothing has ended. A variant that has not run yet is taken for an average one. */
  left(runs: readonly CompareRun[]): number | null {
    const all = [...this.took.values()].flat();
    if (all.length === 0) return null;
    const expected = ({ variant }: CompareRun): number => mean(this.took.get(variant) ?? all);
    const waiting = runs.filter(({ state }) => state === 'queued').map(expected);
    const now = runs
      .filter(({ state }) => state === 'running')
      .map((run) => Math.max(0, expected(run) - (performance.now() - this.begun) / 1000));
    return [...waiting, ...now].reduce((a, b) => a + b, 0);
  }
}
