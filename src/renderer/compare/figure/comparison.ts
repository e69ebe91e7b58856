/** A comparison as the input of its figure: lanes are asked of the engine, all else is worked out of what the window knows. */
import type { CompareInfo, CompareVariant } from '../../../shared/contract/compare.ts';
import type { SessionInfo } from '../../../shared/contract/types.ts';
import { count } from '../../lib/format.ts';
import { joinArgs } from '../../../shared/shell.ts';
import type { Theme } from '../../../shared/draw/colours.ts';
import { call } from '../../transport/index.ts';
import { lifeOf, wholeRange } from '../model/axis.ts';
import { BAR_FIGURES, formatBetween, formatFigure } from '../model/figures.ts';
import { letterOf, variantColour } from '../model/variants.ts';
import { PLOT } from '../../../shared/figure/figure.ts';
import type { FigureBars, FigureInput, FigureRecording, Shown } from '../../../shared/figure/input.ts';
import { machineFacts } from '../../../shared/figure/words.ts';

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

async function lanesOf(session: SessionInfo, longest: number): Promise<Shown> {
  const life = lifeOf(session);
  const px = Math.max(1, Math.round((PLOT * (life.end - life.start)) / longest));
  const reply = await call('timeline.query', { id: session.id, start: life.start, end: life.end, px });
  return { session, reply, origin: life.start };
}

/** @param shown the open session of each variant, in their order; null where there is none */
export async function comparisonFigure(
  compare: CompareInfo,
  shown: readonly (SessionInfo | null)[],
  theme: Theme,
): Promise<FigureInput> {
  const { title, created, variants, verdict } = compare;
  const sessions = shown.flatMap((session) => session ?? []);
  const axis = wholeRange(sessions.map(lifeOf), 'time');
  const recordings = variants.map(async (variant, i): Promise<FigureRecording> => {
    const session = shown[i] ?? null;
    return {
      letter: letterOf(i),
      colour: variantColour(i, theme),
      name: variant.name,
      command: joinArgs(variant.command),
      facts: factsOf(variant),
      shown: session === null ? null : await lanesOf(session, axis.end),
      missing: session === null ? 'None of its recordings is open, so there are no lanes.' : null,
    };
  });
  return {
    theme,
    title,
    facts: machineFacts(created, sessions[0] ?? null),
    verdict:
      verdict === null
        ? null
        : {
            text: verdict.text,
            sentences: [...verdict.evidence, ...(verdict.advice === null ? [] : [verdict.advice]), ...verdict.limits],
          },
    bars: barsOf(variants, theme),
    axis,
    axisLabel: 'since the program’s start',
    recordings: await Promise.all(recordings),
  };
}
