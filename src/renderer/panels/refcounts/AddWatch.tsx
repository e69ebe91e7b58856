/** One line to add a watch by typing it or by picking it, and how often all are looked at. Live sessions only. */
import { useState } from 'react';
import type { SessionInfo } from '../../../shared/contract/types.ts';
import { isWatch, parseWatch } from '../../../shared/watchExpression.ts';
import { notifyError } from '../../store/ui.ts';
import { call, describeError, isCancelled } from '../../transport/index.ts';
import { PlusIcon, SearchIcon } from '../../ui/icons.tsx';
import { WatchPicker } from './WatchPicker.tsx';

const RATES = [1, 10, 100, 250, 1000];
const FIRST_RATE = 100;

interface Props {
  session: SessionInfo;
  rateHz: number | null;
  onChange: () => void;
}

function Rate({ session, rateHz, onChange }: Props) {
  // Chosen before there is anything to look at: no process has told of a rate yet.
  const [chosen, setChosen] = useState(FIRST_RATE);
  const value = rateHz ?? chosen;
  return (
    <select
      className="input refcounts__rate"
      aria-label="Looks a second"
      title="How often every watched object is looked at"
      data-testid="watch-rate"
      value={value}
      onChange={(event) => {
        const next = Number(event.target.value);
        setChosen(next);
        call('watches.rate', { id: session.id, rateHz: next }).then(onChange, notifyError);
      }}
    >
      {[...new Set([...RATES, value])]
        .sort((a, b) => a - b)
        .map((rate) => (
          <option key={rate} value={rate}>
            {rate} Hz
          </option>
        ))}
    </select>
  );
}

export function AddWatch(props: Props) {
  const { session, onChange } = props;
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [picking, setPicking] = useState(false);
  const add = async (expression: string): Promise<boolean> => {
    try {
      await call('watches.add', { id: session.id, expression });
      setProblem(null);
      onChange();
      return true;
    } catch (error) {
      if (!isCancelled(error)) setProblem(describeError(error).message);
      return false;
    }
  };
  const submit = async () => {
    const parsed = parseWatch(text);
    if (!isWatch(parsed)) setProblem(`No watch: ${parsed.wrong}.`);
    else if (await add(text.trim())) setText('');
  };
  return (
    <form
      className="refcounts__add"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <input
        className="input input--mono"
        placeholder={'module:name.attr["key"][0]'}
        aria-label="Object to watch"
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : 'watch-problem'}
        data-testid="watch-expression"
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setProblem(null);
        }}
      />
      <button type="submit" className="btn btn--small" data-testid="watch-add" disabled={text.trim() === ''}>
        <PlusIcon size={14} /> Watch
      </button>
      <button type="button" className="btn btn--small" data-testid="watch-pick" onClick={() => setPicking(true)}>
        <SearchIcon size={14} /> Pick…
      </button>
      <Rate {...props} />
      {problem !== null && (
        <span id="watch-problem" className="field__error refcounts__problem" role="alert" data-testid="watch-problem">
          {problem}
        </span>
      )}
      {picking && <WatchPicker session={session} onPick={add} onClose={() => setPicking(false)} />}
    </form>
  );
}
