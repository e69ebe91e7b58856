/**
 * Exports that are written, or were while this window looked; and the session whose export dialog is open. Kept in step by store/live.ts;
 * what a user can do to them is here too.
 */
import { create } from 'zustand';
import type { CallArgs } from '../../shared/contract/calls.ts';
import type { ExportInfo } from '../../shared/contract/exports.ts';
import type { SessionInfo } from '../../shared/contract/types.ts';
import { call } from '../transport/index.ts';
import { attempt, openFile } from './actions.ts';
import { useSessions } from './sessions.ts';
import { notify } from './ui.ts';

interface ExportsState {
  /** In the order they were started. */
  order: readonly string[];
  byId: Readonly<Record<string, ExportInfo>>;
  /** The session that the dialog is open for. */
  askingFor: string | null;
  put: (info: ExportInfo) => void;
  /** The user has seen how it ended. */
  dismiss: (id: string) => void;
  /** After a (re)connection: those that run, and what became of those that ran. What ended before this window came is not told again. */
  replaceAll: (infos: readonly ExportInfo[]) => void;
}

/** What came of an export may be told again after the user has put it away. */
const dismissed = new Set<string>();

export const useExports = create<ExportsState>()((set, get) => ({
  order: [],
  byId: {},
  askingFor: null,
  put: (info) => {
    if (dismissed.has(info.id)) return;
    const before = get().byId[info.id] as ExportInfo | undefined;
    // The answer to a call may come after the news of how it ended.
    if (before !== undefined && before.state !== 'running') return;
    if (info.state === 'cancelled') {
      get().dismiss(info.id);
      notify(`Export cancelled. Nothing was written to ${info.path}.`);
      return;
    }
    set(({ order, byId }) => ({
      order: info.id in byId ? order : [...order, info.id],
      byId: { ...byId, [info.id]: info },
    }));
  },
  dismiss: (id) => {
    dismissed.add(id);
    set(({ order, byId }) => ({
      order: order.filter((other) => other !== id),
      byId: Object.fromEntries(Object.entries(byId).filter(([key]) => key !== id)),
    }));
  },
  replaceAll: (infos) => {
    const known = get().byId;
    const told = new Set(infos.map(({ id }) => id));
    // One that ran and is not known any more went with its engine.
    for (const id of get().order) if (!told.has(id) && known[id].state === 'running') get().dismiss(id);
    for (const info of infos) if (info.state === 'running' || info.id in known) get().put(info);
  },
}));

/** There is something recorded that could be exported. */
export const canExport = (session: SessionInfo | null | undefined): boolean =>
  session != null && session.state !== 'starting' && session.state !== 'failed';

/** Opens the dialog, if there is something to export. */
export function askExport(sessionId: string): void {
  if (canExport(useSessions.getState().byId[sessionId])) useExports.setState({ askingFor: sessionId });
}

/** Opens a recording, and the dialog for it. */
export async function exportFile(path: string): Promise<void> {
  if (!(await openFile(path))) return;
  const { currentId } = useSessions.getState();
  if (currentId !== null) askExport(currentId);
}

/** Throws the engine's error, which the dialog shows. */
export async function startExport(args: CallArgs<'export.start'>): Promise<void> {
  useExports.getState().put(await call('export.start', args));
}

export const cancelExport = (id: string): Promise<boolean> =>
  attempt(async () => useExports.getState().put(await call('export.cancel', { id })));
