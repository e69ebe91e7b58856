/** A function as people read it: in the window, in reports and in files for other tools. Text from the target. */
import type { FunctionInfo } from './contract/functions.ts';
import { OUTSIDE_FUNCTIONS } from './format.ts';
import { baseName } from './pageFormat.ts';

const NOT_KNOWN = 'not known';

/** By its qualified name where that is known; one written in C as its module or type has it: time.sleep. */
export function functionTitle({ idx, name, qualname, file, builtin }: FunctionInfo): string {
  if (idx === 0) return OUTSIDE_FUNCTIONS;
  if (name === '') return NOT_KNOWN;
  return builtin && file !== '' ? `${file}.${name}` : (qualname ?? name);
}

/** "app.py:7"; empty when nothing is known. */
export function functionPlace({ name, file, firstLine, builtin }: FunctionInfo): string {
  if (builtin) return 'written in C';
  return name === '' && file === '' ? '' : `${baseName(file)}:${firstLine}`;
}

/** "work (app.py:7)", "time.sleep"; null: not known. For where a function is told by one text. */
export function functionLabel(fn: FunctionInfo | null): string {
  if (fn === null || fn.name === '') return NOT_KNOWN;
  return fn.builtin || fn.file === '' ? functionTitle(fn) : `${functionTitle(fn)} (${functionPlace(fn)})`;
}
