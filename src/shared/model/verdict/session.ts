/** Verdicts about a session as a whole: no GIL, too little of it, several processes at once. */
import { formatSeconds, three } from '../../format.ts';
import { SHORTEST_S, type SessionContext, type Finding } from './context.ts';

/** Python runs on clearly more than one core: several interpreters do. */
const SEVERAL_PYTHONS = 1.2;

export function noGil({ store, figures }: SessionContext): Finding | null {
  const free = store.processInfos.some((info) => info.gilEnabled === false);
  if (!free || figures.gils.some((gil) => gil.heldS > 0)) return null;
  const cores = figures.coresInUse;
  return {
    kind: 'no_gil',
    text: 'This interpreter runs without a GIL: its threads do not wait for one another to run Python.',
    evidence: cores === null ? [] : [`On average ${three(cores)} cores were in use.`],
    advice: null,
    limits: ['Waits for locks of the program and of its objects are not measured here.'],
  };
}

export function tooShort({ lengthS, traits }: SessionContext): Finding | null {
  if (lengthS >= SHORTEST_S && traits.threads.some((thread) => thread.activeS > 0)) return null;
  const why = lengthS < SHORTEST_S ? `only ${formatSeconds(lengthS)} long` : 'without any use of the GIL';
  return {
    kind: 'too_short',
    text: `This is ${why}: too little to judge.`,
    evidence: [],
    advice: lengthS < SHORTEST_S ? 'Record for longer, or choose a longer range.' : null,
  };
}

export function multiProcess({ store, figures }: SessionContext): Finding | null {
  const held = store.processes
    .map((process) => ({
      name: process.info.name || `process ${process.info.pid}`,
      heldS: process.gils.reduce((sum, gil) => sum + figures.gils[gil.info.idx].heldS, 0),
    }))
    .filter((process) => process.heldS > 0);
  if (held.length < 2 || figures.pythonCores < SEVERAL_PYTHONS) return null;
  return {
    kind: 'multi_process',
    text: `${held.length} processes ran Python at the same time, ${three(figures.pythonCores)} of them on average.`,
    evidence: held.slice(0, 4).map((p) => `${p.name} held its own GIL for ${formatSeconds(p.heldS)}.`),
    advice: null,
    limits: ['A GIL that is held is no core: on a busy machine a holder may wait for one.'],
  };
}
