/** A place in the program as the window writes it. Text from the target: callers put it into text nodes only. */
import type { Place } from '../../shared/contract/blame.ts';
import { baseName } from './format.ts';

export const functionName = (place: Place): string => place.qualname ?? place.name;

/** "app.py:7": the very line where it is known, else that of the function. */
export const fileLine = (place: Place): string => `${baseName(place.file)}:${place.line ?? place.firstLine}`;

/** "countdown (app.py:7)". */
export const placeText = (place: Place): string => `${functionName(place)} (${fileLine(place)})`;

/** All of it, for a title: the whole path, and which line is which. */
export function placeTitle(place: Place): string {
  const at = place.line === null ? '' : `, at line ${place.line}`;
  return `${functionName(place)}, ${place.file}, from line ${place.firstLine} on${at}`;
}
