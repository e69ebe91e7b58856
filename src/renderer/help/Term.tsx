/**
 * A word that can be asked about: dotted underline, explained on hover and focus, F1 or a click opens the sheet. Used wherever figures are named:
 * `<Term word="wait">waits</Term>` for text, `<TermTip word="hold">` around a control that does something else when clicked, `<HelpMark word="coverage" />`
 * where there is no word to underline.
 */
import { useEffect, type ReactNode } from 'react';
import { Tooltip } from '../ui/Tooltip.tsx';
import { Drawing } from './Drawing.tsx';
import { openHelp, useHelp } from './store.ts';
import { WORDS, type WordId } from './words.ts';
import './help.css';

/** What a tip shows. While it does, F1 is about its word. */
function Explained({ word, lead }: { word: WordId; lead: ReactNode }) {
  const { title, short } = WORDS[word];
  useEffect(() => {
    useHelp.setState({ near: word });
    return () => useHelp.setState((s) => (s.near === word ? { near: null } : s));
  }, [word]);
  return (
    <div className="help-tip" data-testid="help-tip">
      {lead !== undefined && <div>{lead}</div>}
      <Drawing word={word} />
      <p className={lead === undefined ? undefined : 'muted'}>
        {lead !== undefined && <strong>{title}: </strong>}
        {short}
      </p>
      <p className="help-tip__more small muted">
        <kbd>F1</kbd> how it is measured
      </p>
    </div>
  );
}

interface TipProps {
  word: WordId;
  /** What is to be said of this very figure, above the word. */
  lead?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** Explains a control that is there for something else: the head of a column that sorts. */
export function TermTip({ word, lead, className, children }: TipProps) {
  return (
    <Tooltip text={<Explained word={word} lead={lead} />} className={className}>
      {children}
    </Tooltip>
  );
}

/** The same for the head of a column that may have a word of the help: without one it is as it was. */
export function HeadTip({ word, help, children }: { word: WordId | undefined; help: string; children: ReactNode }) {
  if (word === undefined) return children;
  return (
    <TermTip word={word} lead={help}>
      {children}
    </TermTip>
  );
}

interface TermProps {
  word: WordId;
  lead?: ReactNode;
  /** The text as it stands there; else the word's own name. */
  children?: ReactNode;
}

export function Term({ word, lead, children }: TermProps) {
  const { title, short } = WORDS[word];
  return (
    <TermTip word={word} lead={lead}>
      <button
        type="button"
        className="term"
        aria-haspopup="dialog"
        aria-description={short}
        data-word={word}
        onClick={(event) => {
          event.stopPropagation();
          openHelp(word);
        }}
      >
        {children ?? title}
      </button>
    </TermTip>
  );
}

/** A small round "?", where there is no word to underline. */
export function HelpMark({ word, lead }: Omit<TermProps, 'children'>) {
  const { title, short } = WORDS[word];
  return (
    <TermTip word={word} lead={lead}>
      <button
        type="button"
        className="help-mark"
        aria-label={`What is “${title}”?`}
        aria-haspopup="dialog"
        aria-description={short}
        data-word={word}
        onClick={(event) => {
          event.stopPropagation();
          openHelp(word);
        }}
      >
        ?
      </button>
    </TermTip>
  );
}
