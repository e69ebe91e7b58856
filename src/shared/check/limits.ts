/** Limits as people write them on the command line: "thread.napper.wait_p95=2ms". Pure; used by src/cli/check.ts. */
import { formatBytes, formatCount, formatPercent, formatSeconds, three } from '../format.ts';

/** What a metric measures: what units its limits have, and how it is written. */
export type Kind = 'time' | 'share' | 'bytes' | 'count' | 'cores' | 'rate';

/** One that the user can put right. */
export class LimitError extends Error {}

const TIME: Record<string, number> = { ns: 1e-9, us: 1e-6, µs: 1e-6, μs: 1e-6, ms: 1e-3, s: 1 };
const BYTES: Record<string, number> = {
  ...{ B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 },
};
const NONE: Record<string, number> = { '': 1 };

/** Units of a limit, as factors to what the metric is counted in: seconds, parts of one, bytes, numbers. */
const UNITS: Record<Kind, Record<string, number>> = {
  ...{ time: TIME, share: { '%': 0.01 }, bytes: BYTES, count: NONE, cores: NONE, rate: NONE },
};
const EXAMPLE: Record<Kind, string> = {
  ...{ time: 'a time, as 2ms or 1.5s', share: 'a share, as 10%', bytes: 'an amount of memory, as 200MiB' },
  ...{ count: 'a plain number', cores: 'a plain number', rate: 'a plain number' },
};

const FORMATS: Record<Kind, (value: number) => string> = {
  ...{ time: formatSeconds, share: formatPercent, bytes: formatBytes, count: formatCount, cores: three, rate: three },
};

/** In the unit that fits. */
export const formatValue = (kind: Kind, value: number): string => FORMATS[kind](value);

/** The value in the metric's own unit: seconds, 0..1, bytes, a number. Throws LimitError. */
export function parseLimit(text: string, kind: Kind, metric: string): number {
  const match = /^(\d+(?:\.\d*)?|\.\d+)\s*([^\d.\s]*)$/.exec(text.trim());
  const factor = match === null ? undefined : Object.entries(UNITS[kind]).find(([unit]) => unit === match[2])?.[1];
  if (match === null || factor === undefined)
    throw new LimitError(`${text === '' ? 'an empty limit' : text} is no limit of ${metric}: it is ${EXAMPLE[kind]}`);
  // Divided, so that 7% is 0.07 and nothing beside it.
  const value = factor < 1 ? Number(match[1]) / Math.round(1 / factor) : Number(match[1]) * factor;
  if (!Number.isFinite(value)) throw new LimitError(`${text} is too large a limit of ${metric}`);
  return value;
}

/** A metric as it is named: "gil.wait_share", or of something with a name of its own: thread."my thread".wait_p95. */
export interface MetricName {
  /** "thread", "function", "mark"; null: of the whole recording. */
  of: string | null;
  name: string;
  figure: string;
}

const NAMED = ['thread', 'function', 'mark'];
const SIMPLE = /^[\p{L}\p{N}_<>()[\]/:-][\p{L}\p{N}_.<>()[\]/:-]*$/u;

/** As it is typed; quoted where it must be. What a terminal might obey is spelled out. */
export function metricText({ of, name, figure }: MetricName): string {
  if (of === null) return figure;
  const quoted = JSON.stringify(name).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (c) =>
    Array.from({ length: c.length }, (_, i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
  return `${of}.${SIMPLE.test(name) ? name : quoted}.${figure}`;
}

/** Names without quotes may have dots: the figure is what comes after the last. Throws LimitError. */
export function parseMetric(text: string): MetricName {
  const of = NAMED.find((one) => text.startsWith(`${one}.`));
  if (of === undefined) return { of: null, name: '', figure: text };
  const rest = text.slice(of.length + 1);
  const example = `${of}.NAME.FIGURE`;
  if (rest.startsWith('"')) {
    const match = /^("(?:[^"\\]|\\.)*")\.([^.]*)$/s.exec(rest);
    if (match === null) throw new LimitError(`${text} is not ${example}: the quotes are not closed before the figure`);
    return { of, name: unquoted(match[1], text), figure: match[2] };
  }
  const dot = rest.lastIndexOf('.');
  if (dot <= 0) throw new LimitError(`${text} is not ${example}`);
  return { of, name: rest.slice(0, dot), figure: rest.slice(dot + 1) };
}

/** Escapes in quotes are those of JSON. */
function unquoted(quoted: string, text: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw new LimitError(`${text}: the name in quotes is not written as in JSON`);
  }
}

export interface Limit {
  bound: 'max' | 'min';
  metric: MetricName;
  /** Not parsed yet: which units it may have is the metric's. */
  limit: string;
}

/** "METRIC=LIMIT"; a limit has no equals sign, a name may. Throws LimitError. */
export function parseBudget(bound: 'max' | 'min', text: string): Limit {
  const at = text.lastIndexOf('=');
  if (at <= 0) throw new LimitError(`${text || 'an empty text'} is not METRIC=LIMIT, as gil.wait_share=10%`);
  return { bound, metric: parseMetric(text.slice(0, at).trim()), limit: text.slice(at + 1) };
}
