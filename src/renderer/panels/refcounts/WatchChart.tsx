/** The counts of the shown watches over the part of the timeline that is in view: a step for each change. */
import { memo, useMemo } from 'react';
import { Area, ComposedChart, Line, Tooltip, XAxis, YAxis } from 'recharts';
import type { Ns } from '../../../shared/contract/types.ts';
import type { WatchAnswer, WatchIdx } from '../../../shared/contract/watches.ts';
import { group } from '../../lib/format.ts';
import { useView, viewStore } from '../../store/view.ts';
import { formatAt, rulerTicks } from '../../../shared/draw/ticks.ts';
import { useSize } from '../../ui/useSize.ts';
import { curveRows, dashOf, hasBand, scaleOf, type CurveRow } from './curves.ts';

const MARGIN = { top: 8, right: 16, bottom: 0, left: 0 };
const AXIS_PX = 56;
const AXIS_HEIGHT = 22;
const TICK_PX = 90;
const PLAIN = { isAnimationActive: false, dot: false, connectNulls: false } as const;

interface Props {
  watches: readonly WatchAnswer[];
  start: Ns;
  end: Ns;
  colourOf: (watch: WatchIdx) => string;
}

function Tip({ row, watches, colourOf, step }: Pick<Props, 'watches' | 'colourOf'> & { row: CurveRow; step: Ns }) {
  return (
    <div className="refcounts__tip">
      <div className="muted">{formatAt(row.t, step)}</div>
      {watches.map(({ watch, expression }) => {
        const band = row.band[watch];
        const value = row.last[watch];
        const text = band ? `${group(band[0])} to ${group(band[1])}` : value === null ? 'no count' : group(value);
        return (
          <div key={watch} className="refcounts__tip-row">
            <span className="dot" style={{ background: colourOf(watch) }} />
            <span className="mono ellipsis">{expression}</span>
            <strong>{text}</strong>
          </div>
        );
      })}
    </div>
  );
}

const Plot = memo(function Plot({ watches, start, end, colourOf, ...size }: Props & { width: number; height: number }) {
  const rows = useMemo(() => curveRows(watches, start, end), [watches, start, end]);
  const scale = useMemo(() => scaleOf(watches), [watches]);
  const { ticks, step } = useMemo(
    () => rulerTicks(start, end, size.width - AXIS_PX, TICK_PX),
    [start, end, size.width],
  );
  const banded = useMemo(() => watches.filter(({ watch }) => hasBand(rows, watch)), [rows, watches]);
  const inside = ticks.map(({ at }) => at).filter((at) => at >= start && at <= end);
  return (
    <ComposedChart {...size} data={rows} margin={MARGIN} accessibilityLayer={false}>
      <XAxis
        dataKey="t"
        type="number"
        domain={[start, end]}
        allowDataOverflow
        ticks={inside}
        interval={0}
        tickFormatter={(at: Ns) => formatAt(at, step)}
        tick={{ fill: 'var(--muted)', fontSize: 11 }}
        tickLine={{ stroke: 'var(--line-strong)' }}
        axisLine={{ stroke: 'var(--line)' }}
        height={AXIS_HEIGHT}
      />
      <YAxis
        type="number"
        scale={scale.log ? 'log' : 'linear'}
        domain={scale.domain}
        allowDecimals={false}
        allowDataOverflow
        tickFormatter={(value: number) => group(value)}
        tick={{ fill: 'var(--muted)', fontSize: 11 }}
        tickLine={false}
        axisLine={{ stroke: 'var(--line)' }}
        width={AXIS_PX}
      />
      <Tooltip
        isAnimationActive={false}
        cursor={{ stroke: 'var(--line-strong)' }}
        content={({ payload }) => {
          const row = payload[0]?.payload as CurveRow | undefined;
          return row === undefined ? null : <Tip row={row} watches={watches} colourOf={colourOf} step={step} />;
        }}
      />
      {banded.map(({ watch }) => (
        <Area
          key={`band-${watch}`}
          {...PLAIN}
          activeDot={false}
          type="stepAfter"
          dataKey={(row: CurveRow) => row.band[watch]}
          stroke="none"
          fill={colourOf(watch)}
          fillOpacity={0.28}
        />
      ))}
      {watches.map(({ watch, expression }) => (
        <Line
          key={watch}
          {...PLAIN}
          activeDot={{ r: 3 }}
          type="stepAfter"
          dataKey={(row: CurveRow) => row.last[watch]}
          name={expression}
          stroke={colourOf(watch)}
          strokeWidth={1.75}
          strokeDasharray={dashOf(watch)}
        />
      ))}
    </ComposedChart>
  );
});

/** The timeline's cursor, at the same time here. Apart, so that it moves without drawing the chart anew. */
function Cursor({ sessionId, start, end, width }: { sessionId: string; start: Ns; end: Ns; width: number }) {
  const cursor = useView(sessionId, (view) => view.cursor);
  if (cursor === null || cursor < start || cursor > end) return null;
  const plot = width - AXIS_PX - MARGIN.right;
  const left = AXIS_PX + ((cursor - start) / (end - start)) * plot;
  return <div className="refcounts__cursor" style={{ left, top: MARGIN.top, bottom: AXIS_HEIGHT }} />;
}

export function WatchChart({ sessionId, ...props }: Props & { sessionId: string }) {
  const [ref, size] = useSize();
  const { start, end, watches } = props;
  const scale = scaleOf(watches);
  const counted = watches.some(({ series }) => series.last.some((value) => !Number.isNaN(value)));
  const point = (clientX: number, box: DOMRect): void => {
    const at = start + ((clientX - box.left - AXIS_PX) / (box.width - AXIS_PX - MARGIN.right)) * (end - start);
    viewStore(sessionId)
      .getState()
      .setCursor(at >= start && at <= end ? at : null);
  };
  return (
    <div
      ref={ref}
      className="refcounts__chart"
      role="img"
      aria-label={`References over time of ${watches.map(({ expression }) => expression).join(', ')}`}
      data-testid="refcounts-chart"
      onPointerMove={(event) => point(event.clientX, event.currentTarget.getBoundingClientRect())}
      onPointerLeave={() => viewStore(sessionId).getState().setCursor(null)}
    >
      {size !== null && size.width > 0 && <Plot {...props} width={size.width} height={size.height} />}
      {size !== null && <Cursor sessionId={sessionId} start={start} end={end} width={size.width} />}
      {scale.log && <span className="refcounts__scale small muted">logarithmic</span>}
      {!counted && <div className="refcounts__nothing small muted">No count in the part of the timeline in view.</div>}
    </div>
  );
}
