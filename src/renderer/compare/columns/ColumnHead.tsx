/** The head of a column: which variant it is, what ran it, how long it took, which of its runs is shown. */
import type { CompareInfo, CompareRun, CompareVariant } from '../../../shared/contract/compare.ts';
import { formatS } from '../../lib/format.ts';
import { joinArgs } from '../../../shared/shell.ts';
import { sessionTitle } from '../../../shared/title.ts';
import { EngineBadge } from '../../start/InterpreterPicker.tsx';
import { showSession } from '../../store/actions.ts';
import { useCompare } from '../../store/compare.ts';
import { ArrowIcon } from '../../ui/icons.tsx';
import { Letter } from '../Letter.tsx';
import { letterOf } from '../../../shared/compare/letters.ts';
import { runsOf } from './runs.ts';

const STATE: Record<CompareRun['state'], string> = {
  queued: 'to come',
  running: 'running',
  ended: '',
  failed: 'failed',
  cancelled: 'cancelled',
};

function RunPicker({ compare, variant, shown }: { compare: CompareInfo; variant: number; shown: number | null }) {
  const pick = useCompare((s) => s.pick);
  const runs = runsOf(compare, variant).filter(({ run }) => run.state === 'ended' || run.state === 'failed');
  if (runs.length < 2 || compare.state === 'running') return null;
  const { shown: median, wall_s: wall } = compare.variants[variant];
  const remark = (index: number, run: CompareRun) =>
    index !== median || wall === null ? '' : run.wall_s === wall.median ? ' · median' : ' · nearest median';
  return (
    <select
      className="input compare-column__runs"
      aria-label={`Run of ${letterOf(variant)} that is shown`}
      data-testid="column-run"
      value={shown ?? ''}
      onChange={(event) => pick(compare.id, variant, Number(event.target.value))}
    >
      {runs.map(({ run, index }) => (
        <option key={index} value={index}>
          {`run ${run.round + 1} · ${STATE[run.state] || formatS(run.wall_s)}${remark(index, run)}`}
        </option>
      ))}
    </select>
  );
}

function Facts({ variant }: { variant: CompareVariant }) {
  const { engine, python, processes } = variant;
  return (
    <>
      {python !== null && <span>Python {python}</span>}
      {engine !== null && <EngineBadge engine={engine} />}
      {processes !== null && processes > 1 && <span>{processes} processes</span>}
    </>
  );
}

interface Props {
  compare: CompareInfo;
  variant: number;
  /** Index of the run that is shown. */
  shown: number | null;
  /** Its session, when it is open. */
  sessionId: string | null;
}

export function ColumnHead({ compare, variant, shown, sessionId }: Props) {
  const info = compare.variants[variant];
  const command = info.file ?? joinArgs(info.command);
  return (
    <header className="compare-column__head">
      <div className="row">
        <Letter variant={variant} />
        <button
          type="button"
          className="compare-column__name"
          title="Open this run in the Timeline"
          data-testid="column-open"
          disabled={sessionId === null}
          onClick={() => sessionId !== null && showSession(sessionId)}
        >
          <span className="ellipsis">{info.name}</span>
          {sessionId !== null && <ArrowIcon size={13} />}
        </button>
        <span className="compare-column__wall" data-testid="column-wall">
          {formatS(info.wall_s?.median ?? null)}
          {info.wall_s !== null && info.wall_s.values.length > 1 && <span className="small muted"> median</span>}
        </span>
      </div>
      <div className="row small muted compare-column__facts">
        <Facts variant={info} />
        <span className="mono ellipsis" title={command}>
          {info.file ?? sessionTitle(info.command)}
        </span>
        <RunPicker compare={compare} variant={variant} shown={shown} />
      </div>
    </header>
  );
}
