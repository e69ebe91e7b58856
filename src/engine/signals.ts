/** Names of signals as people know them. */
import { constants } from 'node:os';

/** Of two names for one (SIGABRT, SIGIOT) the first is the usual one. */
const NAMES = new Map<number, string>(
  Object.entries(constants.signals)
    .reverse()
    .map(([name, n]) => [n, name]),
);

export const signalName = (number: number): string => NAMES.get(number) ?? `signal ${number}`;
