/** A comparison as the input of its figures: bars, and the lanes of one run of each variant on one axis. Pure; used by the window and by reports. */
import { BAR_FIGURES, formatBetween, formatFigure } from '../compare/figures.ts';
import { letterOf, variantColour } from '../compare/letters.ts';
import { lifeOf, longestLife } from '../compare/life.ts';
import type { CompareVariant, CompareVerdict } from '../contract/compare.ts';
import type { SessionInfo, TimelineReply } from '../contract/types.ts';
import type { Theme } from '../draw/colours.ts';
import type { Range } from '../draw/scale.ts';
import { count } from '../pageFormat.ts';
import { joinArgs } from '../shell.ts';
import { PLOT } from './figure.ts';
import type { FigureBars, FigureInput, FigureRecording, Shown } from './input.ts';
import { machineFacts } from './words.ts';

/** What a figure, or a report, tells of a comparison. */
export interface Compared {
  readonly title: string;
  /** ISO 8601. */
  readonly created: string;
  readonly variants: readonly CompareVariant[];
  readonly verdict: CompareVerdict | null;
}

export interface ComparedLanes {
  /** Nanoseconds since each program's start: as long as the longest. */
  readonly axis: Range;
  /** By variant; a text says why there are none. */
  readonly shown: readonly (Shown | string)[];
  /** Where the first of them was recorded. */
  readonly machine: Pick<SessionInfo, 'cores' | 'host'> | null;
}

type Session = Shown['session'] & Pick<SessionInfo, 'host' | 'endNs'>;

/**
 * Asks for the lanes of one run of each variant.
 * @param sessions by variant; a text says why there is none
 * @param ask for a stretch of session nanoseconds in `px` columns
 */
export async function comparedLanes<S extends Session>(
  sessions: readonly (S | string)[],
  ask: (session: S, query: Range & { px: number }) => TimelineReply | Promise<TimelineReply>,
): Promise<ComparedLanes> {
  const there = sessions.filter((session) => typeof session !== 'string');
  const end = longestLife(there.map(lifeOf));
  const shown = sessions.map(async (session) => {
    if (typeof session === 'string') return session;
    const life = lifeOf(session);
    const px = Math.max(1, Math.round((PLOT * (life.end - life.start)) / end));
    return { session, reply: await ask(session, { ...life, px }), origin: life.start };
  });
  return { axis: { start: 0, end }, shown: await Promise.all(shown), machine: there[0] ?? null };
}

function wallFact({ wall_s: wall }: CompareVariant): string {
  if (wall === null) return 'no run ended well';
  const { length } = wall.values;
  const median = `wall-clock ${formatFigure(wall.median, 's')}`;
  return length < 2
    ? `${median} in one run`
    : `${median} (${formatBetween(wall.min, wall.max, 's')} in ${length} runs)`;
}

const factsOf = (variant: CompareVariant): string[] => [
  ...(variant.python === null ? [] : [`CPython ${variant.python}`]),
  ...(variant.engine === null ? [] : [variant.engine]),
  wallFact(variant),
  ...((variant.processes ?? 1) > 1 ? [count(variant.processes!, 'process', 'processes')] : []),
];

const barsOf = (variants: readonly CompareVariant[], theme: Theme): FigureBars[] =>
  BAR_FIGURES.map(({ label, unit, of, ofGil }) => ({
    label,
    bars: variants.map((variant, i) => {
      const spread = of(variant);
      const about = ofGil && variant.engine === 'estimated' ? '~' : '';
      const text = spread === null ? '–' : about + formatFigure(spread.median, unit);
      return { letter: letterOf(i), colour: variantColour(i, theme), spread, text };
    }),
  }));

function recordingOf(variant: CompareVariant, i: number, shown: Shown | string, theme: Theme): FigureRecording {
  const [lanes, missing] = typeof shown === 'string' ? [null, shown] : [shown, null];
  return {
    ...{ letter: letterOf(i), colour: variantColour(i, theme), name: variant.name },
    ...{ command: joinArgs(variant.command), facts: factsOf(variant), shown: lanes, missing },
  };
}

export function comparisonInput(
  { title, created, variants, verdict }: Compared,
  { axis, shown, machine }: ComparedLanes,
  theme: Theme,
): FigureInput {
  const advice = verdict?.advice ?? null;
  return {
    theme,
    title,
    facts: machineFacts(created, machine),
    verdict:
      verdict === null
        ? null
        : {
            text: verdict.text,
            sentences: [...verdict.evidence, ...(advice === null ? [] : [advice]), ...verdict.limits],
          },
    bars: barsOf(variants, theme),
    axis,
    axisLabel: 'since the program’s start',
    recordings: variants.map((variant, i) => recordingOf(variant, i, shown[i], theme)),
  };
}
