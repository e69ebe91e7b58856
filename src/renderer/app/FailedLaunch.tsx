/** In place of the timeline when a program never became a recording: why, and what to do. Its output is in the Terminal below. */
import type { LaunchSpec, SessionInfo } from '../../shared/contract/types.ts';
import { endingOf } from '../../shared/provenance.ts';
import { editLaunch } from '../store/actions.ts';
import { useSettings } from '../store/settings.ts';
import { useUi } from '../store/ui.ts';
import { asSentence } from '../transport/index.ts';

/** The last launch if it was this one (it knows environment and engine too), else what the session tells. */
function specOf(session: SessionInfo, last: LaunchSpec | null): LaunchSpec | null {
  const [python, ...args] = session.command;
  if (python === undefined || args.length === 0) return last;
  if (last !== null && last.python === python && last.args.join('\0') === args.join('\0')) return last;
  return { python, args, cwd: session.cwd ?? '/', env: {}, engine: 'auto' };
}

export function FailedLaunch({ session }: { session: SessionInfo }) {
  const last = useSettings((s) => s.settings.lastLaunch);
  const spec = specOf(session, last);
  const attached = session.kind === 'attach';
  const ending = endingOf(session.processes[0]);
  return (
    <div className="failed" role="alert" data-testid="failed-launch">
      <div className="failed__card card">
        <h2>{attached ? 'This attach' : 'This launch'} did not become a recording</h2>
        <p>{asSentence(session.error ?? 'the program ended before Python had started')}</p>
        {ending !== null && (
          <p className="muted">
            The program ended with {ending}. {!attached && 'What it printed is in the Terminal below.'}
          </p>
        )}
        {attached && (
          <button
            type="button"
            className="btn btn--primary"
            data-testid="attach-other"
            onClick={() => useUi.setState({ attaching: true })}
          >
            Running programs…
          </button>
        )}
        {!attached && spec !== null && (
          <button type="button" className="btn btn--primary" data-testid="edit-launch" onClick={() => editLaunch(spec)}>
            Edit and launch again
          </button>
        )}
      </div>
    </div>
  );
}
