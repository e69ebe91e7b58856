/** Remembered choices, in one JSON file; whatever is unknown or invalid in it becomes the default. Used by contract.ts. */
import { join } from 'node:path';
import { settingsPatch, type CallArgs } from '../shared/contract/calls.ts';
import type { Settings } from '../shared/contract/types.ts';
import { DEFAULT_SETTINGS } from '../shared/settings.ts';
import { fileError, UserError } from './errors.ts';
import { locked } from './fileLock.ts';
import { readJson, writeJson } from './jsonFile.ts';

/** Each setting by itself: one bad value does not cost the others. */
function lenient(value: unknown): Settings {
  const given = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const merged: Record<string, unknown> = { ...DEFAULT_SETTINGS };
  for (const name of Object.keys(DEFAULT_SETTINGS)) {
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
