/** Which variant is faster, if their runs tell, and why. Everything that spoils a comparison has been looked for before (verdict.ts). */
import type { CompareVerdict } from '../contract/compare.ts';
import { formatList, formatSeconds } from '../format.ts';
import { partOf, wallEvidence, type Timed } from './measured.ts';
import { difference, enoughRuns } from './spread.ts';
import { startUpEats } from './startUp.ts';
import { ownEvidence, PREDICTION_LIMIT, predictionEvidence, reason } from './why.ts';

/** What all of these verdicts rest on, and what none of them can know. */
interface Ground {
  evidence: string[];
  limits: string[];
}

const beats = (fast: Timed, slow: Timed): boolean => {
  const { ratio, clear } = difference(slow.wall_s, fast.wall_s);
  return clear && ratio < 1;
};

/** They fall apart, but in so few runs chance does that too. */
const seemsFaster = (fast: Timed, slow: Timed): boolean =>
  fast.wall_s.max < slow.wall_s.min && !enoughRuns(fast.wall_s.values.length, slow.wall_s.values.length);

function faster(fastest: Timed, others: Timed[], { evidence, limits }: Ground): CompareVerdict {
  const first = others.find(({ index }) => index === 0) ?? others[0];
  const why = reason(fastest, first);
  return {
    kind: 'faster',
    winner: fastest.index,
    text: `${fastest.name} is faster: it takes ${partOf(first, fastest)}${why === null ? '' : `, because ${why}`}.`,
    evidence: [
      ...evidence,
      ...others.filter((other) => other !== first).map((other) => `It takes ${partOf(other, fastest)}.`),
    ],
    advice: null,
    limits: [...(why === null ? ['Their figures do not tell why.'] : []), ...limits],
  };
}

/** Several lead, and the spread covers what is between them. */
function leaders(leading: Timed[], behind: Timed[], { evidence, limits }: Ground): CompareVerdict {
  const why = reason(leading[0], behind[0]);
  return {
    kind: 'faster',
    winner: null,
    text: `${formatList(leading.map(({ name }) => name))} are faster than ${formatList(behind.map(({ name }) => name))}; between them their runs tell no difference.`,
    evidence: [
      ...evidence,
      `${leading[0].name} takes ${partOf(behind[0], leading[0])}${why === null ? '' : `, because ${why}`}.`,
    ],
    advice: null,
    limits,
  };
}

function tooFew(fastest: Timed, slow: Timed, { evidence, limits }: Ground): CompareVerdict {
  return {
    kind: 'too_few_runs',
    winner: null,
    text: `${fastest.name} took ${partOf(slow, fastest)}, but so few runs do not tell how far runs differ by themselves.`,
    evidence,
    advice: 'Repeat: four runs of each are the fewest that can tell (--repeat 4).',
    limits,
  };
}

function startUp(timed: Timed[], fastest: Timed | null, { evidence, limits }: Ground): CompareVerdict | null {
  const found = startUpEats(timed);
  if (found === null) return null;
  const { processes, against, workS, costS } = found;
  return {
    kind: 'start_up',
    winner: fastest?.index ?? null,
    text: `${processes.name} would be faster than ${against.name} but for its start: ${formatSeconds(workS)} is its work, and ${formatSeconds(costS)} goes on starting, ending and passing data.`,
    evidence: [...evidence, ...found.evidence],
    advice:
      'Give each worker more to do, keep workers instead of starting new ones, pass less data; or stay with one process.',
    limits: [
      'Being recorded makes processes start later than they would by themselves.',
      'Time that workers wait for the last of them is counted with what is no work.',
      ...limits,
    ],
  };
}

function noDifference(fastest: Timed, next: Timed, { evidence, limits }: Ground): CompareVerdict {
  return {
    kind: 'no_difference',
    winner: null,
    text: `No difference that the runs tell between ${fastest.name} and ${next.name}: they differ by as much among themselves.`,
    evidence: [...evidence, `${fastest.name} took ${partOf(next, fastest)}.`],
    advice: null,
    limits: [
      'A difference smaller than the spread may still be there: more runs on a quiet machine would show it.',
      ...limits,
    ],
  };
}

/** `cores`: of the machine. At least two variants. */
export function outcome(timed: Timed[], cores: number): CompareVerdict {
  const [fastest, ...others] = [...timed].sort((a, b) => a.wall_s.median - b.wall_s.median);
  const predictions = predictionEvidence(timed);
  const ground = {
    evidence: [...timed.map(wallEvidence), ...predictions, ...ownEvidence(timed)],
    limits: [
      `True of these runs on ${cores} ${cores === 1 ? 'core' : 'cores'}; other inputs and other machines may differ.`,
      ...(predictions.length > 0 ? [PREDICTION_LIMIT] : []),
    ],
  };
  const behind = others.filter((other) => beats(fastest, other));
  const sole = behind.length === others.length;
  const eaten = startUp(timed, sole ? fastest : null, ground);
  if (eaten !== null) return eaten;
  if (sole) return faster(fastest, others, ground);
  if (behind.length > 0) {
    const leading = [fastest, ...others.filter((other) => !behind.includes(other))];
    return leaders(leading, behind, ground);
  }
  const few = others.find((other) => seemsFaster(fastest, other));
  return few === undefined ? noDifference(fastest, others[0], ground) : tooFew(fastest, few, ground);
}
