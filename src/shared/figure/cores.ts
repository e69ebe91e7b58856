/** Utilization of a core as two stacked areas, this program below and others above, as in the timeline. Pure. */
import type { TimelineReply } from '../contract/types.ts';
import { svg, type SvgNode } from '../draw/svg.ts';
import { toPx, type TimeScale } from '../draw/scale.ts';
import { corePoints, spacing, STEPS_FROM_PX } from '../draw/chartData.ts';
import type { Palette } from './palette.ts';

const PAD = 4;
const short = (n: number) => String(Math.round(n * 10) / 10);

interface Point {
  x: number;
  /** Height of the lower and of the upper edge. */
  from: number;
  to: number;
}

/** Closed outline of a band: along its upper edge and back along the lower; each value speaks for the time since the point before. */
function outline(points: readonly Point[], stepped: boolean): string {
  const edge = (list: readonly Point[], of: 'from' | 'to', back: boolean) =>
    list.flatMap((point, i) => {
      const before = list[i - 1];
      if (!stepped || before === undefined) return [`${short(point.x)} ${short(point[of])}`];
      const corner = back ? `${short(point.x)} ${short(before[of])}` : `${short(before.x)} ${short(point[of])}`;
      return [corner, `${short(point.x)} ${short(point[of])}`];
    });
  return `M${edge(points, 'to', false).join('L')}L${edge([...points].reverse(), 'from', true).join('L')}z`;
}

export function coreNodes(
  cores: TimelineReply['cores'],
  core: number,
  scale: TimeScale,
  row: { top: number; height: number },
  palette: Palette,
): SvgNode[] {
  const known = corePoints(cores, core).filter(({ target }) => target !== null);
  if (known.length < 2) return [];
  const base = row.top + row.height - 1;
  const full = row.height - PAD - 1;
  const yOf = (share: number) => base - Math.min(1, share) * full;
  const stepped = (spacing(cores.times) / (scale.end - scale.start)) * scale.width >= STEPS_FROM_PX;
  const points = (low: (at: number) => number, high: (at: number) => number): Point[] =>
    known.map(({ t }, i) => ({ x: toPx(scale, t), from: yOf(low(i)), to: yOf(high(i)) }));
  const target = (i: number) => known[i].target ?? 0;
  const both = (i: number) => target(i) + (known[i].others ?? 0);
  const band = (fill: string, opacity: number, list: Point[]) =>
    svg('path', { fill, 'fill-opacity': opacity, 'clip-path': 'url(#gilscope-plot)', d: outline(list, stepped) });
  return [
    band(palette.muted, 0.22, points(target, both)),
    band(
      palette.info,
      0.55,
      points(() => 0, target),
    ),
  ];
}
