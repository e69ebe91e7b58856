/**
 * Light or dark: what the user chose, else what the system says. Sets `data-theme` on the document, on which
 * styles/tokens.css hangs; canvas and charts read the resolved theme with `useTheme`.
 */
import { create } from 'zustand';
import type { Settings } from '../../shared/contract/types.ts';
import type { Theme } from '../../shared/draw/colours.ts';

export type ThemeChoice = Settings['theme'];

interface ThemeState {
  choice: ThemeChoice;
  resolved: Theme;
  choose: (choice: ThemeChoice) => void;
}

const REMEMBERED = 'gilscope.theme';
const isChoice = (text: string | null): text is ThemeChoice => text === 'system' || text === 'light' || text === 'dark';
const hasDom = typeof window !== 'undefined' && typeof window.matchMedia === 'function';
const systemDark = hasDom ? window.matchMedia('(prefers-color-scheme: dark)') : null;

function firstChoice(): ThemeChoice {
  const kept = hasDom ? window.localStorage.getItem(REMEMBERED) : null;
  return isChoice(kept) ? kept : 'system';
}

export function resolveTheme(choice: ThemeChoice, systemIsDark: boolean): Theme {
  if (choice !== 'system') return choice;
  return systemIsDark ? 'dark' : 'light';
}

const resolveNow = (choice: ThemeChoice) => resolveTheme(choice, systemDark?.matches ?? true);

/** The engine remembers the choice (settings); the copy in localStorage only spares the first paint a flash. */
export const useThemeStore = create<ThemeState>()((set) => {
  const choice = firstChoice();
  return {
    choice,
    resolved: resolveNow(choice),
    choose: (next) => {
      if (hasDom) window.localStorage.setItem(REMEMBERED, next);
      set({ choice: next, resolved: resolveNow(next) });
    },
  };
});

export const useTheme = (): Theme => useThemeStore((s) => s.resolved);

/** Called once by main.tsx: keeps the document and the system's preference in step with the store. */
export function startTheme(): void {
  const paint = (theme: Theme) => {
    document.documentElement.dataset.theme = theme;
  };
  paint(useThemeStore.getState().resolved);
  useThemeStore.subscribe((state) => paint(state.resolved));
  systemDark?.addEventListener('change', () => {
    const { choice } = useThemeStore.getState();
    useThemeStore.setState({ resolved: resolveNow(choice) });
  });
}
