/** What the program marked itself, by name: how often, how long, and what its thread did meanwhile. The same as a table. */
import { useMemo } from 'react';
import type { SummaryMark, SummaryMarks } from '../../../shared/contract/marks.ts';
import { NO_FIGURE } from '../../../shared/format.ts';
import { count, formatPercent, formatS, group } from '../../lib/format.ts';
import './marks.css';

const MOST_ROWS = 100;

const COLUMNS: readonly (readonly [string, string])[] = [
  ['count', 'how many begin in the range'],
  ['total', 'their time, clipped to the range; regions within regions add up'],
  ['holding', 'of it the thread held the GIL'],
  ['waiting', 'of it the thread waited for the GIL'],
  ['released', 'of it the thread had let go of the GIL'],
];

/** "1.20 s · 40 %" of the region's time. */
const part = (seconds: number | null, total: number | null): string =>
  seconds === null || total === null || total <= 0
    ? NO_FIGURE
    : `${formatS(seconds)} · ${formatPercent(Math.min(seconds / total, 1))}`;

function MarkRow({ mark }: { mark: SummaryMark }) {
  const { name, kind, total_s: total } = mark;
  return (
    <tr data-testid="marks-row" data-name={name}>
      <th scope="row" className="ellipsis" title={name}>
        {kind === 'instant' && <span className="muted">instant </span>}
        {name}
      </th>
      <td>{group(mark.count)}</td>
      <td>{formatS(total)}</td>
      <td>{part(mark.held_s, total)}</td>
      <td>{part(mark.wait_s, total)}</td>
      <td>{part(mark.released_s, total)}</td>
    </tr>
  );
}

export function MarksCard({ marks, estimated }: { marks: SummaryMarks; estimated: boolean }) {
  const rows = useMemo(() => marks.by_name.slice(0, MOST_ROWS), [marks]);
  const more = marks.by_name.length - rows.length + marks.more;
  if (rows.length === 0 && marks.dropped === 0) return null;
  return (
    <section className="card marks" aria-label="Marks" data-testid="marks">
      <table>
        <thead>
          <tr>
            <th scope="col">
              <b>Marks</b>
              {estimated && <span className="muted"> · GIL times estimated</span>}
            </th>
            {COLUMNS.map(([label, help]) => (
              <th key={label} scope="col" title={help}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((mark) => (
            <MarkRow key={`${mark.kind} ${mark.name}`} mark={mark} />
          ))}
        </tbody>
      </table>
      {more > 0 && <p className="muted small">and {count(more, 'name')} more with less time</p>}
      {marks.dropped > 0 && (
        <p className="muted small">{count(marks.dropped, 'mark')} were not recorded: there were too many at once</p>
      )}
    </section>
  );
}
