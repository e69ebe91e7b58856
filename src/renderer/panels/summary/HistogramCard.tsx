/** How long holds and waits lasted, on a logarithmic axis; pre-empted holds are hatched. */
import { memo, useId, useMemo, useState } from 'react';
import { Bar, BarChart, Tooltip, XAxis, YAxis } from 'recharts';
import type { Histogram } from '../../../shared/contract/types.ts';
import { Term } from '../../help/Term.tsx';
import { count, formatNs, group } from '../../lib/format.ts';
import { useSize } from '../../ui/useSize.ts';
import {
  bucketsOf,
  decadeLabel,
  decadeTicks,
  totalOf,
  type Bucket,
  type Kind,
} from '../../../shared/figure/buckets.ts';

const MARGIN = { top: 4, right: 18, bottom: 0, left: 18 };
const PX_PER_TICK = 58;

function BucketTip({ payload, kind }: { payload?: readonly { payload?: Bucket }[]; kind: Kind }) {
  const bucket = payload?.[0]?.payload;
  if (bucket === undefined) return null;
  return (
    <div className="histogram__tip">
      <div>
        <strong>{count(totalOf(bucket, kind), kind === 'waits' ? 'wait' : 'hold')}</strong>
      </div>
      <div className="muted">
        {formatNs(bucket.low)} to {formatNs(bucket.high)}
      </div>
      {kind === 'holds' && bucket.preempted > 0 && (
        <div className="muted">{group(bucket.preempted)} ended pre-empted</div>
      )}
    </div>
  );
}

const Chart = memo(function Chart({
  buckets,
  kind,
  width,
  height,
}: {
  buckets: Bucket[];
  kind: Kind;
  width: number;
  height: number;
}) {
  const pattern = useId();
  const ticks = decadeTicks(buckets, Math.max(2, Math.floor(width / PX_PER_TICK)));
  // One of a thousand is still a visible bar; none is none.
  const least = (key: 'waits' | 'voluntary' | 'preempted') => (_: unknown, at: number) =>
    buckets[at][key] > 0 ? 2 : 0;
  const data = buckets.map((bucket, at) => ({ ...bucket, at }));
  return (
    <BarChart width={width} height={height} data={data} margin={MARGIN} barCategoryGap={1} accessibilityLayer={false}>
      <defs>
        <pattern id={pattern} width={5} height={5} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width={5} height={5} fill="var(--info)" opacity={0.35} />
          <rect width={2} height={5} fill="var(--info)" />
        </pattern>
      </defs>
      <XAxis
        dataKey="at"
        ticks={ticks}
        interval={0}
        tickFormatter={(at: number) => decadeLabel(buckets[at]?.low ?? 0)}
        tick={{ fill: 'var(--muted)', fontSize: 11 }}
        tickLine={false}
        axisLine={{ stroke: 'var(--line)' }}
        height={22}
      />
      <YAxis hide domain={[0, 'dataMax']} />
      <Tooltip
        isAnimationActive={false}
        cursor={{ fill: 'var(--accent-soft)' }}
        content={(props) => <BucketTip payload={props.payload} kind={kind} />}
      />
      {kind === 'waits' ? (
        <Bar
          dataKey="waits"
          fill="var(--wait)"
          radius={[2, 2, 0, 0]}
          minPointSize={least('waits')}
          isAnimationActive={false}
        />
      ) : (
        <Bar
          dataKey="voluntary"
          stackId="holds"
          fill="var(--info)"
          minPointSize={least('voluntary')}
          isAnimationActive={false}
        />
      )}
      {kind === 'holds' && (
        <Bar
          dataKey="preempted"
          stackId="holds"
          fill={`url(#${pattern})`}
          radius={[2, 2, 0, 0]}
          minPointSize={least('preempted')}
          isAnimationActive={false}
        />
      )}
    </BarChart>
  );
});

/** Told to those who cannot see the bars. */
function describe(buckets: readonly Bucket[], kind: Kind): string {
  const most = buckets.reduce<Bucket | null>(
    (best, b) => (best === null || totalOf(b, kind) > totalOf(best, kind) ? b : best),
    null,
  );
  if (most === null) return `No ${kind}.`;
  return `${kind} by length; most of them, ${totalOf(most, kind)}, last ${formatNs(most.low)} to ${formatNs(most.high)}.`;
}

function Histo({ histogram, kind }: { histogram: Histogram; kind: Kind }) {
  const [ref, size] = useSize();
  const buckets = useMemo(() => bucketsOf(histogram, kind), [histogram, kind]);
  return (
    <div ref={ref} className="histogram__plot" role="img" aria-label={describe(buckets, kind)}>
      {buckets.length === 0 ? (
        <div className="empty small">
          {kind === 'holds' ? 'No hold ends in this range.' : 'Nobody waited in this range.'}
        </div>
      ) : (
        size !== null &&
        size.width > 0 && <Chart buckets={buckets} kind={kind} width={size.width} height={size.height} />
      )}
    </div>
  );
}

function Legend({ kind }: { kind: Kind }) {
  if (kind === 'waits') return null;
  return (
    <span className="histogram__legend small muted">
      <span className="histogram__key" /> <Term word="voluntary">voluntary</Term>{' '}
      <span className="histogram__key histogram__key--preempted" /> <Term word="pre-empted">pre-empted</Term>
    </span>
  );
}

const KINDS: readonly Kind[] = ['holds', 'waits'];

export function HistogramCard({ histogram }: { histogram: Histogram }) {
  const [kind, setKind] = useState<Kind>('holds');
  return (
    <section className="card histogram" aria-label="Histogram" data-testid="histogram">
      <div className="histogram__head">
        <div className="segments segments--tiny" role="radiogroup" aria-label="What the histogram counts">
          {KINDS.map((k) => (
            <button
              key={k}
              type="button"
              role="radio"
              aria-checked={k === kind}
              className="segments__item"
              data-testid={`histogram-${k}`}
              onClick={() => setKind(k)}
            >
              {k === 'holds' ? 'Holds' : 'Waits'}
            </button>
          ))}
        </div>
        <span className="small muted histogram__what">
          <Term word={kind === 'holds' ? 'hold' : 'wait'}>by length</Term> (log)
        </span>
        <Legend kind={kind} />
      </div>
      <Histo histogram={histogram} kind={kind} />
    </section>
  );
}
