/** The first page of a report: what was recorded and how well, the headline figures, the verdict. Pure. */
import type { Verdict } from '../../contract/types.ts';
import { NO_FIGURE } from '../../format.ts';
import { headlineFigures, threadName } from '../../figure/headlines.ts';
import { recordingFacts } from '../../figure/recording.ts';
import { machineFacts } from '../../figure/words.ts';
import { count, formatNs, formatPercent, formatS, group, timeQuantity } from '../../pageFormat.ts';
import { provenanceOf } from '../../provenance.ts';
import { joinArgs } from '../../shell.ts';
import type { ExportSource } from '../types.ts';
import { el, name, sentence, type Child, type Element } from './element.ts';
import { section } from './table.ts';

const LONGEST_COMMAND = 4000;

interface Tile {
  id: string;
  label: string;
  figure: string;
  unit: string;
  note: string;
}

function tiles(source: ExportSource): Tile[] {
  const { summary, session } = source;
  const wait = summary.processes.flatMap(({ threads }) => threads).reduce((sum, { wait_s }) => sum + wait_s, 0);
  const gils = summary.processes.flatMap((process) => process.gils);
  const of = (key: 'switches' | 'preempted' | 'voluntary') => gils.reduce((sum, gil) => sum + gil[key], 0);
  return [
    {
      id: 'wall',
      label: 'Wall-clock',
      ...timeQuantity(summary.wall_s * 1e9),
      note: count(session.threads.filter(({ own }) => !own).length, 'thread'),
    },
    ...headlineFigures(session, source.stats()),
    { id: 'wait', label: 'Wait', ...timeQuantity(wait * 1e9), note: `all threads; p95 ${formatS(summary.wait_p95_s)}` },
    {
      ...{ id: 'switches', label: 'Switches', figure: group(of('switches')), unit: '' },
      note: `holds ended: ${group(of('preempted'))} pre-empted, ${group(of('voluntary'))} voluntary`,
    },
  ];
}

const tile = ({ id, label, figure, unit, note }: Tile): Element =>
  el(
    'div',
    { class: 'tile', id: `figure-${id}` },
    el('div', { class: 'muted' }, label),
    el('div', { class: 'figure-value' }, figure, ...(unit === '' ? [] : [' ', el('span', { class: 'unit' }, unit)])),
    el('div', { class: 'muted' }, name(note, 60)),
  );

/** How far the figures can be trusted, as sentences. */
function trust(source: ExportSource): string[] {
  const { captured, counted, dropped, events, kind, reasons } = provenanceOf(source.session);
  return [
    ...(counted === null
      ? []
      : [
          `Coverage: ${group(captured)} of ${count(counted, 'switch', 'switches')} captured (${formatPercent(counted === 0 ? 1 : captured / counted)}).`,
        ]),
    `${count(events, 'event')}, ${dropped === 0 ? 'none' : group(dropped)} dropped${dropped === 0 ? '' : '; gaps are shown as unknown'}.`,
    ...(kind === 'exact' || kind === 'unknown'
      ? []
      : ['Some or all figures are estimated: ' + (reasons.join(' ') || 'the portable agent recorded.')]),
    ...(source.summary.damage === null ? [] : [`The recording is damaged: ${source.summary.damage}`]),
  ];
}

const MOST_NAMED = 6;

/** What figures are of, and what only of the processes and threads that were chosen, if not all were. */
function covers({ session, processes, threads, summary, start, end }: ExportSource): Element {
  const all = session.threads.filter(({ own }) => !own).length;
  const when = summary.range.whole ? 'of the whole recording' : `from ${formatNs(start)} to ${formatNs(end)}`;
  const what = `${count(session.processes.length, 'process', 'processes')} and ${count(all, 'thread')}`;
  if (threads.length === all && processes.length === session.processes.length)
    return el('p', { class: 'muted', id: 'covers' }, `Figures of ${what}: everything, ${when}.`);
  const named = threads
    .slice(0, MOST_NAMED)
    .flatMap(({ idx }, i) => [i === 0 ? '' : ', ', name(threadName(session, idx), 60)]);
  const more = threads.length > MOST_NAMED ? ` and ${count(threads.length - MOST_NAMED, 'thread')} more` : '';
  return el(
    'p',
    { class: 'part', id: 'covers' },
    `A part was chosen: ${group(threads.length)} of ${count(all, 'thread')} (`,
    ...named,
    `${more}). These figures, the verdict, the lengths of holds and waits and the tables of GILs, functions, marks and reference counts are of all ${what}, ${when}. Lanes, the table of threads and who made whom wait are of the chosen part.`,
  );
}

export function head(source: ExportSource): Element[] {
  const { title, created, command, session, host, start, end, summary } = source;
  const machine = machineFacts(created, { cores: session.cores, host });
  const part = summary.range.whole
    ? `The whole recording, ${formatNs(end)}`
    : `from ${formatNs(start)} to ${formatNs(end)}`;
  const facts: Child[] = [...machine, ...recordingFacts(session), part].flatMap((fact, i) =>
    i === 0 ? [name(fact)] : [' · ', name(fact)],
  );
  return [
    el(
      'header',
      {},
      el('h1', {}, name(title === '' ? NO_FIGURE : title)),
      el('p', { class: 'facts' }, ...facts),
      el(
        'pre',
        { class: 'command', tabindex: 0, 'aria-label': 'Command' },
        name(joinArgs([...command]), LONGEST_COMMAND),
      ),
      el('p', { class: 'muted trust' }, sentence(trust(source).join(' '))),
    ),
    covers(source),
    el('div', { class: 'tiles', role: 'group', 'aria-label': 'Headline figures' }, ...tiles(source).map(tile)),
  ];
}

const list = (title: string, sentences: readonly string[]): Element[] =>
  sentences.length === 0
    ? []
    : [el('h3', {}, title), el('ul', {}, ...sentences.map((text) => el('li', {}, sentence(text))))];

/** Of a recording, or of a comparison. */
export function verdictSection({ text, evidence, advice, limits }: Omit<Verdict, 'kind' | 'predicted_s'>): Element {
  return section(
    'verdict',
    'Verdict',
    el('p', { class: 'verdict' }, sentence(text)),
    ...list('Evidence', evidence),
    ...list('What to do', advice === null ? [] : [advice]),
    ...list('What it cannot know', limits),
  );
}
