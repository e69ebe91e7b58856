/** The choices that are remembered, as they are before anybody chose. The engine keeps them, the window begins with them. */
import type { Settings } from './contract/types.ts';
import { LOOKS_HZ } from './looks.ts';

export const DEFAULT_SETTINGS: Settings = {
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
