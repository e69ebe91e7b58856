/**
 * The sampled rows as recharts area charts. Each is drawn for the fetched window, one pixel a bin, and moved and stretched by CSS with the
 * view (painter.ts), so panning and zooming do not touch React; a new reply does, at most a few times a second.
 */
import { memo, useLayoutEffect, useMemo } from 'react';
import { Area, AreaChart, XAxis, YAxis } from 'recharts';
import type { TimelineReply } from '../../../shared/contract/types.ts';
import type { TimelineController } from '../controller.ts';
import type { CounterName, Row } from '../model/rows.ts';
import type { FetchWindow } from '../model/fetchWindow.ts';
import type { Kept } from '../source.ts';
import { corePoints, counterPoints, spacing, STEPS_FROM_PX } from '../../../shared/draw/chartData.ts';

const MARGIN = { top: 0, right: 0, bottom: 0, left: 0 };
/** Free space over and under a chart in its row. */
const PAD = 7;
const FULL: [number, number] = [0, 1];

type Curve = 'stepBefore' | 'linear';

interface ChartProps {
  /** Stable while the reply is. */
  reply: TimelineReply;
  window: FetchWindow;
  height: number;
}

function useCurve(times: Float64Array, window: FetchWindow): Curve {
  const px = (spacing(times) / (window.end - window.start)) * window.px;
  return px >= STEPS_FROM_PX ? 'stepBefore' : 'linear';
}

const useDomain = (window: FetchWindow) =>
  useMemo((): [number, number] => [window.start, window.end], [window.start, window.end]);

const CoreChart = memo(function CoreChart({ reply, window, height, core }: ChartProps & { core: number }) {
  const data = useMemo(() => corePoints(reply.cores, core), [reply, core]);
  const domain = useDomain(window);
  const curve = useCurve(reply.cores.times, window);
  return (
    <AreaChart width={window.px} height={height} data={data} margin={MARGIN} accessibilityLayer={false}>
      <XAxis dataKey="t" type="number" domain={domain} allowDataOverflow hide />
      <YAxis type="number" domain={FULL} allowDataOverflow hide />
      <Area {...AREA} type={curve} dataKey="target" stackId="busy" className="tl-area tl-area--target" />
      <Area {...AREA} type={curve} dataKey="others" stackId="busy" className="tl-area tl-area--others" />
    </AreaChart>
  );
});

const CounterChart = memo(function CounterChart({ reply, window, height, name }: ChartProps & { name: CounterName }) {
  const series = reply.counters[name];
  const data = useMemo(() => counterPoints(series), [series]);
  const domain = useDomain(window);
  const curve = useCurve(series.times, window);
  const top = useMemo((): [number, number] => {
    const most = data.reduce((m, p) => Math.max(m, p.value ?? 0), 0);
    return [0, most > 0 ? most * 1.08 : 1];
  }, [data]);
  return (
    <AreaChart width={window.px} height={height} data={data} margin={MARGIN} accessibilityLayer={false}>
      <XAxis dataKey="t" type="number" domain={domain} allowDataOverflow hide />
      <YAxis type="number" domain={top} allowDataOverflow hide />
      <Area {...AREA} type={curve} dataKey="value" className={`tl-area tl-area--${name}`} />
    </AreaChart>
  );
});

const AREA = { isAnimationActive: false, dot: false, activeDot: false, connectNulls: false, strokeWidth: 1.5 } as const;

interface Props {
  controller: TimelineController;
  rows: readonly Row[];
  kept: Kept | null;
}

/** The charts of the visible rows. */
export function Charts({ controller, rows, kept }: Props) {
  useLayoutEffect(() => controller.chartsShown(kept), [controller, kept]);
  if (kept === null) return null;
  const { reply, wish } = kept;
  return rows.map((row) =>
    row.kind !== 'core' && row.kind !== 'counter' ? null : (
      <div
        key={row.key}
        className="tl-chart"
        style={{ top: row.top + PAD, height: row.height - PAD - 4 }}
        aria-hidden="true"
      >
        <div className="tl-chart__move" style={{ width: wish.window.px }}>
          {row.kind === 'core' ? (
            <CoreChart reply={reply} window={wish.window} height={row.height - PAD - 4} core={row.core} />
          ) : (
            <CounterChart reply={reply} window={wish.window} height={row.height - PAD - 4} name={row.counter} />
          )}
        </div>
      </div>
    ),
  );
}
