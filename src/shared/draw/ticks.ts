/**
 * The ruler's ticks: steps of 1-2-5 (1-2-5-10-15-30 for seconds, minutes and hours) in the unit that fits. Pure.
 * Labels are absolute session times, with only as many decimals as the step needs.
 */
import type { Ns } from '../contract/types.ts';

const US = 1e3;
const MS = 1e6;
const S = 1e9;
const MIN = 60 * S;
const HOUR = 60 * MIN;

/** Above a second people count in clock steps. */
const CLOCK_STEPS: readonly Ns[] = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400,
].map((s) => s * S);

/** The smallest nice step that is at least `atLeast`. */
export function niceStep(atLeast: Ns): Ns {
  if (atLeast > 0.5 * S) {
    const step = CLOCK_STEPS.find((s) => s >= atLeast);
    return step ?? Math.ceil(atLeast / (24 * HOUR)) * 24 * HOUR;
  }
  const floor = Math.max(atLeast, 1);
  const power = 10 ** Math.floor(Math.log10(floor) + 1e-9);
  for (const m of [1, 2, 5, 10]) if (m * power >= floor * (1 - 1e-9)) return m * power;
  return 10 * power;
}

const trimmed = (value: number, decimals: number) => value.toFixed(decimals).replace(/^-(?=0(\.0*)?$)/, '');

function decimalsFor(step: Ns, unit: Ns): number {
  return Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9));
}

/** The time `at`, precise to `step`. */
export function formatAt(at: Ns, step: Ns): string {
  const size = Math.max(Math.abs(at), step);
  if (size >= MIN) {
    const sign = at < 0 ? '-' : '';
    const whole = Math.abs(at);
    const decimals = decimalsFor(step, S);
    const seconds = trimmed((whole % MIN) / S, decimals).padStart(decimals > 0 ? 3 + decimals : 2, '0');
    const minutes = Math.floor((whole % HOUR) / MIN);
    const hours = Math.floor(whole / HOUR);
    return sign + (hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds} min`);
  }
  const [unit, name] = size >= S ? [S, 's'] : size >= MS ? [MS, 'ms'] : size >= US ? [US, 'µs'] : [1, 'ns'];
  return `${trimmed(at / unit, Math.min(decimalsFor(step, unit), 9))} ${name}`;
}

export interface Tick {
  readonly at: Ns;
  readonly label: string;
}

export interface Ticks {
  readonly step: Ns;
  readonly ticks: readonly Tick[];
}

/**
 * Ticks at least `spacingPx` apart over [start, end], the one before `start` included so that its label can slide out.
 * @param origin where the labels begin to count
 */
export function rulerTicks(start: Ns, end: Ns, width: number, spacingPx: number, origin: Ns = 0): Ticks {
  const step = niceStep(((end - start) / Math.max(width, 1)) * spacingPx);
  const ticks: Tick[] = [];
  const first = Math.max(0, Math.floor((start - origin) / step));
  const last = Math.floor((end - origin) / step);
  for (let i = first; i <= last; i++) ticks.push({ at: origin + i * step, label: formatAt(i * step, step) });
  return { step, ticks };
}
