/** Attach from anywhere: Ctrl+Shift+A and the New menu. */
import { useUi } from '../store/ui.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { RunningList } from './RunningList.tsx';

export function AttachDialog() {
  const open = useUi((s) => s.attaching);
  const close = () => useUi.setState({ attaching: false });
  if (!open) return null;
  return (
    <Dialog title="Attach to a running Python program" width={680} testId="attach-dialog" onClose={close}>
      <div className="attach">
        <p className="muted">
          It is entered for about a millisecond and recorded from then on. Detaching leaves it as it was.
        </p>
        <RunningList autoFocus onDone={close} />
      </div>
    </Dialog>
  );
}
