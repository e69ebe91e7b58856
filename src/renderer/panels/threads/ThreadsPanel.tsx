/** Every thread and its figures for the range; the table beside the canvas. */
import { useMemo, useState } from 'react';
import type { SessionInfo, StatsReply } from '../../../shared/contract/types.ts';
import { count, formatNs } from '../../lib/format.ts';
import { sortRows, tableCsv, type Sort } from '../../lib/table.ts';
import { displayName } from '../../../shared/threadNames.ts';
import { copyCsv } from '../../store/actions.ts';
import { useThreadSlots } from '../../store/sessions.ts';
import { useView, type Range } from '../../store/view.ts';
import { threadColour } from '../../../shared/draw/colours.ts';
import { useTheme } from '../../theme/theme.ts';
import { DataGrid, GridFoot } from '../../ui/DataGrid.tsx';
import { columnsOf, type ThreadRow } from './columns.ts';
import './threads.css';

interface Props {
  session: SessionInfo;
  stats: StatsReply | null;
  range: Range | null;
}

function rowsOf(session: SessionInfo, stats: StatsReply): ThreadRow[] {
  return stats.threads.flatMap((figures) => {
    const info = session.threads[figures.thread];
    if (info === undefined || info.own) return [];
    return [{ info, shown: displayName(session, info.idx), process: session.processes[info.process], stats: figures }];
  });
}

/** What the name's cell shows beside the name. */
function NameCell({ row, colour }: { row: ThreadRow; colour: string }) {
  return (
    <>
      <span className="dot" style={{ background: colour }} />
      <span className="ellipsis">{row.shown}</span>
      {row.info.endedNs !== null && <span className="threads__ended small muted">ended</span>}
    </>
  );
}

export function ThreadsPanel({ session, stats, range }: Props) {
  const [sort, setSort] = useState<Sort>({ id: 'held_s', descending: true });
  const theme = useTheme();
  const slots = useThreadSlots(session.id);
  const marked = useView(session.id, (view) => view.thread);
  const mark = useView(session.id, (view) => view.markThread);
  const setRange = useView(session.id, (view) => view.setRange);
  const columns = useMemo(() => columnsOf(session.processes.length), [session.processes.length]);
  const rows = useMemo(
    () => (stats === null ? [] : sortRows(rowsOf(session, stats), columns, sort)),
    [session, stats, columns, sort],
  );
  if (rows.length === 0) {
    return (
      <div className="empty">{stats === null ? <span className="spinner" /> : 'No thread was seen in this range.'}</div>
    );
  }
  /** The whole life of a thread. */
  const zoom = ({ info }: ThreadRow) => {
    mark(info.idx);
    const end = info.endedNs ?? session.endNs;
    const margin = (end - info.bornNs) * 0.02;
    setRange({ start: info.bornNs - margin, end: end + margin });
  };
  const of = range === null ? 'the whole session' : formatNs(range.end - range.start);
  return (
    <div className="threads">
      <DataGrid
        label="Threads"
        rows={rows}
        columns={columns}
        sort={sort}
        onSort={setSort}
        keyOf={(row) => row.info.idx}
        sorts="threads-sort"
        rowTestId={(row) => `thread-${row.info.idx}`}
        cell={(row, column) =>
          column === 'name' ? <NameCell row={row} colour={threadColour(slots[row.info.idx] ?? 0, theme)} /> : null
        }
        marked={marked}
        onMark={(row) => mark(row?.info.idx ?? null)}
        onOpen={zoom}
      />
      <GridFoot
        copyTestId="threads-csv"
        onCopy={() => void copyCsv(tableCsv(rows, columns), `${count(rows.length, 'thread')} of ${of}`)}
      >
        {count(rows.length, 'thread')} in {of}
      </GridFoot>
    </div>
  );
}
