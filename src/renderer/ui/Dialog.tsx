/** A modal dialog on the browser's own <dialog>: focus trapped, Escape closes, focus returns. */
import { useEffect, useId, useState, type ReactNode, type SyntheticEvent } from 'react';
import { createPortal } from 'react-dom';
import { FloatHost } from './floatHost.ts';
import { CloseIcon } from './icons.tsx';
import { openerAround } from './Popover.tsx';

interface Props {
  title: string;
  onClose: () => void;
  width?: number;
  footer?: ReactNode;
  testId?: string;
  children: ReactNode;
}

/** React passes events up to whoever rendered the dialog, wherever it is mounted; what happens here is not theirs. */
const stop = (event: SyntheticEvent) => event.stopPropagation();

export function Dialog({ title, onClose, width = 520, footer, testId, children }: Props) {
  const [dialog, setDialog] = useState<HTMLDialogElement | null>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement;
    // A popover closes when a dialog opens over it.
    const around = openerAround(opener);
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => {
      dialog?.close();
      const back = opener?.isConnected === true ? opener : around;
      if (back instanceof HTMLElement && back.isConnected) back.focus();
    };
  }, [dialog]);
  return createPortal(
    <dialog
      ref={setDialog}
      className="dialog"
      aria-labelledby={id}
      data-testid={testId}
      style={{ '--dialog-width': `${width}px` } as React.CSSProperties}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={stop}
      onSubmit={stop}
    >
      <div className="dialog__head">
        <h2 id={id}>{title}</h2>
        <button type="button" className="btn btn--ghost btn--icon btn--small" aria-label="Close" onClick={onClose}>
          <CloseIcon />
        </button>
      </div>
      <div className="dialog__body">
        <FloatHost value={dialog}>{children}</FloatHost>
      </div>
      {footer !== undefined && <div className="dialog__foot">{footer}</div>}
    </dialog>,
    // Out of the form it may have been opened from: forms cannot be nested.
    document.body,
  );
}

interface ConfirmProps {
  title: string;
  text: ReactNode;
  confirm: string;
  danger?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be undone. The safe answer has the focus. */
export function Confirm({ title, text, confirm, danger = false, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog
      title={title}
      width={440}
      onClose={onClose}
      testId="confirm"
      footer={
        <>
          <button type="button" className="btn" data-autofocus onClick={onClose}>
            Cancel
          </button>
          <button
            type="button"
            className={danger ? 'btn btn--stop' : 'btn btn--primary'}
            data-testid="confirm-yes"
            onClick={() => {
              onClose();
              onConfirm();
            }}
          >
            {confirm}
          </button>
        </>
      }
    >
      {text}
    </Dialog>
  );
}
