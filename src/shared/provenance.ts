/**
 * What a session's figures rest on: measured or estimated, how complete, and in what state it is. Pure; used by the top bar
 * and the pages that list sessions.
 */
import type { ProcessInfo, SessionInfo } from './contract/types.ts';
import { count, formatNs, group } from './pageFormat.ts';

export interface Provenance {
  kind: 'exact' | 'estimated' | 'mixed' | 'unknown';
  captured: number;
  /** The interpreters' own count; null when none told it. */
  counted: number | null;
  complete: boolean;
  events: number;
  dropped: number;
  /** Why processes are only estimated, each reason once. */
  reasons: string[];
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

export function provenanceOf(session: Pick<SessionInfo, 'processes' | 'gils'>): Provenance {
  const engines = new Set(session.processes.flatMap((p) => (p.engine === null ? [] : [p.engine])));
  const counted = session.gils.filter((gil) => gil.switchesCounted !== null);
  // Both at the moment of the interpreter's last count: what came since has not been checked yet.
  const captured = sum(counted.map((gil) => gil.switchesChecked ?? 0));
  const total = counted.length === 0 ? null : sum(counted.map((gil) => gil.switchesCounted ?? 0));
  const dropped = sum(session.processes.map((p) => p.dropped));
  const kind =
    engines.size === 0 ? 'unknown' : engines.size > 1 ? 'mixed' : engines.has('exact') ? 'exact' : 'estimated';
  return {
    kind,
    captured,
    counted: total,
    complete: kind === 'exact' && dropped === 0 && (total === null || captured >= total),
    events: sum(session.processes.map((p) => p.events)),
    dropped,
    reasons: [...new Set(session.processes.flatMap((p) => p.engineReason ?? []))],
  };
}

/** "97 of 97 switches"; without the interpreter's count, what was captured. */
export function coverageText({ captured, counted }: Provenance): string {
  return counted === null ? '' : `${group(captured)} of ${count(counted, 'switch', 'switches')}`;
}

/** How a program ended: "exit 0", "SIGKILL", "connection lost"; null while it lives or when nobody knows. */
export function endingOf(process: ProcessInfo | undefined): string | null {
  if (process === undefined) return null;
  if (process.signal !== null) return process.signal;
  if (process.exitCode !== null) return `exit ${process.exitCode}`;
  return process.lost === null ? null : 'connection lost';
}

export interface StateLabel {
  text: string;
  tone: 'good' | 'plain' | 'bad';
}

export function stateLabel(session: SessionInfo): StateLabel {
  const ending = endingOf(session.processes[0]);
  switch (session.state) {
    case 'starting':
      return { text: 'starting', tone: 'plain' };
    case 'recording':
      return { text: 'recording', tone: 'good' };
    case 'stopped': {
      const stopped = session.kind === 'attach' ? 'detached' : 'stopped';
      return { text: session.alive ? `${stopped} · program runs on` : stopped, tone: 'plain' };
    }
    case 'ended':
      return { text: ending ?? 'ended', tone: ending === null || ending === 'exit 0' ? 'plain' : 'bad' };
    case 'failed':
      return { text: 'failed', tone: 'bad' };
    case 'file':
      return { text: ending ?? 'from a file', tone: 'plain' };
  }
}

/** "attached · thread stood still 0.9 ms"; null for what was launched or opened. */
export function attachedText({ attached }: SessionInfo): string | null {
  if (attached === null) return null;
  const { stoppedUs } = attached;
  return stoppedUs === null ? 'attached' : `attached · thread stood still ${formatNs(stoppedUs * 1000)}`;
}

/** Second line of the session chip: "CPython 3.12.1 · 5 threads". */
export function sessionFacts(session: SessionInfo): string[] {
  const python = session.processes[0]?.python ?? null;
  const threads = session.threads.filter((t) => !t.own).length;
  return [
    ...(python === null ? [] : [`CPython ${python}`]),
    ...(session.processes.length > 1 ? [count(session.processes.length, 'process', 'processes')] : []),
    ...(threads > 0 ? [count(threads, 'thread')] : []),
  ];
}
