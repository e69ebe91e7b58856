/** Remembered choices, in one JSON file; whatever is unknown or invalid in it becomes the default. Used by contract.ts. */
import { join } from 'node:path';
import { settingsPatch, type CallArgs } from '../shared/contract/calls.ts';
import type { Settings } from '../shared/contract/types.ts';
import { LOOKS_HZ } from '../shared/looks.ts';
import { fileError, UserError } from './errors.ts';
import { locked } from './fileLock.ts';
import { readJson, writeJson } from './jsonFile.ts';

export const DEFAULTS: Settings = {
  theme: 'system',
  lastLaunch: null,
  lastCompare: null,
  panelHeight: 280,
  panelTab: 'summary',
  follow: true,
  laneHeight: 'auto',
  lastFolder: null,
  libraryFolder: null,
  lastExport: null,
  attachEngine: 'auto',
  attachFunctions: false,
  attachLooksHz: LOOKS_HZ,
};

/** Each setting by itself: one bad value does not cost the others. */
function lenient(value: unknown): Settings {
  const given = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const merged: Record<string, unknown> = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS)) {
    if (!(name in given)) continue;
    const one = settingsPatch.safeParse({ [name]: given[name] });
    if (one.success) Object.assign(merged, one.data);
  }
  return merged as unknown as Settings;
}

export class SettingsStore {
  private readonly file: string;

  constructor(dataFolder: string) {
    this.file = join(dataFolder, 'settings.json');
  }

  get(): Settings {
    return lenient(readJson(this.file));
  }

  /** Throws UserError when they cannot be kept. */
  set(patch: CallArgs<'settings.set'>): Settings {
    try {
      return locked(this.file, () => {
        const next = lenient({ ...this.get(), ...patch });
        writeJson(this.file, next);
        return next;
      });
    } catch (error) {
      throw error instanceof UserError ? error : fileError(error, `cannot keep the settings in ${this.file}`);
    }
  }
}
