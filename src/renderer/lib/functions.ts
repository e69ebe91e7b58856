/** A traced function as the window writes it. Text from the target: callers put it into text nodes only. */
import type { FunctionInfo } from '../../shared/contract/functions.ts';
import { OUTSIDE_FUNCTIONS } from '../../shared/format.ts';
import { baseName } from './format.ts';

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

/** All of it, for a title: the whole path. */
export function functionWords(fn: FunctionInfo): string {
  const place = fn.builtin || fn.file === '' ? functionPlace(fn) : `${fn.file}, from line ${fn.firstLine} on`;
  return place === '' ? functionTitle(fn) : `${functionTitle(fn)}, ${place}`;
}

/** What tracing costs, wherever it is offered. */
export const TRACE_COST = 'slows call-heavy programs down';
