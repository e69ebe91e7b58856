/** Over the table: search, thread, and which time the figures of the GIL are of. */
import type { ReactNode } from 'react';
import type { SessionInfo, ThreadIdx } from '../../../shared/contract/types.ts';
import { displayName } from '../../../shared/threadNames.ts';
import { useView } from '../../store/view.ts';
import type { Part } from './columns.ts';

interface Props {
  session: SessionInfo;
  thread: ThreadIdx | undefined;
  onThread: (thread: ThreadIdx | undefined) => void;
  part: Part;
  onPart: (part: Part) => void;
  children: ReactNode;
}

const PARTS: readonly { id: Part; label: string; help: string }[] = [
  { id: 'own', label: 'own time', help: 'Holding, waiting and released while the function was the innermost call' },
  { id: 'total', label: 'total time', help: 'Holding, waiting and released while it was anywhere on the stack' },
];

export function Bar({ session, thread, onThread, part, onPart, children }: Props) {
  const search = useView(session.id, (view) => view.calls.search);
  const filterCalls = useView(session.id, (view) => view.filterCalls);
  const threads = session.threads.filter(({ own }) => !own);
  const several = session.processes.length > 1;
  return (
    <div className="functions__bar">
      <input
        className="input functions__search"
        type="search"
        placeholder="Function, file or module"
        aria-label="Search functions; the timeline shows only their calls too"
        title="The timeline shows only their calls too"
        data-testid="functions-search"
        maxLength={200}
        value={search}
        onChange={(event) => filterCalls({ search: event.target.value })}
      />
      <select
        className="input functions__thread"
        aria-label="Thread"
        data-testid="functions-thread"
        value={thread ?? ''}
        onChange={(event) => onThread(event.target.value === '' ? undefined : Number(event.target.value))}
      >
        <option value="">All threads</option>
        {threads.map(({ idx, process }) => (
          <option key={idx} value={idx}>
            {displayName(session, idx)}
            {several && ` · ${session.processes[process]?.pid ?? ''}`}
          </option>
        ))}
      </select>
      <span className="muted small hide-tight">holding, waiting, released of</span>
      <div className="segments segments--tiny" role="radiogroup" aria-label="Holding, waiting and released of">
        {PARTS.map(({ id, label, help }) => (
          <button
            key={id}
            type="button"
            role="radio"
            className="segments__item"
            aria-checked={part === id}
            title={help}
            data-testid={`functions-part-${id}`}
            onClick={() => onPart(id)}
          >
            {label}
          </button>
        ))}
      </div>
      {children}
    </div>
  );
}
