/** `--watch` and `--watch-rate`, of record and attach: a wrong one is refused before anything is started. */
import { InvalidArgumentError, Option } from 'commander';
import type { WatchWishes } from '../engine/watches.ts';
import { isWatch, parseWatch } from '../shared/watchExpression.ts';

export interface WatchOptions {
  watch?: string[];
  /** Samples a second. */
  watchRate?: number;
}

function expression(text: string, before: string[] = []): string[] {
  const parsed = parseWatch(text);
  if (!isWatch(parsed)) throw new InvalidArgumentError(`${parsed.wrong}.`);
  return [...before, text.trim()];
}

function rate(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value < 0.1 || value > 1000)
    throw new InvalidArgumentError('a rate is a number of samples a second from 0.1 to 1000.');
  return value;
}

export const watchOption = (): Option =>
  new Option(
    '--watch <expression>',
    'sample the reference count of an object, e.g. \'__main__:cache["key"]\'; may be given several times',
  ).argParser(expression);

export const watchRateOption = (): Option =>
  new Option('--watch-rate <hz>', 'samples a second (default: 100)').argParser(rate);

export const wishesOf = ({ watch, watchRate }: WatchOptions): WatchWishes => ({
  expressions: watch ?? [],
  rateHz: watchRate,
});
