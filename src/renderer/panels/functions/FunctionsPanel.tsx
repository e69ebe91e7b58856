/** What ran: every traced function with its calls, its time, and what of that it held the GIL, waited for it and had released it. */
import { useMemo, useState } from 'react';
import type { FunctionRow, FunctionsReply } from '../../../shared/contract/functions.ts';
import type { SessionInfo, ThreadIdx } from '../../../shared/contract/types.ts';
import { count, formatNs, group } from '../../lib/format.ts';
import { functionTitle } from '../../lib/functions.ts';
import { provenanceOf } from '../../../shared/provenance.ts';
import { sortRows, tableCsv, type Sort } from '../../lib/table.ts';
import { copyCsv } from '../../store/actions.ts';
import { useFunctions } from '../../store/functions.ts';
import { useView, type Range } from '../../store/view.ts';
import { describeError } from '../../transport/index.ts';
import { DataGrid, GridFoot } from '../../ui/DataGrid.tsx';
import { EstimatedBadge } from '../../ui/EstimatedBadge.tsx';
import { FunctionDot } from '../../ui/FunctionDot.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { columnsOf, sortOf, type Part } from './columns.ts';
import { Bar } from './Bar.tsx';
import { NotTraced } from './NotTraced.tsx';
import { tracingOf } from './state.ts';
import { TraceSwitch } from './TraceSwitch.tsx';
import './functions.css';

export function FunctionsPanel({ session }: { session: SessionInfo }) {
  const search = useView(session.id, (view) => view.calls.search);
  const [thread, setThread] = useState<ThreadIdx | undefined>(undefined);
  const [part, setPart] = useState<Part>('own');
  const { reply, range, error, again } = useFunctions(session.id, search, thread);
  if (error !== null)
    return (
      <div className="panels__error">
        <Notice tone="error" {...describeError(error)} />
      </div>
    );
  if (reply === null)
    return (
      <div className="empty" aria-busy="true">
        <span className="spinner" />
      </div>
    );
  const tracing = tracingOf(reply.states);
  const live = session.state === 'recording';
  if (!tracing.ever && !tracing.on)
    return <NotTraced sessionId={session.id} live={live} reasons={tracing.reasons} onChange={again} />;
  return (
    <div className="functions">
      <Bar session={session} thread={thread} onThread={setThread} part={part} onPart={setPart}>
        <EstimatedBadge provenance={provenanceOf(session)} testId="functions-estimated" />
        <Notes reply={reply} />
        {live && <TraceSwitch sessionId={session.id} on={tracing.on} onChange={again} />}
      </Bar>
      {tracing.reasons.length > 0 && (
        <Notice tone="warn" testId="functions-reason" message={tracing.reasons.join(' ')} remedy={null} />
      )}
      <Rows
        session={session}
        reply={reply}
        part={part}
        range={range}
        filtered={search !== '' || thread !== undefined}
      />
    </div>
  );
}

/** What is to be said of the figures before they are read. */
function Notes({ reply: { prorated, dropped } }: { reply: FunctionsReply }) {
  return (
    <>
      {prorated && (
        <span
          className="badge badge--warn"
          data-testid="functions-prorated"
          title="Sums are taken several times a second; the range cuts some of them in two, of which a part in proportion is counted."
        >
          estimated in proportion
        </span>
      )}
      {dropped > 0 && (
        <span
          className="badge badge--warn"
          data-testid="functions-dropped"
          title="They are missing on the timeline, but not in these sums."
        >
          {count(dropped, 'call')} not drawn
        </span>
      )}
    </>
  );
}

interface RowsProps {
  session: SessionInfo;
  reply: FunctionsReply;
  part: Part;
  range: Range | null;
  /** By words or by thread. */
  filtered: boolean;
}

function Rows({ session, reply, part, range, filtered }: RowsProps) {
  const [sort, setSort] = useState<Sort>({ id: 'own_s', descending: true });
  const [marked, setMarked] = useState<number | null>(null);
  const filterCalls = useView(session.id, (view) => view.filterCalls);
  const { processes } = session;
  const columns = useMemo(
    () => columnsOf(part, processes.length > 1 ? (process) => processes[process]?.pid ?? null : null),
    [part, processes],
  );
  const sorted = useMemo(() => sortOf(sort, part), [sort, part]);
  const rows = useMemo(() => sortRows(reply.rows, columns, sorted), [reply.rows, columns, sorted]);
  if (rows.length === 0)
    return (
      <div className="empty" data-testid="functions-empty">
        <strong>{filtered ? 'No function fits' : 'Nothing was called'}</strong>
        <span>
          {filtered ? 'Of those called ' : 'No call was traced '}
          {range === null ? 'in this session' : 'in this range'}
          {filtered ? ', none has all these words in its name or file.' : '.'}
        </span>
      </div>
    );
  const of = range === null ? 'the whole session' : formatNs(range.end - range.start);
  const what = count(reply.rowCount, 'function');
  return (
    <>
      <DataGrid
        label="Functions"
        rows={rows}
        columns={columns}
        sort={sorted}
        onSort={setSort}
        keyOf={(row) => row.function.idx}
        sorts="functions-sort"
        rowTestId={(row) => `function-${row.function.idx}`}
        cell={(row, column) => (column === 'function' ? <NameCell row={row} /> : null)}
        marked={marked}
        onMark={(row) => setMarked(row?.function.idx ?? null)}
        onOpen={(row) => filterCalls({ search: functionTitle(row.function) })}
      />
      <GridFoot
        copyTestId="functions-csv"
        onCopy={() => void copyCsv(tableCsv(rows, columns), `${count(rows.length, 'function')} of ${of}`)}
      >
        <span data-testid="functions-foot">
          {what}, {count(reply.calls, 'call')} in {of}
          {reply.rowCount > rows.length && ` · the first ${group(rows.length)} by own time are listed`}
        </span>
      </GridFoot>
    </>
  );
}

function NameCell({ row }: { row: FunctionRow }) {
  return (
    <>
      <FunctionDot fn={row.function} />
      <code className="ellipsis">{functionTitle(row.function)}</code>
    </>
  );
}
