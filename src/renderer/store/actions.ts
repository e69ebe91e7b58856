/** What the user can do to sessions, with its errors told; used by the top bar, Start, Library and shortcuts. */
import type { CallArgs } from '../../shared/contract/calls.ts';
import type { LaunchSpec, SessionInfo } from '../../shared/contract/types.ts';
import { copyText } from '../lib/clipboard.ts';
import { call, isCancelled } from '../transport/index.ts';
import { useSessions } from './sessions.ts';
import { useSettings } from './settings.ts';
import { notify, notifyError, useUi } from './ui.ts';

export function showSession(id: string): void {
  useSessions.getState().select(id);
  useUi.getState().go('timeline');
}

/** Runs an action; its error becomes a toast. True when it went well. */
export async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    if (!isCancelled(error)) notifyError(error);
    return false;
  }
}

function adopt(session: SessionInfo): void {
  useSessions.getState().put(session);
  showSession(session.id);
}

/** Throws the engine's error, which the launch form shows inline. */
export async function launch(spec: LaunchSpec, options: { remember: boolean }): Promise<void> {
  if (options.remember) useSettings.getState().patch({ lastLaunch: spec });
  adopt(await call('session.launch', spec));
}

/** Throws the engine's error, which the list of running programs shows beside the row. */
export async function attach(pid: number): Promise<void> {
  const { attachEngine: engine, attachFunctions, attachLooksHz: looksHz } = useSettings.getState().settings;
  adopt(await call('session.attach', { pid, engine, looksHz, ...(attachFunctions && { functions: true }) }));
}

/** Opens a recording and shows it; while the rest is read the session's `progress` tells how far (app/ReadingStrip.tsx). */
export async function openFile(path: string): Promise<boolean> {
  const known = Object.values(useSessions.getState().byId).find((s) => s.path === path);
  if (known === undefined) return attempt(async () => adopt(await call('session.open', { path })));
  showSession(known.id);
  return true;
}

export const stopSession = (id: string): Promise<boolean> =>
  attempt(async () => useSessions.getState().put(await call('session.stop', { id })));

export const signalSession = (id: string, signal: CallArgs<'session.signal'>['signal']): Promise<boolean> =>
  attempt(() => call('session.signal', { id, signal }));

export const saveSession = (id: string, path: string, overwrite: boolean): Promise<boolean> =>
  attempt(async () => {
    useSessions.getState().put(await call('session.saveAs', { id, path, overwrite }));
    notify(`Saved as ${path}`);
  });

export const closeSession = (id: string): Promise<boolean> =>
  attempt(async () => {
    await call('session.close', { id });
    useSessions.getState().remove(id);
    if (useSessions.getState().currentId === null) useUi.getState().go('start');
  });

/** @param what is in it, in words: "12 threads of 3 s" */
export async function copyCsv(csv: string, what: string): Promise<void> {
  if (await copyText(csv)) notify(`Copied ${what} as CSV`);
  else notifyError(new Error('The browser did not allow copying to the clipboard.'));
}

/** Opens the launch form with this in it. */
export function editLaunch(spec: LaunchSpec | null): void {
  useUi.setState({ draft: spec, page: 'start' });
}
