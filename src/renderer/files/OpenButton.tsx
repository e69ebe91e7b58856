/** Opens a recording from anywhere on the disk; the picker also answers the shell's "Open" command (ui.picking). */
import { dirName } from '../lib/format.ts';
import { openFile } from '../store/actions.ts';
import { useSettings } from '../store/settings.ts';
import { useUi } from '../store/ui.ts';
import { FolderIcon } from '../ui/icons.tsx';
import { FilePicker } from './FilePicker.tsx';

export const SESSION_SUFFIX = '.gilscope';
/** What gilscope exports and opens again; any other name can be typed. */
export const TRACE_SUFFIXES: readonly string[] = ['.pftrace', '.perfetto-trace', '.json'];

export function OpenButton() {
  return (
    <button type="button" className="btn" data-testid="open-file" onClick={() => useUi.setState({ picking: true })}>
      <FolderIcon /> Open a file…
    </button>
  );
}

/** Mounted once by app/App.tsx. */
export function OpenPicker() {
  const picking = useUi((s) => s.picking);
  const info = useUi((s) => s.info);
  const lastFolder = useSettings((s) => s.settings.lastFolder);
  if (!picking || info === null) return null;
  const close = () => useUi.setState({ picking: false });
  return (
    <FilePicker
      title="Open a recording"
      mode="file"
      suffix={SESSION_SUFFIX}
      also={TRACE_SUFFIXES}
      folder={lastFolder ?? info.cwd}
      onClose={close}
      onPick={(path) => {
        close();
        useSettings.getState().patch({ lastFolder: dirName(path) });
        void openFile(path);
      }}
    />
  );
}
