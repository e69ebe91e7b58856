/** A small chart for each figure that decides: a bar for each variant, its median, from least to most, and every run as a dot. */
import { memo, useMemo } from 'react';
import { Bar, BarChart, Tooltip, XAxis, YAxis, type BarShapeProps } from 'recharts';
import type { CompareVariant, Spread } from '../../../shared/contract/compare.ts';
import { count } from '../../lib/format.ts';
import { useTheme } from '../../theme/theme.ts';
import { useSize } from '../../ui/useSize.ts';
import { FigureName } from '../FigureName.tsx';
import { BAR_FIGURES, formatBetween, formatFigure, type FigureKind } from '../../../shared/compare/figures.ts';
import { letterOf, variantColour } from '../../../shared/compare/letters.ts';
import './bars.css';

interface Point {
  letter: string;
  name: string;
  colour: string;
  spread: Spread | null;
  /** The top of what is drawn; recharts scales by it. */
  most: number;
}

const HEIGHT = 168;
const MARGIN = { top: 22, right: 4, bottom: 0, left: 4 };
/** Narrower bands have no room for their figure. */
const LABEL_FROM_PX = 50;
const MOST_BAR_PX = 44;
const DOT = 2.5;

/** Bar to the median, whisker from least to most, a dot for each run: all in the scale recharts gives the highest of them. */
function shapeOf(figure: FigureKind) {
  return function Shape({ x, y, width, height, payload }: BarShapeProps) {
    const { spread, most, colour } = payload as Point;
    if (spread === null) return <g />;
    const base = y + height;
    const at = (value: number) => base - (most === 0 ? 0 : (value / most) * height);
    const middle = x + width / 2;
    const bar = Math.min(width, MOST_BAR_PX);
    const { median, min, max, values } = spread;
    return (
      <g>
        <rect
          x={middle - bar / 2}
          y={at(median)}
          width={bar}
          height={Math.max(base - at(median), 1)}
          rx={2}
          fill={colour}
          fillOpacity={0.72}
        />
        {values.length > 1 && (
          <path
            d={`M${middle} ${at(min)}V${at(max)}M${middle - 5} ${at(min)}h10M${middle - 5} ${at(max)}h10`}
            stroke="var(--text)"
            strokeWidth={1.25}
            fill="none"
          />
        )}
        {values.map((value, i) => (
          // Side by side as far as the bar goes, in the order of the rounds: a drift would show.
          <circle
            key={i}
            cx={middle + (values.length === 1 ? 0 : (i / (values.length - 1) - 0.5) * bar * 0.7)}
            cy={at(value)}
            r={DOT}
            fill="var(--raised)"
            stroke="var(--text)"
            strokeWidth={1}
          />
        ))}
        {width >= LABEL_FROM_PX && (
          <text x={middle} y={at(max) - 7} textAnchor="middle" className="compare-bar__value">
            {formatFigure(median, figure.unit)}
          </text>
        )}
      </g>
    );
  };
}

function Tip({ point, figure }: { point: Point | undefined; figure: FigureKind }) {
  if (point?.spread == null) return null;
  const { median, min, max, values } = point.spread;
  return (
    <div className="histogram__tip">
      <div>
        {point.letter} · {point.name}
      </div>
      <strong>{formatFigure(median, figure.unit)}</strong>
      {values.length > 1 && (
        <span className="muted">
          {' '}
          median of {count(values.length, 'run')}, {formatBetween(min, max, figure.unit)}
        </span>
      )}
    </div>
  );
}

const Chart = memo(function Chart({ points, figure, width }: { points: Point[]; figure: FigureKind; width: number }) {
  const shape = useMemo(() => shapeOf(figure), [figure]);
  return (
    <BarChart
      width={width}
      height={HEIGHT}
      data={points}
      margin={MARGIN}
      barCategoryGap={points.length > 6 ? 2 : 6}
      accessibilityLayer={false}
    >
      <XAxis
        dataKey="letter"
        interval={0}
        tick={{ fill: 'var(--muted)', fontSize: 11 }}
        tickLine={false}
        axisLine={{ stroke: 'var(--line-strong)' }}
        height={22}
      />
      <YAxis hide domain={[0, 'dataMax']} />
      <Tooltip
        isAnimationActive={false}
        cursor={{ fill: 'var(--accent-soft)' }}
        content={({ payload }) => <Tip point={payload[0]?.payload as Point | undefined} figure={figure} />}
      />
      <Bar dataKey="most" isAnimationActive={false} shape={shape} />
    </BarChart>
  );
});

/** Told to those who cannot see the bars. */
const describe = (points: readonly Point[], { label, unit }: FigureKind): string =>
  `${label}: ${points
    .map(({ letter, spread }) => `${letter} ${spread === null ? 'not known' : formatFigure(spread.median, unit)}`)
    .join(', ')}`;

function BarCard({ figure, variants }: { figure: FigureKind; variants: readonly CompareVariant[] }) {
  const [ref, size] = useSize();
  const theme = useTheme();
  const points = useMemo(
    () =>
      variants.map((variant, i): Point => {
        const spread = figure.of(variant);
        const colour = variantColour(i, theme);
        return { letter: letterOf(i), name: variant.name, colour, spread, most: spread?.max ?? 0 };
      }),
    [variants, figure, theme],
  );
  return (
    <section className="card compare-bar" data-testid={`bar-${figure.id}`}>
      <h3>
        <FigureName figure={figure} />
      </h3>
      <div ref={ref} className="compare-bar__plot" role="img" aria-label={describe(points, figure)}>
        {size !== null && size.width > 0 && <Chart points={points} figure={figure} width={size.width} />}
      </div>
    </section>
  );
}

export function Bars({ variants }: { variants: readonly CompareVariant[] }) {
  const known = BAR_FIGURES.filter((figure) => variants.some((variant) => figure.of(variant) !== null));
  return (
    <section className="compare-bars" aria-label="Figures as bars" data-testid="compare-bars">
      {known.map((figure) => (
        <BarCard key={figure.id} figure={figure} variants={variants} />
      ))}
    </section>
  );
}
