/** The label column: name and live totals for the visible range of each visible row. */
import type { ReactNode } from 'react';
import type { SessionInfo, ThreadIdx } from '../../../shared/contract/types.ts';
import { count, formatNs } from '../../lib/format.ts';
import { displayName } from '../../../shared/threadNames.ts';
import type { Folds, Range } from '../../store/view.ts';
import { useView, viewStore } from '../../store/view.ts';
import { ChevronIcon } from '../../ui/icons.tsx';
import type { TimelineController } from '../controller.ts';
import { ALL_CORES } from '../../../shared/draw/chartData.ts';
import type { Row } from '../model/rows.ts';
import { coreTotals, counterTotals, gilTotals, laneTotals } from '../model/totals.ts';
import type { Kept } from '../source.ts';
import type { FoldAction } from '../model/folds.ts';
import { isLive } from '../model/follow.ts';
import { FlameLabel } from './FlameLabel.tsx';
import { ProcessBar } from './ProcessBar.tsx';
import { indent, ProcessLabel, ProcessTools } from './ProcessLabel.tsx';
import { COUNTER_TITLES, useSwatch, type Swatch } from './names.ts';
import { useRangeSwitches } from './hooks.ts';
import { formatCounter } from './values.ts';

interface Props {
  controller: TimelineController;
  session: SessionInfo;
  rows: readonly Row[];
  kept: Kept | null;
  range: Range;
  compact: boolean;
  folds: Folds;
  onFold: (row: Row, action: FoldAction) => void;
}

export function Labels({ controller, session, rows, kept, range, compact, folds, onFold }: Props) {
  const swatch = useSwatch(session.id);
  const marked = useView(session.id, (v) => v.thread);
  const culprit = useView(session.id, (v) => v.culprit);
  // What is yet to come must not count as free or idle.
  const past = { start: Math.max(range.start, 0), end: Math.max(Math.min(range.end, session.endNs), range.start) };
  const binned = kept !== null && rows.some((r) => r.kind === 'gil' && kept.strips.get(r.gil)?.form === 'bins');
  const switches = useRangeSwitches(controller, binned ? past : null, session.revision);
  const context = { session, kept, past, swatch, switches };
  return rows.map((row) => (
    <div
      key={row.key}
      className={`tl-label tl-label--${row.kind}${compact ? ' tl-label--compact' : ''}`}
      style={{ top: row.top, height: row.height, ...(row.kind === 'process' && indent(row.depth)) }}
      data-marked={row.kind === 'thread' && (row.thread === marked || row.thread === culprit) ? '' : undefined}
      data-row={row.key}
      data-ended={row.kind === 'process' && session.processes[row.process]?.endedNs != null ? '' : undefined}
      onClick={row.kind === 'thread' ? () => viewStore(session.id).getState().markThread(row.thread) : undefined}
    >
      <div className="tl-label__text">
        {row.kind === 'flame' ? (
          <FlameLabel sessionId={session.id} row={row} onLevels={() => onFold(row, 'levels')} />
        ) : (
          labelOf(row, context)
        )}
      </div>
      {row.kind === 'processes' && (
        <ProcessBar
          processes={row.count}
          ended={row.ended}
          folds={folds}
          onChange={(patch) =>
            viewStore(session.id)
              .getState()
              .setFolds((f) => ({ ...f, ...patch }))
          }
        />
      )}
      {row.kind === 'process' && (
        <ProcessTools process={row.process} solo={folds.solo === row.process} onAct={(action) => onFold(row, action)} />
      )}
      {row.kind === 'hidden' && (
        <button type="button" className="link small" data-testid="show-all" onClick={() => onFold(row, 'show-all')}>
          Show all
        </button>
      )}
      {'fold' in row && row.fold !== null && (
        <button
          type="button"
          className="tl-fold"
          aria-expanded={row.fold === 'open'}
          aria-label={row.fold === 'open' ? 'Fold' : 'Unfold'}
          title={row.kind === 'thread' ? 'Its calls' : undefined}
          onClick={(event) => {
            event.stopPropagation();
            onFold(row, 'fold');
          }}
        >
          <ChevronIcon size={14} />
        </button>
      )}
    </div>
  ));
}

