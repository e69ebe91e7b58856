/** What the comparison comes to: one sentence, what it rests on, what it cannot know. */
import type { CompareVariant, CompareVerdict, CompareVerdictKind } from '../../shared/contract/compare.ts';
import { unbroken } from '../lib/format.ts';
import { Letter } from './Letter.tsx';

const TONE: Record<CompareVerdictKind, 'bad' | 'warn' | 'good' | 'plain'> = {
  faster: 'good',
  no_difference: 'plain',
  too_few_runs: 'warn',
  start_up: 'warn',
  different_output: 'bad',
  failed: 'bad',
  mixed_engines: 'warn',
};

function Sentences({ title, sentences, testId }: { title: string; sentences: readonly string[]; testId: string }) {
  if (sentences.length === 0) return null;
  return (
    <div data-testid={testId}>
      <h3>{title}</h3>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{unbroken(sentence)}</li>
        ))}
      </ul>
    </div>
  );
}

export function VerdictCard({ verdict, variants }: { verdict: CompareVerdict; variants: readonly CompareVariant[] }) {
  const { winner } = verdict;
  return (
    <section
      className={`card compare-verdict compare-verdict--${TONE[verdict.kind]}`}
      aria-label="Verdict"
      data-testid="compare-verdict"
      data-kind={verdict.kind}
    >
      <div className="row">
        {winner !== null && variants[winner] !== undefined && <Letter variant={winner} />}
        <h2>{unbroken(verdict.text)}</h2>
      </div>
      {verdict.advice !== null && <p>{unbroken(verdict.advice)}</p>}
      <div className="compare-verdict__why">
        <Sentences title="What it rests on" sentences={verdict.evidence} testId="compare-evidence" />
        <Sentences title="What it cannot know" sentences={verdict.limits} testId="compare-limits" />
      </div>
    </section>
  );
}
