/** `svg`: a session's lanes, verdict and facts as one picture, the one that the window exports. */
import { figureSvg, lanesFigure, legendFigure, PLOT } from '../../figure/figure.ts';
import type { FigureInput } from '../../figure/input.ts';
import { recordingInput } from '../../figure/recording.ts';
import type { SvgNode } from '../../draw/svg.ts';
import type { ExportSource, Piece } from '../types.ts';

function inputOf(source: ExportSource): FigureInput {
  const { title, created, command, host, session, start, end, summary } = source;
  const reply = source.timeline(PLOT);
  const endNs = summary.range.whole ? end : reply.endNs;
  const figured = { ...session, title, created, command: [...command], host, endNs };
  const axis = { start, end: Math.max(end, start + 1) };
  return recordingInput(figured, axis, reply, summary.verdict, 'light');
}

/** The lanes alone, for the printed report, and what its shapes mean, for the one that draws them itself. */
export function stillsOf(source: ExportSource): { lanes: SvgNode; legend: SvgNode } {
  const input = inputOf(source);
  return { lanes: lanesFigure(input), legend: legendFigure(input, 'legend') };
}

export function* writeSvg(source: ExportSource): Generator<Piece> {
  yield { bytes: new TextEncoder().encode(figureSvg(inputOf(source))), done: source.intervalCount };
}
