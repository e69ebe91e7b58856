/** How options of `gilscope compare` are read. Used by index.ts. */
import { InvalidArgumentError } from 'commander';
import { CALL_MODES, type CallMode } from '../shared/contract/compareSpec.ts';

/** A whole number from 1 on. */
export const count =
  (most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < 1 || value > most)
      throw new InvalidArgumentError(`give a whole number from 1 to ${most}`);
    return value;
  };

/** "a,b". */
export function list(text: string): string[] {
  const items = text.split(',').map((item) => item.trim());
  if (items.includes('')) throw new InvalidArgumentError('an item of the list is empty');
  return [...new Set(items)];
}

export function callModes(text: string): CallMode[] {
  return list(text).map((item) => {
    const mode = CALL_MODES.find((one) => one === item);
    if (mode === undefined) throw new InvalidArgumentError(`${item} is none of ${CALL_MODES.join(', ')}`);
    return mode;
  });
}
