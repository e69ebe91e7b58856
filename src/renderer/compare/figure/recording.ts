/** What the timeline shows of one recording as the input of a figure. */
import type { SessionInfo } from '../../../shared/contract/types.ts';
import type { Theme } from '../../../shared/draw/colours.ts';
import { PLOT } from '../../../shared/figure/figure.ts';
import type { FigureInput } from '../../../shared/figure/input.ts';
import { recordingInput } from '../../../shared/figure/recording.ts';
import type { Range } from '../../store/view.ts';
import { call } from '../../transport/index.ts';

/** The part of the session that is in view; all of it where the view shows nothing of it. */
function visible({ start, end }: Range, { endNs }: SessionInfo): Range {
  const part = { start: Math.max(0, start), end: Math.min(end, endNs) };
  return part.end > part.start ? part : { start: 0, end: Math.max(1, endNs) };
}

export async function recordingFigure(session: SessionInfo, view: Range, theme: Theme): Promise<FigureInput> {
  const axis = visible(view, session);
  const { id } = session;
  const [reply, stats] = await Promise.all([
    call('timeline.query', { id, ...axis, px: PLOT }),
    call('stats.query', { id, ...axis }),
  ]);
  return recordingInput(session, axis, reply, stats.summary.verdict, theme);
}
