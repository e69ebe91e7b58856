/** F1 opens the help, at the word whose tip is shown; in dialogs and fields too. */
import { useEffect } from 'react';
import { openHelp } from './store.ts';

export function useHelpKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'F1' || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      // Before the browser's own help, and before dialogs, which keep keys to themselves.
      event.preventDefault();
      openHelp();
    };
    document.addEventListener('keydown', onKey, true);
    return () => document.removeEventListener('keydown', onKey, true);
  }, []);
}
