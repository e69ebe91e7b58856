/** Words of a figure's head, and its file's name. Pure. */
import type { SessionInfo } from '../contract/types.ts';
import { count } from '../pageFormat.ts';

/** When and where: "21 November 2026 at 14:02", "8 cores", the host. */
export function machineFacts(created: string, session: Pick<SessionInfo, 'cores' | 'host'> | null): string[] {
  const when = new Date(created);
  const date = Number.isNaN(when.getTime())
    ? []
    : [when.toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' })];
  if (session === null) return date;
  return [...date, count(session.cores, 'core'), ...(session.host === '' ? [] : [session.host])];
}

const LONGEST = 60;

/** A name that every file system takes. */
export function fileName(title: string, ending: 'svg' | 'png' | 'html' | 'md'): string {
  const words = title.normalize('NFKC').replace(/[^\p{L}\p{N}.]+/gu, '-');
  const name = Array.from(words)
    .slice(0, LONGEST)
    .join('')
    .replace(/^[-.]+|[-.]+$/g, '');
  return `gilscope-${name === '' ? 'figure' : name}.${ending}`;
}
