/** How long holds and waits lasted, as bars on a logarithmic axis: as the Summary panel has them. Pure. */
import type { Histogram } from '../../contract/types.ts';
import { bucketsOf, decadeLabel, decadeTicks, totalOf, type Kind } from '../../figure/buckets.ts';
import { count, formatNs } from '../../pageFormat.ts';
import { el, type Element } from './element.ts';

/** Units of the drawing. */
const [WIDTH, HEIGHT, FLOOR, SIDE] = [520, 170, 22, 18];
const LEAST_BAR = 2;
const MOST_TICKS = 8;

const short = (n: number): number => Math.round(n * 10) / 10;

export function histogram(data: Histogram, kind: Kind): Element {
  const buckets = bucketsOf(data, kind);
  const total = buckets.reduce((sum, bucket) => sum + totalOf(bucket, kind), 0);
  const title = el('h3', {}, `Length of ${kind}`, ' ', el('span', { class: 'muted' }, count(total, kind.slice(0, -1))));
  if (buckets.length === 0) return el('div', { class: 'chart' }, title, el('p', { class: 'muted' }, `No ${kind}.`));
  const most = Math.max(...buckets.map((bucket) => totalOf(bucket, kind)));
  const step = (WIDTH - 2 * SIDE) / buckets.length;
  const room = HEIGHT - FLOOR - 4;
  const tall = (n: number): number => (n === 0 ? 0 : Math.max(LEAST_BAR, (n / most) * room));
  const bars = buckets.flatMap((bucket, i) => {
    const x = short(SIDE + i * step + 0.5);
    const width = short(Math.max(1, step - 1));
    const bar = (from: number, height: number, style: string): Element[] =>
      height === 0
        ? []
        : [el('rect', { x, y: short(HEIGHT - FLOOR - from - height), width, height: short(height), class: style })];
    const between = `${formatNs(bucket.low)} to ${formatNs(bucket.high)}: ${count(totalOf(bucket, kind), kind.slice(0, -1))}`;
    const tip = el(
      'title',
      {},
      bucket.preempted > 0 && kind === 'holds' ? `${between}, ${bucket.preempted} pre-empted` : between,
    );
    const voluntary = tall(bucket.voluntary);
    const drawn =
      kind === 'waits'
        ? bar(0, tall(bucket.waits), 'bar-wait')
        : [...bar(0, voluntary, 'bar-hold'), ...bar(voluntary, tall(bucket.preempted), 'bar-preempted')];
    return drawn.length === 0 ? [] : [el('g', {}, tip, ...drawn)];
  });
  const ticks = decadeTicks(buckets, MOST_TICKS).map((i) =>
    el('text', { x: short(SIDE + i * step), y: HEIGHT - 6, 'text-anchor': 'middle' }, decadeLabel(buckets[i].low)),
  );
  const base = el('path', { d: `M0 ${HEIGHT - FLOOR + 0.5}H${WIDTH}`, class: 'axis' });
  const hatch = el(
    'pattern',
    { id: 'preempted', width: 5, height: 5, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    el('rect', { width: 5, height: 5, class: 'hatch-ground' }),
    el('rect', { width: 2, height: 5, class: 'hatch-line' }),
  );
  const legend =
    kind === 'holds'
      ? [
          el(
            'p',
            { class: 'muted key' },
            el('i', { class: 'swatch swatch-hold' }),
            'ended voluntary',
            el('i', { class: 'swatch swatch-preempted' }),
            'ended pre-empted',
          ),
        ]
      : [];
  return el(
    'div',
    { class: 'chart' },
    title,
    el(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': `How long ${kind} lasted` },
      ...(kind === 'holds' ? [el('defs', {}, hatch)] : []),
      ...bars,
      base,
      ...ticks,
    ),
    ...legend,
  );
}
