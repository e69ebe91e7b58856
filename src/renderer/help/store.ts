/** Whether the help is open and at which word; and which word F1 is about. */
import { create } from 'zustand';
import type { WordId } from './words.ts';

interface HelpState {
  /** The word that is shown; null: the sheet is closed. */
  at: WordId | null;
  /** Of the tip that is shown now: F1 opens the sheet there. */
  near: WordId | null;
}

export const useHelp = create<HelpState>()(() => ({ at: null, near: null }));

/** Opens the sheet, or moves it, to a word; without one to the word under the mouse or the focus, else to the first. */
export function openHelp(word?: WordId): void {
  useHelp.setState(({ near }) => ({ at: word ?? near ?? 'gil' }));
}

export const closeHelp = (): void => useHelp.setState({ at: null });
