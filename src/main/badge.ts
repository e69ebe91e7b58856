/** How many sessions are recording, for the badge on the dock or taskbar. No Electron; used by index.ts. */
import type { Push, PushName } from '../shared/contract/calls.ts';

/** A subscriber of the engine that calls `show` whenever the number of recording sessions changes. */
export function countRecording(show: (count: number) => void): <N extends PushName>(name: N, push: Push[N]) => void {
  const recording = new Set<string>();
  return (name, push) => {
    if (name !== 'session.changed') return;
    const { session, gone } = push as Push['session.changed'];
    const before = recording.size;
    if (session.state === 'recording' && gone !== true) recording.add(session.id);
    else recording.delete(session.id);
    if (recording.size !== before) show(recording.size);
  };
}
