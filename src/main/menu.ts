/** The application menu. Its own entries are asked of the window, which has the pickers (the same in both shells). Called by index.ts. */
import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { ShellCommand } from '../shared/contract/bridge.ts';

export function setMenu(ask: (command: ShellCommand) => void, isMac: boolean, isDevelopment: boolean): void {
  const file: MenuItemConstructorOptions[] = [
    { label: 'Open session…', accelerator: 'CmdOrCtrl+O', click: () => ask({ kind: 'open' }) },
    { label: 'Save session as…', accelerator: 'CmdOrCtrl+Shift+S', click: () => ask({ kind: 'save-as' }) },
    { type: 'separator' },
    isMac ? { role: 'close' } : { role: 'quit', accelerator: 'CmdOrCtrl+Q' },
  ];
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
    ...(isDevelopment ? ([{ role: 'reload' }, { role: 'toggleDevTools' }] as const) : []),
  ];
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(isMac ? ([{ role: 'appMenu' }] as const) : []),
      { label: '&File', submenu: file },
      { role: 'editMenu' },
      { label: '&View', submenu: view },
      { role: 'windowMenu' },
    ]),
  );
}
