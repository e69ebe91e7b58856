/**
 * Remembered choices. The engine keeps them (settings.get / settings.set); here is the copy the window works with. A change
 * shows at once and is sent a moment later, so that dragging a splitter is one write.
 */
import { create } from 'zustand';
import type { CallArgs } from '../../shared/contract/calls.ts';
import type { Settings } from '../../shared/contract/types.ts';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import { useThemeStore } from '../theme/theme.ts';
import { call, isCancelled } from '../transport/index.ts';
import { notifyError } from './ui.ts';

export type SettingsPatch = CallArgs<'settings.set'>;

interface SettingsState {
  settings: Settings;
  /** False until the engine has told its own. */
  loaded: boolean;
  patch: (patch: SettingsPatch) => void;
}

const SEND_AFTER_MS = 400;
let unsent: SettingsPatch = {};
let timer: ReturnType<typeof setTimeout> | undefined;

/** What is not sent yet, now. */
export function flushSettings(): void {
  clearTimeout(timer);
  if (Object.keys(unsent).length === 0) return;
  const patch = unsent;
  unsent = {};
  call('settings.set', patch).catch((error: unknown) => {
    if (!isCancelled(error)) notifyError(error);
  });
}

export const useSettings = create<SettingsState>()((set) => ({
  settings: DEFAULT_SETTINGS,
  loaded: false,
  patch: (patch) => {
    set((s) => ({ settings: { ...s.settings, ...patch } }));
    if (patch.theme !== undefined) useThemeStore.getState().choose(patch.theme);
    unsent = { ...unsent, ...patch };
    clearTimeout(timer);
    timer = setTimeout(flushSettings, SEND_AFTER_MS);
  },
}));

/** Called by store/live.ts after every (re)connection. */
export async function loadSettings(): Promise<void> {
  const told = await call('settings.get', {});
  // What was changed meanwhile is newer.
  const settings = { ...told, ...unsent };
  useSettings.setState({ settings, loaded: true });
  useThemeStore.getState().choose(settings.theme);
}
