/** A table of a report: columns that say how a row is told, and how many rows there is room for. Pure. */
import { group } from '../../pageFormat.ts';
import { el, type Child, type Element } from './element.ts';

export interface Column<Row> {
  title: Child;
  /** Figures stand to the right. */
  right?: boolean;
  cell: (row: Row) => Child;
}

/** @param id for links and tests @param more what is left out is called, "threads" */
export function table<Row>(
  id: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  most: number,
  more: string,
): Element[] {
  const align = ({ right }: Column<Row>): Record<string, string> => (right === true ? { class: 'num' } : {});
  const head = columns.map((column) => el('th', { scope: 'col', ...align(column) }, column.title));
  const body = rows
    .slice(0, most)
    .map((row) => el('tr', {}, ...columns.map((column) => el('td', align(column), column.cell(row)))));
  const left = rows.length - body.length;
  return [
    el(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': id },
      el('table', { id }, el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...body)),
    ),
    ...(left > 0 ? [el('p', { class: 'muted' }, `and ${group(left)} ${more} more`)] : []),
  ];
}

/** A part of the report under a heading of its own. */
export const section = (id: string, title: string, ...children: readonly Child[]): Element =>
  el(
    'section',
    { id: `${id}-section`, 'aria-labelledby': `${id}-title` },
    el('h2', { id: `${id}-title` }, title),
    ...children,
  );
