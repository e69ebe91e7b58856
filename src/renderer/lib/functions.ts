/** A traced function as the window writes it. Text from the target: callers put it into text nodes only. */
import type { FunctionInfo } from '../../shared/contract/functions.ts';
import { functionPlace, functionTitle } from '../../shared/functionNames.ts';

export { functionPlace, functionTitle };

/** All of it, for a title: the whole path. */
export function functionWords(fn: FunctionInfo): string {
  const place = fn.builtin || fn.file === '' ? functionPlace(fn) : `${fn.file}, from line ${fn.firstLine} on`;
  return place === '' ? functionTitle(fn) : `${functionTitle(fn)}, ${place}`;
}

/** What tracing costs, wherever it is offered. */
export const TRACE_COST = 'slows call-heavy programs down';
