/** What Electron's menu and desktop ask of the window; nothing in the local server's window. */
import { useEffect } from 'react';
import { openFile } from '../store/actions.ts';
import { useUi } from '../store/ui.ts';

export function useShellCommands(): void {
  useEffect(
    () =>
      window.gilscope?.onCommand((command) => {
        if (command.kind === 'open') useUi.setState({ picking: true });
        else if (command.kind === 'save-as') useUi.setState({ saving: true, page: 'timeline' });
        else
          void command.paths.reduce<Promise<unknown>>(
            (before, path) => before.then(() => openFile(path)),
            Promise.resolve(),
          );
      }),
    [],
  );
}
