/** `--looks`, of record and attach: a wrong one is refused before anything is started. */
import { InvalidArgumentError, Option } from 'commander';
import { LOOKS_HZ, MOST_LOOKS_HZ } from '../shared/looks.ts';

function rate(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value > MOST_LOOKS_HZ)
    throw new InvalidArgumentError(`looks a second are a number from 0 (none) to ${MOST_LOOKS_HZ}.`);
  return value;
}

/** Kept as `looks`. */
export const looksOption = (): Option =>
  new Option('--looks <hz>', `looks a second at what runs inside long holds; 0: none (default: ${LOOKS_HZ})`).argParser(
    rate,
  );
