/** Hints the user has closed, by session or comparison; for as long as the window is open. */
import { create } from 'zustand';

interface DismissedState {
  ids: readonly string[];
  dismiss: (id: string) => void;
}

export const useDismissed = create<DismissedState>()((set) => ({
  ids: [],
  dismiss: (id) => set(({ ids }) => ({ ids: [...ids, id] })),
}));
