/** Messages that float over the page: what happened and what to do. */
import type { ReactNode } from 'react';
import { useUi } from '../store/ui.ts';
import { CloseIcon } from './icons.tsx';
import './toasts.css';

/** @param children messages of others, above these */
export function Toasts({ children }: { children?: ReactNode }) {
  const toasts = useUi((s) => s.toasts);
  const dismiss = useUi((s) => s.dismiss);
  return (
    <div className="toasts" aria-live="polite" aria-relevant="additions">
      {children}
      {toasts.map((toast) => (
        <div
          key={toast.id}
          className={`toast toast--${toast.tone}`}
          role={toast.tone === 'error' ? 'alert' : 'status'}
          data-testid="toast"
        >
          <div className="toast__text">
            <div>{toast.message}</div>
            {toast.remedy !== null && <div className="muted">{toast.remedy}</div>}
          </div>
          {toast.action !== null && (
            <button
              type="button"
              className="btn btn--small"
              data-testid="toast-action"
              onClick={() => {
                dismiss(toast.id);
                toast.action?.run();
              }}
            >
              {toast.action.label}
            </button>
          )}
          <button
            type="button"
            className="btn btn--ghost btn--icon btn--small"
            aria-label="Dismiss"
            onClick={() => dismiss(toast.id)}
          >
            <CloseIcon size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}
