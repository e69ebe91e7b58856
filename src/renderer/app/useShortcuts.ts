/** Keys of the whole window. Those of the timeline are the timeline's own. */
import { useEffect } from 'react';
import { askExport } from '../store/exports.ts';
import { useSessions } from '../store/sessions.ts';
import { useSettings } from '../store/settings.ts';
import { useUi } from '../store/ui.ts';
import { viewStore } from '../store/view.ts';
import { PANELS } from '../store/panels.ts';

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable], .xterm') !== null;
}

/** True when the key did something. */
function handle(event: KeyboardEvent): boolean {
  const { currentId } = useSessions.getState();
  const onTimeline = useUi.getState().page === 'timeline' && currentId !== null;
  const modified = event.ctrlKey || event.metaKey;
  if (modified && event.shiftKey && !event.altKey && event.key.toLowerCase() === 'a') {
    // Over a dialog that is open already it would be a second one.
    if (document.querySelector('dialog[open]') === null) useUi.setState({ attaching: true });
    return true;
  }
  // In a terminal or a text this key goes to the line's end.
  if (modified && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'e' && !isTyping(event.target)) {
    if (onTimeline && document.querySelector('dialog[open]') === null) askExport(currentId);
    return onTimeline;
  }
  if (modified && !event.altKey && !event.shiftKey) {
    const panel = PANELS[Number(event.key) - 1];
    if (panel === undefined || !onTimeline) return false;
    useSettings.getState().patch({ panelTab: panel.id });
    document.querySelector<HTMLElement>(`[data-testid="tab-${panel.id}"]`)?.focus();
    return true;
  }
  if (isTyping(event.target) || modified || event.altKey) return false;
  if (event.key === '?') {
    useUi.setState((s) => ({ shortcutsOpen: !s.shortcutsOpen }));
    return true;
  }
  if (event.key === 'Escape' && onTimeline) {
    const { pinned, selection, pin, select } = viewStore(currentId).getState();
    // One thing at a time: first the details card, then the range.
    if (pinned !== null) pin(null);
    else if (selection !== null) select(null);
    else return false;
    return true;
  }
  return false;
}

export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!event.defaultPrevented && handle(event)) event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
