/**
 * Figures as people read them: three significant figures and the unit that fits (µs, ms, s).
 * One hand for the window, the command line and the verdict, so that the same figure reads the same everywhere.
 */
import { NS_PER_MS, NS_PER_S, NS_PER_US } from './units.ts';

/** What stands where there is no figure. */
export const NO_FIGURE = '–';
/** Time of a thread in none of the calls that were seen: before its first, after its last, or where a name could not be had. */
export const OUTSIDE_FUNCTIONS = 'outside known functions';

/** Three significant figures, no exponent: 0.0123, 1.23, 12.3, 123, 1,234. */
export function three(value: number): string {
  if (!Number.isFinite(value)) return NO_FIGURE;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 99.95) return Math.round(value).toLocaleString('en-US');
  const decimals = 2 - Math.floor(Math.log10(size));
  // Rounding may add a digit (9.999 becomes 10.0): then one decimal fewer is right.
  const rounded = Number(value.toFixed(Math.min(decimals, 12)));
  const fitting = Math.abs(rounded) >= 10 ** (3 - decimals) ? decimals - 1 : decimals;
  return rounded.toFixed(Math.min(Math.max(fitting, 0), 12));
}

export interface Figure {
  value: string;
  unit: string;
}

/** A length of time, figure and unit apart: headline figures mute the unit. */
export function durationParts(ns: number): Figure {
  if (!Number.isFinite(ns)) return { value: NO_FIGURE, unit: '' };
  const size = Math.abs(ns);
  if (size === 0) return { value: '0', unit: 's' };
  // Thresholds just below the unit, so that 999.6 us reads 1.00 ms and not 1,000 us.
  if (size >= 999.5 * NS_PER_MS) return { value: three(ns / NS_PER_S), unit: 's' };
  if (size >= 999.5 * NS_PER_US) return { value: three(ns / NS_PER_MS), unit: 'ms' };
  if (size >= 999.5) return { value: three(ns / NS_PER_US), unit: 'µs' };
  return { value: three(ns), unit: 'ns' };
}

const join = ({ value, unit }: Figure): string => (unit === '' ? value : `${value} ${unit}`);

/** "3.10 ms"; "–" for null and NaN. */
export const formatDuration = (ns: number | null): string => join(durationParts(ns ?? NaN));

export const formatSeconds = (seconds: number | null): string => formatDuration((seconds ?? NaN) * NS_PER_S);

/** "96 %", "0.4 %"; never "100 %" or "0 %" for what is not quite all or nothing. */
export function formatPercent(fraction: number | null): string {
  if (fraction === null || !Number.isFinite(fraction)) return NO_FIGURE;
  const percent = fraction * 100;
  if (percent > 99 && percent < 100) return `${Math.min(Math.floor(percent * 10) / 10, 99.9).toFixed(1)} %`;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  return percent < 10 && percent > 0 ? `${Number(percent.toFixed(1))} %` : `${Math.round(percent)} %`;
}

/** A count: "1,234,567". */
export const formatCount = (n: number | null): string => (n === null ? NO_FIGURE : n.toLocaleString('en-US'));

/** "a, b and c". */
export const formatList = (names: readonly string[]): string =>
  names.length <= 1 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function formatBytes(bytes: number | null): string {
  if (bytes === null || !Number.isFinite(bytes)) return NO_FIGURE;
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${three(value)} ${BYTE_UNITS[unit]}`;
}

/** Seconds to the end, coarsely: an estimate must not look exact. "about 6 s left". */
export function formatLeft(leftS: number): string {
  if (leftS < 1) return 'less than a second left';
  const rounded = leftS < 10 ? Math.ceil(leftS) : leftS < 120 ? Math.ceil(leftS / 5) * 5 : null;
  return rounded === null ? `about ${Math.ceil(leftS / 60)} min left` : `about ${rounded} s left`;
}
