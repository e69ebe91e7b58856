/** The menu that exports a figure: SVG, PNG, or a copy on the clipboard; light for paper, or dark. */
import { useState } from 'react';
import type { CompareInfo, ComparePageFormat } from '../../../shared/contract/compare.ts';
import type { SessionInfo } from '../../../shared/contract/types.ts';
import { attempt } from '../../store/actions.ts';
import { useCompare } from '../../store/compare.ts';
import { useSessions } from '../../store/sessions.ts';
import { notify } from '../../store/ui.ts';
import { viewStore } from '../../store/view.ts';
import { call } from '../../transport/index.ts';
import type { Theme } from '../../../shared/draw/colours.ts';
import { PictureIcon } from '../../ui/icons.tsx';
import { MenuButton, type MenuItem } from '../../ui/Menu.tsx';
import { sessionOf, shownRun } from '../columns/runs.ts';
import { comparedLanes, comparisonInput } from '../../../shared/figure/comparison.ts';
import { figureSvg } from '../../../shared/figure/figure.ts';
import { copyPicture, pngOf, save, svgBlob } from './files.ts';
import type { FigureInput } from '../../../shared/figure/input.ts';
import { recordingFigure } from './recording.ts';
import { fileName } from '../../../shared/figure/words.ts';

interface MenuProps {
  /** What the file is called after. */
  title: string;
  /** Asks for all that the figure shows. */
  input: (theme: Theme) => Promise<FigureInput>;
  disabled?: boolean;
  /** What else is made of the same. */
  pages?: readonly Page[];
  /** Only its icon. */
  compact?: boolean;
}

/** A whole report, as a text. */
interface Page {
  ending: 'html' | 'md';
  label: string;
  hint: string;
  text: () => Promise<string>;
}

async function savePage({ ending, text }: Page, title: string): Promise<void> {
  const name = fileName(title, ending);
  save(new Blob([await text()], { type: ending === 'html' ? 'text/html' : 'text/markdown' }), name);
  notify(`Exported ${name}`);
}

type Way = 'svg' | 'png' | 'copy';

const WAYS: readonly { way: Way; theme: Theme; label: string; hint?: string }[] = [
  { way: 'svg', theme: 'light', label: 'SVG', hint: 'sharp at any size; for papers and pages' },
  { way: 'png', theme: 'light', label: 'PNG', hint: 'for slides and messages' },
  { way: 'copy', theme: 'light', label: 'Copy as PNG', hint: 'to paste it' },
  { way: 'svg', theme: 'dark', label: 'SVG, dark' },
  { way: 'png', theme: 'dark', label: 'PNG, dark' },
];

async function exportAs(way: Way, title: string, figure: Promise<string>): Promise<void> {
  if (way === 'copy') {
    await copyPicture(figure.then(pngOf));
    notify('Copied the figure as PNG');
    return;
  }
  const name = fileName(title, way);
  const svg = await figure;
  save(way === 'svg' ? svgBlob(svg) : await pngOf(svg), name);
  notify(`Exported ${name}`);
}

/** For whatever makes a figure; `ExportFigure` is that of a comparison. */
export function FigureMenu({ title, input, pages = [], disabled = false, compact = false }: MenuProps) {
  const [busy, setBusy] = useState(false);
  const words = pages.length > 0 ? 'Export' : 'Export figure';
  const during = (work: () => Promise<void>) => () => {
    setBusy(true);
    void attempt(work).finally(() => setBusy(false));
  };
  const items: MenuItem[] = [
    ...pages.map((page) => ({
      ...{ id: `page-${page.ending}`, label: page.label, hint: page.hint },
      onPick: during(() => savePage(page, title)),
    })),
    ...WAYS.map(({ way, theme, label, hint }) => ({
      ...{ id: `figure-${way}${theme === 'dark' ? '-dark' : ''}`, label, hint },
      onPick: during(() => exportAs(way, title, input(theme).then(figureSvg))),
    })),
  ];
  return (
    <MenuButton
      label={words}
      items={items}
      className={compact ? 'btn btn--icon' : 'btn'}
      testId="export-figure"
      disabled={disabled || busy}
    >
      <PictureIcon />
      {!compact && words}
    </MenuButton>
  );
}

/** By variant, the run that its column shows: its place in `compare.runs`; null: none. */
function shownRuns(compare: CompareInfo): (number | null)[] {
  const picked = useCompare.getState().picked[compare.id] ?? {};
  return compare.variants.map((_, i) => shownRun(compare, i, picked[i]));
}

async function comparisonFigure(compare: CompareInfo, theme: Theme): Promise<FigureInput> {
  const { byId } = useSessions.getState();
  const sessions = shownRuns(compare).map(
    (run) =>
      (run === null ? null : sessionOf(compare.runs[run], byId)) ??
      'None of its recordings is open, so there are no lanes.',
  );
  const lanes = await comparedLanes(sessions, ({ id }, query) => call('timeline.query', { id, ...query }));
  return comparisonInput(compare, lanes, theme);
}

/** Of a comparison, with the runs that its columns show. */
export function ExportFigure({ compare }: { compare: CompareInfo }) {
  const disabled = compare.state === 'running' || compare.variants.every(({ wall_s: wall }) => wall === null);
  const text = (format: ComparePageFormat) => () =>
    call('compare.page', { id: compare.id, format, runs: shownRuns(compare) });
  const pages = [
    {
      ending: 'html',
      label: 'HTML report',
      hint: 'one page for everybody: verdict, figures, timelines',
      text: text('html'),
    },
    { ending: 'md', label: 'Markdown', hint: 'for a pull request', text: text('md') },
  ] as const;
  return (
    <FigureMenu
      title={compare.title}
      input={(theme) => comparisonFigure(compare, theme)}
      pages={pages}
      disabled={disabled}
    />
  );
}

/** Of what the timeline shows of a session. */
export function ExportView({ session }: { session: SessionInfo }) {
  const input = (theme: Theme) => recordingFigure(session, viewStore(session.id).getState().range, theme);
  return <FigureMenu compact title={session.title} input={input} />;
}
