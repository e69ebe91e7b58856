/** Which page and which dialog is open, and the messages that float over it. */
import { create } from 'zustand';
import type { AppInfo, LaunchSpec } from '../../shared/contract/types.ts';
import { describeError, type PipeStatus } from '../transport/index.ts';

export type Page = 'start' | 'timeline' | 'compare' | 'library' | 'doctor';

export interface Toast {
  id: number;
  tone: 'error' | 'info';
  message: string;
  remedy: string | null;
  /** Something to do about it, with one press. */
  action: ToastAction | null;
}
export interface ToastAction {
  label: string;
  run: () => void;
}

interface UiState {
  page: Page;
  connection: PipeStatus;
  info: AppInfo | null;
  toasts: readonly Toast[];
  shortcutsOpen: boolean;
  /** The picker that opens a recording is shown. */
  picking: boolean;
  /** The dialog with the running programs is open. */
  attaching: boolean;
  /** The dialog that saves the shown session is open. */
  saving: boolean;
  /** What the launch form should show next: a failed launch to edit, a recent one to repeat. */
  draft: LaunchSpec | null;
  go: (page: Page) => void;
  dismiss: (id: number) => void;
}

const MOST_TOASTS = 4;
const INFO_TOAST_MS = 5000;
let nextToast = 1;

export const useUi = create<UiState>()((set) => ({
  page: 'start',
  connection: 'connecting',
  info: null,
  toasts: [],
  shortcutsOpen: false,
  picking: false,
  attaching: false,
  saving: false,
  draft: null,
  go: (page) => set({ page }),
  dismiss: (id) => set((s) => ({ toasts: s.toasts.filter((t) => t.id !== id) })),
}));

function push(toast: Omit<Toast, 'id'>): number {
  const id = nextToast++;
  useUi.setState((s) => {
    // The same message again replaces the old one instead of piling up; but what can still be undone, can.
    const others = s.toasts.filter((t) => t.message !== toast.message || t.action !== null);
    return { toasts: [...others, { ...toast, id }].slice(-MOST_TOASTS) };
  });
  return id;
}

/** Errors stay until dismissed: they carry what to do. */
export function notifyError(error: unknown): void {
  push({ tone: 'error', ...describeError(error), action: null });
}

interface NotifyOptions {
  action?: ToastAction;
  lastsMs?: number;
}

export function notify(message: string, { action, lastsMs = INFO_TOAST_MS }: NotifyOptions = {}): void {
  const id = push({ tone: 'info', message, remedy: null, action: action ?? null });
  setTimeout(() => useUi.getState().dismiss(id), lastsMs);
}