/** Whole percents are enough beside a chart, and do not flicker. */
function percent(fraction: number): string {
  const rounded = Math.round(fraction * 100);
  if (fraction > 0 && rounded === 0) return '< 1 %';
  return fraction < 1 && rounded === 100 ? '> 99 %' : `${rounded} %`;
}

interface Context {
  session: SessionInfo;
  kept: Kept | null;
  past: Range;
  swatch: Swatch;
  switches: ReadonlyMap<number, number> | null;
}

function Label({ name, totals, dot, badge }: { name: string; totals?: string; dot?: string; badge?: ReactNode }) {
  return (
    <>
      <div className="tl-label__name">
        {dot !== undefined && <i style={{ background: dot }} />}
        <span className="ellipsis" title={name}>
          {name}
        </span>
        {badge}
      </div>
      {totals !== undefined && <div className="tl-label__totals ellipsis">{totals}</div>}
    </>
  );
}

function labelOf(row: Row, context: Context): ReactNode {
  const { session, kept, past } = context;
  switch (row.kind) {
    case 'core': {
      const totals =
        kept === null ? null : coreTotals(kept.reply.cores, row.core === ALL_CORES ? 'all' : row.core, past);
      const told = totals && `${percent(totals.busy)} busy · this program ${percent(totals.target)}`;
      return (
        <Label
          name={row.core === ALL_CORES ? `All ${session.cores} cores` : `Core ${row.core}`}
          totals={told ?? 'no sample here'}
        />
      );
    }
    case 'process':
      return (
        <ProcessLabel
          process={session.processes[row.process]}
          depth={row.depth}
          live={isLive(session)}
          badge={estimatedBadge(session, row.process)}
        />
      );
    case 'marks':
      return <span className="muted small">marks</span>;
    case 'processes':
    case 'flame':
      return null;
    case 'hidden':
      return <span className="muted small">{count(row.count, 'process', 'processes')} hidden</span>;
    case 'gil':
      return gilLabel(row.gil, context);
    case 'thread':
      return threadLabel(row.thread, context);
    case 'counters':
      return <span className="tl-label__section">Counters</span>;
    case 'counter': {
      const totals = kept === null ? null : counterTotals(kept.reply.counters[row.counter], past);
      const format = (value: number) => formatCounter(row.counter, value);
      return (
        <Label
          name={COUNTER_TITLES[row.counter]}
          totals={totals === null ? 'no sample here' : `${format(totals.last)} · most ${format(totals.max)}`}
        />
      );
    }
  }
}

function estimatedBadge(session: SessionInfo, process: number): ReactNode {
  const info = session.processes[process];
  if (info?.engine !== 'estimated') return null;
  return (
    <span className="badge badge--warn" title={info.engineReason ?? undefined}>
      estimated
    </span>
  );
}

function gilLabel(gil: number, { session, kept, past, switches }: Context): ReactNode {
  const info = session.gils[gil];
  const strip = kept?.strips.get(gil);
  // As in the summary: of the time in which it is known.
  const life = { start: Math.max(past.start, info.bornNs), end: Math.min(past.end, info.endedNs ?? Infinity) };
  const known = strip !== undefined && kept !== null && life.start < life.end;
  const totals = known ? gilTotals(strip, kept.reply, life) : null;
  const taken = totals?.switches ?? switches?.get(gil) ?? null;
  const parts = totals === null ? [] : [`held ${percent(Math.min(totals.held, 1))}`];
  if (totals !== null && taken !== null) parts.push(count(taken, 'switch', 'switches'));
  return (
    <Label
      name={`GIL ${info?.id ?? gil} · who holds it`}
      totals={parts.join(' · ')}
      badge={info === undefined ? null : estimatedBadge(session, info.process)}
    />
  );
}

function threadLabel(thread: ThreadIdx, { session, kept, past, swatch }: Context): ReactNode {
  const info = session.threads[thread];
  const lane = kept?.lanes.get(thread);
  const totals = lane === undefined || kept === null ? null : laneTotals(lane, kept.reply, past);
  const about = info !== undefined && session.processes[info.process]?.engine === 'estimated' ? '~' : '';
  const told = (ns: number) => (ns > 0 ? about + formatNs(ns) : '0');
  return (
    <Label
      name={displayName(session, thread)}
      dot={swatch(thread)}
      totals={totals === null ? '' : `holds ${told(totals.hold)} · waits ${told(totals.wait)}`}
    />
  );
}
