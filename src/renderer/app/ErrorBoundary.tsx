/** A defect of the window is told where it happened; the rest goes on, and so does the recording. Used by App.tsx. */
import { Component, type ReactNode } from 'react';
import { describeError } from '../transport/index.ts';

interface Props {
  /** Another value (another page, another session) is another try. */
  attempt: string;
  children: ReactNode;
}
interface State {
  error: unknown;
  attempt: string;
}

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null, attempt: this.props.attempt };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.attempt === state.attempt ? null : { error: null, attempt: props.attempt };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="empty" role="alert" data-testid="window-error">
        <strong>This part of the window failed.</strong>
        <span>{describeError(error).message}</span>
        <span>Recordings are not affected. Reload the window; if it fails again, please report this.</span>
        <button type="button" className="btn" style={{ marginTop: 8 }} onClick={() => window.location.reload()}>
          Reload
        </button>
      </div>
    );
  }
}
