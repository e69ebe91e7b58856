/**
 * Time against pixels, both ways, and the arithmetic of zooming and panning. Pure; used by everything in the timeline.
 * A pixel here is whatever unit `width` is in: device pixels when drawing, CSS pixels for gestures and charts.
 */
import type { Ns } from '../contract/types.ts';

/** A stretch of time. */
export interface Range {
  start: Ns;
  end: Ns;
}

export interface TimeScale {
  readonly start: Ns;
  readonly end: Ns;
  readonly width: number;
}

/** The closest zoom: a microsecond over the whole width. */
export const MIN_SPAN: Ns = 1_000;

export const makeScale = (range: Range, width: number): TimeScale => ({ start: range.start, end: range.end, width });

export const span = (range: Range): Ns => range.end - range.start;

export const toPx = (scale: TimeScale, at: Ns): number =>
  ((at - scale.start) / (scale.end - scale.start)) * scale.width;

export const toNs = (scale: TimeScale, px: number): Ns => scale.start + (px / scale.width) * (scale.end - scale.start);

export const nsPerPx = (scale: TimeScale): number => (scale.end - scale.start) / scale.width;

/** What may be looked at: from `start` (0 when it is not said) to `end`. */
export interface Limits {
  readonly start?: Ns;
  readonly end: Ns;
}

/** The time axis of a timeline that stands beside others: all of them reach as far, and count from their own `origin`. */
export interface Axis {
  readonly limits: Range;
  readonly origin: Ns;
}

/** Keeps the span if it fits, and moves the range into the limits. */
export function clampRange(range: Range, limits: Limits): Range {
  const { start: least = 0 } = limits;
  const full = Math.max(limits.end - least, MIN_SPAN);
  const wanted = Math.min(Math.max(range.end - range.start, MIN_SPAN), full);
  const middle = (range.start + range.end) / 2;
  const from = wanted === range.end - range.start ? range.start : middle - wanted / 2;
  const start = Math.min(Math.max(from, least), least + full - wanted);
  return { start, end: start + wanted };
}

/** `factor` below 1 zooms in; the time `at` stays where it is on the screen, unless a limit is in the way. */
export function zoomAt(range: Range, at: Ns, factor: number, limits: Limits): Range {
  const full = Math.max(limits.end - (limits.start ?? 0), MIN_SPAN);
  const before = range.end - range.start;
  const after = Math.min(Math.max(before * factor, MIN_SPAN), full);
  const part = (at - range.start) / before;
  return clampRange({ start: at - part * after, end: at + (1 - part) * after }, limits);
}

export function panBy(range: Range, delta: Ns, limits: Limits): Range {
  return clampRange({ start: range.start + delta, end: range.end + delta }, limits);
}

/** Whether two ranges would look the same on any screen. */
export function sameRange(a: Range, b: Range): boolean {
  const tolerance = Math.max(span(a), span(b)) * 1e-6;
  return Math.abs(a.start - b.start) <= tolerance && Math.abs(a.end - b.end) <= tolerance;
}

/** A range between two others, for an animated move; spans go geometrically so that zooming feels even. */
export function between(from: Range, to: Range, part: number): Range {
  const eased = 1 - (1 - part) ** 3;
  const spanNow = span(from) * (span(to) / span(from)) ** eased;
  // The middle moves in step with the span, so a zoom about a point keeps that point still.
  const grown = span(to) - span(from);
  const along = Math.abs(grown) > span(from) * 1e-9 ? (spanNow - span(from)) / grown : eased;
  const middleFrom = (from.start + from.end) / 2;
  const middleTo = (to.start + to.end) / 2;
  const middle = middleFrom + (middleTo - middleFrom) * along;
  return { start: middle - spanNow / 2, end: middle + spanNow / 2 };
}
