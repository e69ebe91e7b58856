/** Says when the engine is out of reach, and what to do. */
import { useUi } from '../store/ui.ts';
import { retryNow } from '../transport/index.ts';

const TEXT = {
  lost: {
    what: 'The gilscope server has stopped, or cannot be reached.',
    todo: 'Start it again with “gilscope serve”. This page reconnects by itself; recordings are kept in their files.',
  },
  denied: {
    what: 'The gilscope server does not accept this page.',
    todo: 'Its key changes at every start: open the address that “gilscope serve” printed last.',
  },
} as const;

export function ConnectionBanner() {
  const connection = useUi((s) => s.connection);
  if (connection === 'open' || connection === 'connecting') return null;
  const { what, todo } = TEXT[connection];
  return (
    <div className="banner" role="alert" data-testid="connection-banner">
      <span className="dot dot--round dot--bad" />
      <div className="banner__text">
        <strong>{what}</strong> <span className="muted">{todo}</span>
      </div>
      <button type="button" className="btn btn--small" onClick={retryNow}>
        Try now
      </button>
    </div>
  );
}
