/** Tooltip of a flame chart: the call the mouse is in, where its function is, and how long it took. */
import type { ReactNode } from 'react';
import type { Call } from '../../store/view.ts';
import { FunctionDot } from '../../ui/FunctionDot.tsx';
import { callWords } from '../model/callWords.ts';

interface Props {
  call: Call;
  thread: string;
  at: (ns: number) => ReactNode;
}

export function CallTip({ call, thread, at }: Props) {
  const { name, qualname, place, length } = callWords(call);
  return (
    <>
      <div className="tl-tip__title">
        <FunctionDot fn={call.function} />
        <span className="ellipsis">{name}</span>
        <b>{length}</b>
      </div>
      {qualname !== null && <div className="ellipsis mono small">{qualname}</div>}
      {place !== null && <div className="ellipsis mono small">{place}</div>}
      <div>
        from {at(call.start)} in {thread}
      </div>
      <div className="tl-tip__hint">
        {call.count > 1
          ? 'too short to be drawn one by one; zoom in for each'
          : 'click to select it and see what it did'}
      </div>
    </>
  );
}
