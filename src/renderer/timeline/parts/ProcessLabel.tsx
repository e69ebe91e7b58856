/** The head of a process's lanes in the rail: who it is, how it is, and what to show of it. Used by Labels.tsx. */
import type { CSSProperties, ReactNode } from 'react';
import type { ProcessInfo } from '../../../shared/contract/types.ts';
import { formatBytes } from '../../lib/format.ts';
import { asSentence } from '../../transport/index.ts';
import type { FoldAction } from '../model/folds.ts';
import { processState } from '../model/tree.ts';

const STEP_PX = 12;
const MOST_STEPS = 5;

/** Deeper than this one sees only that it is deep: the name needs the room. */
export const indent = (depth: number): CSSProperties => ({ paddingLeft: 16 + STEP_PX * Math.min(depth, MOST_STEPS) });

interface Props {
  process: ProcessInfo | undefined;
  depth: number;
  live: boolean;
  badge: ReactNode;
}

const DOT = { good: 'dot--good', plain: '', bad: 'dot--bad' } as const;

export function ProcessLabel({ process, depth, live, badge }: Props) {
  if (process === undefined) return null;
  const state = processState(process, live);
  const bad = state.tone === 'bad';
  const facts = [
    // What went wrong comes first: the row is short.
    bad ? state.text : null,
    // A Python that is not recorded says so by its state.
    process.python ?? (process.lost === null ? 'not Python: no lanes' : null),
    // Of a program that has ended this is what it had last.
    process.rssBytes === null ? null : formatBytes(process.rssBytes),
    bad ? null : state.text,
  ].filter((fact) => fact !== null);
  const full = [
    process.argv.join(' '),
    `pid ${process.pid}${process.ppid === null ? '' : `, child of ${process.ppid}`}`,
    asSentence(facts.join(', ')),
  ].join('\n');
  return (
    <div data-testid={`process-${process.idx}`} title={full}>
      <div className="tl-label__name">
        {depth > 0 && <span className="tl-process__child" aria-hidden="true" />}
        <span
          className={`dot dot--round ${DOT[state.tone]} ${state.text === 'running' ? 'live' : ''}`}
          role="img"
          aria-label={state.text}
        />
        <span className="ellipsis">{process.name === '' ? 'process' : process.name}</span>
        <span className="muted num">{process.pid}</span>
        {badge}
      </div>
      <div className={`tl-label__totals ellipsis ${bad ? 'tl-process--bad' : ''}`}>{facts.join(' · ')}</div>
    </div>
  );
}

interface ToolsProps {
  process: number;
  solo: boolean;
  onAct: (action: FoldAction) => void;
}

/** In sight while the mouse or the focus is on the row; a solo that is on always. */
export function ProcessTools({ process, solo, onAct }: ToolsProps) {
  return (
    <span className="tl-process__tools">
      <button
        type="button"
        aria-pressed={solo}
        title={solo ? 'Show the other processes again' : 'Show this process alone'}
        data-testid={`process-${process}-solo`}
        onClick={() => onAct('solo')}
      >
        Solo
      </button>
      <button
        type="button"
        title="Hide this process"
        data-testid={`process-${process}-hide`}
        onClick={() => onAct('hide')}
      >
        Hide
      </button>
    </span>
  );
}
