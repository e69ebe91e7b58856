/**
 * Numbers as the window writes them. The figures are those of src/shared/format.ts (one hand for window, command line and verdict);
 * here they get a no-break space before the unit, so that the two never part at a line's end, and what only a window shows.
 */
import { durationParts, formatBytes as bytesText, NO_FIGURE, three } from './format.ts';

export interface Quantity {
  figure: string;
  unit: string;
}

export const NBSP = '\u00a0';

/** Three significant figures without an exponent. */
export const threeFigures = three;

/** 12345 -> "12,345". */
export const group = (n: number): string => Math.trunc(n).toLocaleString('en-US');

/** A duration, figure and unit apart: headline figures mute the unit. */
export function timeQuantity(ns: number): Quantity {
  const { value, unit } = durationParts(ns);
  return { figure: value, unit };
}

const join = ({ figure, unit }: Quantity) => (unit === '' ? figure : figure + NBSP + unit);

export const formatNs = (ns: number): string => join(timeQuantity(ns));

/** Seconds, null: not known. */
export const formatS = (s: number | null): string => (s === null ? NO_FIGURE : formatNs(s * 1e9));

/** A chosen value rather than a measured one: 5 ms, not 5.00 ms. */
export function formatSetting(s: number | null): string {
  if (s === null) return NO_FIGURE;
  const { figure, unit } = timeQuantity(s * 1e9);
  const short = figure.includes('.') ? figure.replace(/\.?0+$/, '') : figure;
  return join({ figure: short, unit });
}

/** 0..1 as a percentage; 0 and 100 mean exactly that. */
export function percentQuantity(fraction: number): Quantity {
  if (!Number.isFinite(fraction)) return { figure: NO_FIGURE, unit: '' };
  const percent = fraction * 100;
  if (percent > 0 && percent < 0.1) return { figure: '< 0.1', unit: '%' };
  if (percent >= 99.95 && percent < 100) return { figure: '> 99.9', unit: '%' };
  return { figure: percent === 0 ? '0' : percent >= 99.95 ? '100' : threeFigures(percent), unit: '%' };
}
export const formatPercent = (fraction: number): string => join(percentQuantity(fraction));

export const formatBytes = (bytes: number | null): string => bytesText(bytes).replace(' ', NBSP);

/** 1 event, 2 events. */
export const count = (n: number, one: string, many = one + 's'): string => group(n) + NBSP + (n === 1 ? one : many);

/** A rate that flickers less: two figures above ten thousand. */
export function formatRate(perS: number): string {
  if (perS >= 1e6) return `${threeFigures(perS / 1e6)}${NBSP}M/s`;
  if (perS >= 1e4) return `${threeFigures(perS / 1e3)}${NBSP}k/s`;
  return `${group(Math.round(perS))}/s`;
}

/** "today 14:02", "yesterday 09:30", "3 Nov 2026"; the full time belongs in a tooltip. */
export function formatWhen(iso: string, now: Date): string {
  const then = new Date(iso);
  if (Number.isNaN(then.getTime())) return NO_FIGURE;
  const clock = then.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const day = (d: Date) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  const days = Math.round((day(now) - day(then)) / 86_400_000);
  if (days === 0) return `today ${clock}`;
  if (days === 1) return `yesterday ${clock}`;
  const year = then.getFullYear() === now.getFullYear() ? {} : ({ year: 'numeric' } as const);
  return then.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...year });
}

/** A sentence on a page: a figure and its unit stay on one line. */
export const unbroken = (sentence: string): string =>
  sentence.replace(/(\d) (?=(?:%|[mnµ]?s|[KMGT]?i?B)(?![\p{L}\d]))/gu, '$1\u00a0');

/** The last part of a path of either system. */
export const baseName = (path: string): string =>
  path
    .replace(/[\\/]+$/, '')
    .split(/[\\/]/)
    .at(-1) ?? path;

/** The folder of a path; the path itself when it has none. */
export function dirName(path: string): string {
  const at = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return at <= 0 ? path.slice(0, at + 1) || path : path.slice(0, at);
}

/** `/home/ada/x` as `~/x`. */
export function tildePath(path: string, home: string): string {
  if (home === '' || home === '/') return path;
  if (path === home) return '~';
  return path.startsWith(home + '/') ? '~' + path.slice(home.length) : path;
}
