/** What the timeline shows of one recording as the input of a figure. */
import type { SessionInfo } from '../../../shared/contract/types.ts';
import { joinArgs } from '../../../shared/shell.ts';
import { formatNs, formatSetting } from '../../lib/format.ts';
import { coverageText, provenanceOf } from '../../../shared/provenance.ts';
import type { Range } from '../../store/view.ts';
import { threadColour, type Theme } from '../../../shared/draw/colours.ts';
import { call } from '../../transport/index.ts';
import { PLOT } from '../../../shared/figure/figure.ts';
import type { FigureInput } from '../../../shared/figure/input.ts';
import { machineFacts } from '../../../shared/figure/words.ts';

const KINDS = { exact: 'exact', estimated: 'estimated', mixed: 'partly estimated', unknown: '' } as const;

function factsOf(session: SessionInfo): string[] {
  const provenance = provenanceOf(session);
  const coverage = coverageText(provenance);
  const [root] = session.processes;
  return [
    ...(root?.python == null ? [] : [`CPython ${root.python}`]),
    [KINDS[provenance.kind], coverage === '' ? '' : `(${coverage} captured)`].join(' ').trim(),
    ...(root?.switchIntervalS == null ? [] : [`switch interval ${formatSetting(root.switchIntervalS)}`]),
  ].filter((fact) => fact !== '');
}

/** The part of the session that is in view; all of it where the view shows nothing of it. */
function visible({ start, end }: Range, { endNs }: SessionInfo): Range {
  const part = { start: Math.max(0, start), end: Math.min(end, endNs) };
  return part.end > part.start ? part : { start: 0, end: Math.max(1, endNs) };
}

export async function recordingFigure(session: SessionInfo, view: Range, theme: Theme): Promise<FigureInput> {
  const axis = visible(view, session);
  const { id, title, created, command, endNs } = session;
  const [reply, stats] = await Promise.all([
    call('timeline.query', { id, ...axis, px: PLOT }),
    call('stats.query', { id, ...axis }),
  ]);
  const { text, evidence, advice } = stats.summary.verdict;
  const whole = axis.start === 0 && axis.end === endNs;
  const part = `from ${formatNs(axis.start)} to ${formatNs(axis.end)} of ${formatNs(endNs)}`;
  return {
    theme,
    title,
    facts: machineFacts(created, session),
    verdict: { text, sentences: [...evidence, ...(advice === null ? [] : [advice])] },
    bars: [],
    axis,
    axisLabel: 'since the session’s start',
    recordings: [
      {
        letter: null,
        colour: threadColour(1, theme),
        name: whole ? `The whole recording, ${formatNs(endNs)}` : part,
        command: joinArgs(command),
        facts: factsOf(session),
        shown: { session, reply, origin: 0 },
        missing: null,
      },
    ],
  };
}
