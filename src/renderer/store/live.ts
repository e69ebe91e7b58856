/**
 * Keeps the stores in step with the engine: session pushes, and everything anew after a (re)connection.
 * Started once by main.tsx.
 */
import { call, isCancelled, onStatus, subscribe } from '../transport/index.ts';
import { showComparison, useCompare } from './compare.ts';
import { useExports } from './exports.ts';
import { useSessions } from './sessions.ts';
import { flushSettings, loadSettings } from './settings.ts';
import { notifyError, useUi } from './ui.ts';
import { openFile, showSession } from './actions.ts';

let openedFromCommandLine = false;

async function refresh(): Promise<void> {
  const [info, sessions, compares, exports] = await Promise.all([
    call('app.info', {}),
    call('session.list', {}),
    call('compare.list', {}),
    call('export.list', {}),
    loadSettings(),
  ]);
  useUi.setState({ info });
  useSessions.getState().replaceAll(sessions);
  useCompare.getState().replaceAll(compares);
  useExports.getState().replaceAll(exports);
  if (openedFromCommandLine) return;
  openedFromCommandLine = true;
  const comparing = compares.find((c) => c.state === 'running');
  const recording = sessions.find((s) => s.state === 'recording') ?? sessions.at(-1);
  // A run of a comparison is seen beside the others.
  if (comparing !== undefined) showComparison(comparing.id);
  else if (recording !== undefined) showSession(recording.id);
  for (const path of info.open) {
    if (!sessions.some((s) => s.path === path)) await openFile(path);
  }
}

export function startLive(): () => void {
  const stopPushes = subscribe((name, push) => {
    if (name === 'session.changed' && 'session' in push) {
      if (push.gone === true) useSessions.getState().remove(push.session.id);
      else useSessions.getState().put(push.session);
    } else if (name === 'compare.changed' && 'compare' in push) {
      if (push.gone === true) useCompare.getState().remove(push.compare.id);
      else useCompare.getState().put(push.compare);
    } else if (name === 'export.changed' && 'export' in push) {
      useExports.getState().put(push.export);
    }
  });
  const stopStatus = onStatus((connection) => {
    useUi.setState({ connection });
    if (connection !== 'open') return;
    refresh().catch((error: unknown) => {
      if (!isCancelled(error)) notifyError(error);
    });
  });
  // A choice made just before a reload counts too.
  window.addEventListener('pagehide', flushSettings);
  return () => {
    window.removeEventListener('pagehide', flushSettings);
    stopPushes();
    stopStatus();
  };
}
