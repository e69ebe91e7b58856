/** What the range comes to: headline figures, the verdict with its evidence, the histogram. */
import type { SessionInfo, StatsReply, Verdict } from '../../../shared/contract/types.ts';
import { Term, TermTip } from '../../help/Term.tsx';
import { unbroken } from '../../lib/format.ts';
import { useThreadSlots } from '../../store/sessions.ts';
import { useView } from '../../store/view.ts';
import { threadColour } from '../../../shared/draw/colours.ts';
import { useTheme } from '../../theme/theme.ts';
import { ArrowIcon } from '../../ui/icons.tsx';
import { headlineFigures, type Figure } from '../../../shared/figure/headlines.ts';
import { HistogramCard } from './HistogramCard.tsx';
import { MarksCard } from './MarksCard.tsx';
import './summary.css';

const TONE: Record<Verdict['kind'], 'bad' | 'warn' | 'good' | 'plain'> = {
  too_short: 'plain',
  no_gil: 'plain',
  single_thread: 'plain',
  io_starved: 'bad',
  cpu_bound: 'warn',
  io_bound: 'good',
  native_parallel: 'good',
  multi_process: 'good',
  start_up: 'warn',
  lock_contention: 'bad',
  too_many_threads: 'warn',
  mixed: 'warn',
};

function FigureCard({ figure }: { figure: Figure }) {
  return (
    <div className="card figure" data-testid={`figure-${figure.id}`}>
      <div className="figure__label">
        <Term word={figure.word}>{figure.label}</Term>
      </div>
      <div className="figure__value">
        {figure.figure}
        <span className="figure__unit"> {figure.unit}</span>
      </div>
      <div className="figure__note">{figure.note}</div>
    </div>
  );
}

/** The worst wait is also the way to it. */
function WorstCard({
  figure,
  session,
  worst,
}: {
  figure: Figure;
  session: SessionInfo;
  worst: NonNullable<StatsReply['worstWait']>;
}) {
  const theme = useTheme();
  const slot = useThreadSlots(session.id)[worst.thread] ?? 0;
  const show = useView(session.id, (view) => view.show);
  return (
    <TermTip word={figure.word} lead="Show it on the timeline" className="figure__tip">
      <button
        type="button"
        className="card figure figure--button"
        data-testid="figure-worst"
        onClick={() => show({ start: worst.startNs, end: worst.endNs }, worst.thread)}
      >
        <div className="figure__label figure__label--go">
          <span className="term-line">{figure.label}</span> <ArrowIcon size={13} />
        </div>
        <div className="figure__value">
          {figure.figure}
          <span className="figure__unit"> {figure.unit}</span>
        </div>
        <div className="figure__note row">
          <span className="dot" style={{ background: threadColour(slot, theme) }} />
          <span className="ellipsis">{figure.note}</span>
        </div>
      </button>
    </TermTip>
  );
}

function VerdictCard({ verdict }: { verdict: Verdict }) {
  return (
    <section
      className={`card verdict verdict--${TONE[verdict.kind]}`}
      aria-label="Verdict"
      data-testid="verdict"
      data-kind={verdict.kind}
    >
      <h2>{unbroken(verdict.text)}</h2>
      {verdict.evidence.length > 0 && (
        <ul>
          {verdict.evidence.map((sentence) => (
            <li key={sentence}>{unbroken(sentence)}</li>
          ))}
        </ul>
      )}
      {verdict.advice !== null && <p className="muted">{unbroken(verdict.advice)}</p>}
      {verdict.limits.length > 0 && (
        <details className="verdict__limits muted" data-testid="verdict-limits">
          <summary>What this cannot know</summary>
          <ul>
            {verdict.limits.map((sentence) => (
              <li key={sentence}>{unbroken(sentence)}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** The same boxes while figures are on their way: nothing jumps when they come. */
function Skeleton() {
  return (
    <div className="summary" aria-busy="true">
      {['GIL held', 'Contended', 'Cores in use', 'Worst wait'].map((label) => (
        <div key={label} className="card figure">
          <div className="figure__label">{label}</div>
          <div className="figure__value muted">–</div>
        </div>
      ))}
      <div className="card verdict verdict--plain muted">The first figures are on their way.</div>
      <div className="card histogram" />
    </div>
  );
}

export function SummaryPanel({ session, stats }: { session: SessionInfo; stats: StatsReply | null }) {
  if (session.state === 'failed')
    return <div className="empty">Nothing was recorded, so there is nothing to sum up.</div>;
  if (stats === null) return <Skeleton />;
  const worst = stats.worstWait;
  return (
    <div className="summary">
      {headlineFigures(session, stats).map((figure) =>
        figure.id === 'worst' && worst !== null ? (
          <WorstCard key={figure.id} figure={figure} session={session} worst={worst} />
        ) : (
          <FigureCard key={figure.id} figure={figure} />
        ),
      )}
      <VerdictCard verdict={stats.summary.verdict} />
      <HistogramCard histogram={stats.histogram} />
      <MarksCard marks={stats.summary.marks} estimated={stats.summary.engine === 'estimated'} />
    </div>
  );
}
