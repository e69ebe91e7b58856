/** What a column shows: a run's timeline, or why there is none. */
import { useEffect, useState } from 'react';
import type { CompareInfo, CompareRun } from '../../../shared/contract/compare.ts';
import { count, formatS } from '../../lib/format.ts';
import { openFile } from '../../store/actions.ts';
import { openRun } from '../../store/compare.ts';
import { useSettings } from '../../store/settings.ts';
import { Timeline } from '../../timeline/index.tsx';
import type { Axis } from '../../../shared/draw/scale.ts';
import { plain } from '../../../shared/plainText.ts';
import { describeError, isCancelled } from '../../transport/index.ts';
import { Notice } from '../../ui/Notice.tsx';
import { runsOf } from './runs.ts';

/** Why a run failed, what it said last, and the way to the rest. */
function Failed({ run }: { run: CompareRun }) {
  const { path } = run;
  const open = (file: string) => {
    useSettings.getState().patch({ panelTab: 'terminal' });
    void openFile(file);
  };
  return (
    <div className="compare-column__failed" data-testid="column-failed">
      <Notice tone="error" message={`Run ${run.round + 1} failed: ${run.error ?? 'nobody knows why'}`} />
      {run.said.length > 0 && <pre className="compare-column__said">{run.said.map(plain).join('\n')}</pre>}
      {path !== null && (
        <button type="button" className="btn btn--small" data-testid="column-terminal" onClick={() => open(path)}>
          Open its terminal and log
        </button>
      )}
    </div>
  );
}

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;

/** Before its first run, and between its runs. */
function Waiting({ compare, variant }: { compare: CompareInfo; variant: number }) {
  const runs = runsOf(compare, variant);
  const over = runs.filter(({ run }) => run.state === 'ended');
  const last = over.at(-1)?.run;
  const cancelled = runs.find(({ run }) => run.state === 'cancelled')?.run;
  const text =
    compare.state === 'running'
      ? 'Waits for its turn: one runs at a time, so that they do not disturb each other.'
      : sentence(cancelled?.error ?? 'none of its runs ended');
  return (
    <div className="empty">
      <span>{text}</span>
      {last !== undefined && (
        <span>
          {count(over.length, 'run')} ended; the last took {formatS(last.wall_s)}.
        </span>
      )}
    </div>
  );
}

/** Opens the recording of a run that nobody has open, once for each run that is chosen. */
function Opening({ compareId, path }: { compareId: string; path: string }) {
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    openRun(compareId, path).catch((cause: unknown) => {
      if (!isCancelled(cause)) setError(cause);
    });
  }, [compareId, path]);
  if (error !== null) return <Notice tone="error" {...describeError(error)} />;
  return (
    <div className="empty">
      <span className="spinner" />
    </div>
  );
}

/** The session the engine had opened for this column was closed by somebody: it is not opened again unasked. */
function Closed({ onOpen }: { onOpen: () => void }) {
  const [told, setTold] = useState(false);
  useEffect(() => {
    // A session that has only just been opened is told a moment later.
    const timer = setTimeout(() => setTold(true), TOLD_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="empty">
      {told ? (
        <>
          <span>This recording has been closed.</span>
          <button type="button" className="btn btn--small" data-testid="column-again" onClick={onOpen}>
            Open it again
          </button>
        </>
      ) : (
        <span className="spinner" />
      )}
    </div>
  );
}

const TOLD_AFTER_MS = 1000;

function Unopened({ compareId, path, wasOpen }: { compareId: string; path: string; wasOpen: boolean }) {
  const [asked, setAsked] = useState(!wasOpen);
  return asked ? <Opening compareId={compareId} path={path} /> : <Closed onOpen={() => setAsked(true)} />;
}

interface Props {
  compare: CompareInfo;
  variant: number;
  run: CompareRun | null;
  sessionId: string | null;
  /** Null while it has one of its own: while it runs. */
  axis: Axis | null;
}

export function ColumnBody({ compare, variant, run, sessionId, axis }: Props) {
  if (run === null) return <Waiting compare={compare} variant={variant} />;
  if (run.state === 'failed') return <Failed run={run} />;
  if (sessionId !== null) return <Timeline sessionId={sessionId} beside={{ axis }} />;
  // While others run nothing is read that nobody asked for: it would disturb them.
  if (compare.state === 'running' || run.path === null) return <Waiting compare={compare} variant={variant} />;
  return <Unopened key={run.path} compareId={compare.id} path={run.path} wasOpen={run.session !== null} />;
}
