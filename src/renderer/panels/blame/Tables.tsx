/** The functions in which the GIL was held while others waited, and the places where holds ended. Sorted by a click on a header. */
import { useMemo, useState, type ReactNode } from 'react';
import type { BlameFunction, BlameRelease, BlameReply, Place } from '../../../shared/contract/blame.ts';
import type { ThreadIdx } from '../../../shared/contract/types.ts';
import { HeadTip } from '../../help/Term.tsx';
import { formatNs, formatPercent, group } from '../../lib/format.ts';
import { fileLine, functionName, placeTitle } from '../../lib/places.ts';
import {
  FUNCTION_COLUMNS,
  functionWords,
  OWN_NAME,
  RELEASE_COLUMNS,
  sorted,
  worstShare,
  type Sort,
  type TableColumn,
  type ThreadNames,
} from './rows.ts';

interface TableProps<Row> {
  name: string;
  testId: string;
  rows: readonly Row[];
  /** How many there are in all; the rest was not sent. */
  total: number;
  columns: readonly TableColumn<Row>[];
  draw: (row: Row, column: string) => ReactNode;
  title: (row: Row) => string;
}

function Table<Row>({ name, testId, rows, total, columns, draw, title }: TableProps<Row>) {
  const [sort, setSort] = useState<Sort>({ id: 'caused', descending: true });
  const shown = useMemo(() => sorted(rows, columns, sort), [rows, columns, sort]);
  return (
    <div className="blame-table" tabIndex={0} role="region" aria-label={name} data-testid={testId}>
      <table>
        <thead>
          <tr>
            {columns.map(({ id, label, help, word }) => {
              const active = id === sort.id;
              const order = active ? (sort.descending ? 'descending' : 'ascending') : 'none';
              return (
                <th key={id} scope="col" aria-sort={order}>
                  <HeadTip word={word} help={help}>
                    <button
                      type="button"
                      title={word === undefined ? help : undefined}
                      data-testid={`${testId}-sort-${id}`}
                      onClick={() => setSort({ id, descending: active ? !sort.descending : id !== 'place' })}
                    >
                      <span className={word === undefined ? undefined : 'term-line'}>{label}</span>
                      <span className="blame-table__arrow">{active ? (sort.descending ? '↓' : '↑') : ''}</span>
                    </button>
                  </HeadTip>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, i) => (
            <tr key={i} title={title(row)} data-testid={`${testId}-row`}>
              {columns.map(({ id, text }) => (
                <td key={id}>{text === undefined ? draw(row, id) : text(row)}</td>
              ))}
            </tr>
          ))}
          {shown.length === 0 && (
            <tr>
              <td className="muted" colSpan={columns.length}>
                Nothing of it in this range.
              </td>
            </tr>
          )}
        </tbody>
      </table>
      {total > rows.length && <p className="muted small">and {group(total - rows.length)} more that matter less</p>}
    </div>
  );
}

function PlaceCell({ place, own, unknown }: { place: Place | null; own: boolean; unknown: string }) {
  if (place === null) return <span className="blame-place muted">{own ? `${OWN_NAME} itself` : unknown}</span>;
  return (
    <span className="blame-place" title={placeTitle(place)}>
      <code>{functionName(place)}</code>
      <span className="muted small mono">{fileLine(place)}</span>
      {own && <span className="badge">{OWN_NAME}</span>}
    </span>
  );
}

/** The figure with its part of the whole as a bar. */
function Share({ ns, of }: { ns: number; of: number }) {
  const part = of > 0 ? ns / of : 0;
  return (
    <span className="blame-share">
      <span className="blame-share__bar" aria-hidden="true">
        <span style={{ width: `${part * 100}%` }} />
      </span>
      <b>{formatNs(ns)}</b>
      <em>{formatPercent(part)}</em>
    </span>
  );
}

interface Props {
  blame: BlameReply;
  names: ThreadNames;
  swatch: (thread: ThreadIdx) => string;
}

const MOST_DOTS = 3;

export function FunctionTable({ blame, names, swatch }: Props) {
  const caused = blame.functions.reduce((sum, row) => sum + row.causedNs, 0);
  const waitOf = useMemo(() => {
    const waits = new Map(blame.waiters.map(({ thread, waitNs }) => [thread, waitNs]));
    return (thread: ThreadIdx) => waits.get(thread) ?? NaN;
  }, [blame.waiters]);
  const draw = (row: BlameFunction, column: string): ReactNode => {
    if (column === 'place') return <PlaceCell place={row.place} own={row.own} unknown="not known" />;
    if (column === 'caused') return <Share ns={row.causedNs} of={caused} />;
    if (column === 'worst')
      return (
        <span className="blame-who">
          {row.waiters.length > 0 && <i className="dot" style={{ background: swatch(row.waiters[0].thread) }} />}
          <span className="ellipsis">{worstShare(row.waiters, names, waitOf)}</span>
        </span>
      );
    return (
      <span className="blame-who">
        {row.holders.slice(0, MOST_DOTS).map(({ thread }) => (
          <i key={thread} className="dot" style={{ background: swatch(thread) }} />
        ))}
        <span className="ellipsis">
          {row.holderCount === 1 ? names(row.holders[0].thread) : `${group(row.holderCount)} threads`}
        </span>
      </span>
    );
  };
  return (
    <Table
      name="Functions that made others wait"
      testId="blame-functions"
      rows={blame.functions}
      total={blame.functionCount}
      columns={FUNCTION_COLUMNS}
      draw={draw}
      title={(row) => functionWords(row, names)}
    />
  );
}

export function ReleaseTable({ blame }: { blame: BlameReply }) {
  const caused = blame.releases.reduce((sum, row) => sum + row.causedNs, 0);
  const draw = (row: BlameRelease, column: string): ReactNode =>
    column === 'place' ? (
      <PlaceCell place={row.place} own={row.own} unknown="not known, or not yet" />
    ) : (
      <Share ns={row.causedNs} of={caused} />
    );
  return (
    <Table
      name="Where the GIL was let go"
      testId="blame-releases"
      rows={blame.releases}
      total={blame.releaseCount}
      columns={RELEASE_COLUMNS}
      draw={draw}
      title={(row) =>
        row.place === null ? (row.own ? `${OWN_NAME} itself` : 'Its place is not known') : placeTitle(row.place)
      }
    />
  );
}
