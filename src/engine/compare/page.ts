/** The report of a comparison as text: what it came to, and the lanes of one run of each variant, whose recordings are open or are read for it. Used by comparisons.ts. */
import type { CompareInfo, ComparePageFormat } from '../../shared/contract/compare.ts';
import type { SessionInfo } from '../../shared/contract/types.ts';
import type { ComparisonSource } from '../../shared/export/compare/source.ts';
import { comparedLanes } from '../../shared/figure/comparison.ts';
import type { SessionModel } from '../../shared/model/session.ts';
import { oneLine, toUserError, UserError } from '../errors.ts';
import { FileSession } from '../fileSession.ts';
import { VERSION } from '../paths.ts';
import type { Sessions } from '../sessions.ts';
import type { Comparison } from './comparison.ts';

export interface PageAsked {
  format: ComparePageFormat;
  /** By variant, which of its runs is shown; left out: the one with the median wall-clock. */
  runs?: readonly (number | null)[] | undefined;
}

/** As text where a run cannot be shown: why. */
type Shown = (SessionInfo & { model: SessionModel }) | string;

/** Throws UserError for runs that are not there. */
function shownRuns({ variants, runs }: CompareInfo, asked: PageAsked['runs']): (CompareInfo['runs'][number] | null)[] {
  return variants.map(({ shown }, i) => {
    const index = asked?.[i] ?? shown;
    if (index === null) return null;
    if (runs[index]?.variant !== i)
      throw new UserError('bad-argument', `there is no run ${index} of ${variants[i].name}`);
    return runs[index];
  });
}

const writerOf = async (format: ComparePageFormat): Promise<(source: ComparisonSource) => string> =>
  format === 'html'
    ? (await import('../../shared/export/compare/html.ts')).comparisonHtml
    : (await import('../../shared/export/compare/md.ts')).comparisonMarkdown;

/** Throws UserError while it runs, and for runs that are not there. */
export async function comparisonPage(comparison: Comparison, sessions: Sessions, asked: PageAsked): Promise<string> {
  const info = comparison.info();
  if (info.state === 'running')
    throw new UserError('refused', 'the comparison is running still', 'wait for its end, or cancel it');
  const read: FileSession[] = [];
  const sessionOf = async (run: CompareInfo['runs'][number] | null): Promise<Shown> => {
    if (run === null) return 'None of its runs ended well, so there are no lanes.';
    if (run.session !== null) {
      const session = sessions.get(run.session);
      return { ...session.info(), model: session.model };
    }
    if (run.path === null) return 'It was not recorded, so there are no lanes.';
    try {
      const session = await FileSession.open(run.path, null);
      read.push(session);
      await session.loaded;
      return { ...session.info(), model: session.model };
    } catch (error) {
      return `There are no lanes: ${oneLine(toUserError(error))}`;
    }
  };
  try {
    const shown: Shown[] = [];
    for (const run of shownRuns(info, asked.runs)) shown.push(await sessionOf(run));
    const lanes = await comparedLanes(shown, ({ model }, query) => model.timeline(query));
    return (await writerOf(asked.format))({ report: comparison.report(), lanes, gilscope: VERSION });
  } finally {
    for (const session of read) await session.close();
  }
}
