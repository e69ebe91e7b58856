/** One recording, or a part of it, as the input of a figure. Pure. */
import type { SessionInfo, TimelineReply, Verdict } from '../contract/types.ts';
import type { Range } from '../draw/scale.ts';
import { threadColour, type Theme } from '../draw/colours.ts';
import { formatNs, formatSetting } from '../pageFormat.ts';
import { coverageText, provenanceOf } from '../provenance.ts';
import { joinArgs } from '../shell.ts';
import type { FigureInput } from './input.ts';
import { machineFacts } from './words.ts';

const KINDS = { exact: 'exact', estimated: 'estimated', mixed: 'partly estimated', unknown: '' } as const;

export type FiguredSession = Pick<
  SessionInfo,
  'title' | 'created' | 'command' | 'host' | 'cores' | 'endNs' | 'processes' | 'threads' | 'gils'
>;

/** "CPython 3.12.1", "exact (97 of 97 switches captured)", "switch interval 5 ms". */
export function recordingFacts(session: Pick<SessionInfo, 'processes' | 'gils'>): string[] {
  const provenance = provenanceOf(session);
  const coverage = coverageText(provenance);
  const [root] = session.processes;
  return [
    ...(root?.python == null ? [] : [`CPython ${root.python}`]),
    [KINDS[provenance.kind], coverage === '' ? '' : `(${coverage} captured)`].join(' ').trim(),
    ...(root?.switchIntervalS == null ? [] : [`switch interval ${formatSetting(root.switchIntervalS)}`]),
  ].filter((fact) => fact !== '');
}

/** "The whole recording, 1.20 s", or which part of it. */
export function partText(axis: Range, endNs: number): string {
  const whole = axis.start <= 0 && axis.end >= endNs;
  return whole
    ? `The whole recording, ${formatNs(endNs)}`
    : `from ${formatNs(axis.start)} to ${formatNs(axis.end)} of ${formatNs(endNs)}`;
}

/** @param reply of the axis, in as many columns as the figure's plot has pixels */
export function recordingInput(
  session: FiguredSession,
  axis: Range,
  reply: TimelineReply,
  verdict: Verdict,
  theme: Theme,
): FigureInput {
  const { title, created, command, endNs } = session;
  const { text, evidence, advice } = verdict;
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
        name: partText(axis, endNs),
        command: joinArgs(command),
        facts: recordingFacts(session),
        shown: { session, reply, origin: 0 },
        missing: null,
      },
    ],
  };
}
