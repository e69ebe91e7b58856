/** What is recorded leaves gilscope through the dialog: the files are read back here and say what the summary says. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import type { Summary } from '../../src/shared/contract/types.ts';
import { SLICE } from '../../src/shared/export/trace/names.ts';
import { launchProgram, openRecording, program, sessionState } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';
import { writeLongRecording } from '../lib/longRecording.ts';
import { keep } from '../lib/recordings.ts';
import { GILSCOPE, type Served } from '../lib/serve.ts';
import { drag, pointIn, settled } from '../lib/timeline.ts';

const note = (page: Page): Locator => page.getByTestId('export-note');

/** The summary that the command line tells of the only recording there is. */
function summary(served: Served): Summary {
  const folder = join(served.home, 'sessions');
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.gilscope'));
  return JSON.parse(
    execFileSync(process.execPath, [GILSCOPE, 'stats', join(folder, file), '--json'], { encoding: 'utf8' }),
  ) as Summary;
}

interface Wish {
  format: string;
  table?: string;
  path: string;
}

/** Opens the dialog and fills it in; what else there is to choose, and the button, are the caller's. */
async function ask(page: Page, { format, table, path }: Wish): Promise<void> {
  await page.getByTestId('export-open').click();
  await page.getByTestId(`format-${format}`).check();
  if (table !== undefined) await page.getByTestId('export-table').selectOption(table);
  await page.getByTestId('export-path').fill(path);
}

/** Presses the button, waits for the end and puts its note away. */
async function write(page: Page): Promise<void> {
  await page.getByTestId('export-start').click();
  await expect(note(page)).toHaveAttribute('data-state', 'done');
  await note(page).getByRole('button', { name: 'Dismiss' }).click();
  await expect(note(page)).toHaveCount(0);
}

type Row = Record<string, string | number | boolean | null>;
const jsonLines = (path: string): Row[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

const sum = (rows: readonly Row[], column: string): number => rows.reduce((all, row) => all + Number(row[column]), 0);
const names = (rows: readonly Row[]): string[] => [...new Set(rows.map((row) => String(row.thread)))].sort();

/** Nothing in these tables has a comma, a quote or a line's end in it. */
function csv(path: string): Row[] {
  const [head, ...lines] = readFileSync(path, 'utf8').trimEnd().split(/\r?\n/);
  const columns = head.replace(/^\ufeff/, '').split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [columns[i], cell])));
}

test('tables say what the summary says, and so do files of other formats', async ({ page, served, recording }) => {
  await openRecording(page, keep(served, recording('turns'), 'turns'));
  const folder = join(served.folder, 'tables');
  await ask(page, { format: 'csv', path: folder });
  await expect(page.getByTestId('export')).toContainText('where gilscope runs');
  await write(page);
  const { gils, threads } = summary(served).processes[0];
  const [holds, waits] = [csv(join(folder, 'holds.csv')), csv(join(folder, 'waits.csv'))];
  expect(names(holds)).toEqual(threads.map(({ name }) => name).sort());
  expect(csv(join(folder, 'switches.csv'))).toHaveLength(gils[0].switches);
  for (const { name, held_s, wait_s } of threads) {
    const of = (rows: readonly Row[]) => rows.filter((row) => row.thread === name);
    expect(sum(of(holds), 'hold_s'), `held by ${name}`).toBeCloseTo(held_s, 6);
    expect(sum(of(waits), 'wait_s'), `waited by ${name}`).toBeCloseTo(wait_s, 6);
  }

  const one = join(served.folder, 'waits.jsonl');
  await ask(page, { format: 'jsonl', table: 'waits', path: one });
  await write(page);
  expect(jsonLines(one)).toHaveLength(waits.length);

  const trace = join(served.folder, 'trace.json');
  await ask(page, { format: 'chrome', path: trace });
  await write(page);
  const { traceEvents } = JSON.parse(readFileSync(trace, 'utf8')) as { traceEvents: Row[] };
  const held = traceEvents.filter((event) => event.ph === 'X' && event.name === SLICE.hold);
  expect(held).toHaveLength(holds.length);
  // Microseconds, of all threads.
  expect(sum(held, 'dur') / 1e6).toBeCloseTo(sum(holds, 'hold_s'), 5);
});

test('less is exported when less is asked for: a range, some threads', async ({ page, served, recording }) => {
  await openRecording(page, keep(served, recording('turns'), 'turns'));
  const [all, part] = ['all', 'part'].map((name) => join(served.folder, `${name}.jsonl`));
  await ask(page, { format: 'jsonl', table: 'holds', path: all });
  await expect(page.getByTestId('export-range-selection')).toBeDisabled();
  await write(page);
  await drag(page, await pointIn(page, 'count-0', 0.4), await pointIn(page, 'count-0', 0.6));
  await ask(page, { format: 'jsonl', table: 'holds', path: part });
  await page.getByTestId('export-range-selection').check();
  await page.getByRole('checkbox', { name: 'poller' }).uncheck();
  await expect(page.getByTestId('export-who')).toHaveText(/^3 of 4.threads$/);
  await write(page);

  const whole = jsonLines(all);
  const rows = jsonLines(part);
  expect(names(whole)).toContain('poller');
  expect(names(rows)).not.toContain('poller');
  expect(names(rows)).toContain('count-0');
  const reach = (of: readonly Row[]) => {
    const starts = of.map((row) => Number(row.start_s));
    const ends = of.map((row) => Number(row.start_s) + Number(row.hold_s));
    return Math.max(...ends) - Math.min(...starts);
  };
  // A fifth of the timeline was selected.
  expect(reach(rows)).toBeGreaterThan(0);
  expect(reach(rows)).toBeLessThan(reach(whole) * 0.3);

  await page.getByTestId('export-open').click();
  await page.getByTestId('export-none').click();
  await expect(page.getByTestId('export-start')).toBeDisabled();
  await expect(page.getByTestId('export')).toContainText('Choose at least one thread');
});

test('what is there is replaced only when the user says so; a bad place is told', async ({
  page,
  served,
  recording,
}) => {
  await openRecording(page, keep(served, recording('turns'), 'turns'));
  const path = join(served.folder, 'report.md');
  writeFileSync(path, 'mine');
  await ask(page, { format: 'md', path });
  await page.getByTestId('export-start').click();
  await page.getByTestId('confirm').getByRole('button', { name: 'Cancel' }).click();
  expect(readFileSync(path, 'utf8')).toBe('mine');
  await page.getByTestId('export-start').click();
  await page.getByTestId('confirm-yes').click();
  await expect(note(page)).toHaveAttribute('data-state', 'done');
  await expect(page.getByTestId('export-done')).toHaveText(path);
  expect(readFileSync(path, 'utf8')).toContain('turns.py');

  await ask(page, { format: 'md', path: join(served.folder, 'nowhere', 'report.md') });
  await page.getByTestId('export-start').click();
  await expect(page.getByTestId('export-error')).toContainText('there is no folder');
  await page.getByTestId('export-path').fill('report.md');
  await page.getByTestId('export-start').click();
  await expect(page.getByTestId('export-error')).toContainText('not a whole path');
  // Somebody's folder with other things in it is left alone, whatever is said.
  const other = join(served.folder, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'mine.txt'), 'mine');
  await page.getByTestId('format-csv').check();
  await page.getByTestId('export-path').fill(other);
  await page.getByTestId('export-start').click();
  await page.getByTestId('confirm-yes').click();
  await expect(page.getByTestId('export-error')).toContainText('holds other things');
  expect(readdirSync(other)).toEqual(['mine.txt']);
});

test('what cannot be says why; format and folder are remembered; the Library exports too', async ({
  page,
  served,
  recording,
}) => {
  await openRecording(page, keep(served, recording('turns'), 'turns'));
  await page.keyboard.press('Control+e');
  const collapsed = page.getByTestId('format-collapsed');
  await expect(collapsed).toBeDisabled();
  await expect(collapsed).toHaveAccessibleDescription(/No calls were traced/);
  const folder = join(served.folder, 'exports');
  mkdirSync(folder);
  await page.getByTestId('format-arrow').check();
  await page.getByTestId('export-browse').click();
  await page.getByTestId('files-path').fill(folder);
  await page.getByTestId('files-path').press('Enter');
  await page.getByTestId('files-name').fill('first');
  await page.getByTestId('files-pick').click();
  await expect(page.getByTestId('export-path')).toHaveValue(join(folder, 'first'));
  await write(page);
  expect(existsSync(join(folder, 'first', 'holds.arrow'))).toBe(true);

  await page.getByTestId('page-library').click();
  await page.getByRole('button', { name: 'More on turns.py' }).click();
  await page.getByTestId('menu-export').click();
  await expect(page.getByTestId('format-arrow')).toBeChecked();
  await expect(page.getByTestId('export-path')).toHaveValue(
    new RegExp(`^${folder}/turns\\.py-wakes-100-[\\d-]+-arrow$`),
  );
  await page.getByTestId('export-table').selectOption('waits');
  await expect(page.getByTestId('export-path')).toHaveValue(/-\d+-waits\.arrow$/);
});

test('a recording that goes on is exported up to now', async ({ page, served }) => {
  // Its main thread sleeps and wakes until there is that file.
  const end = join(served.folder, 'end');
  await launchProgram(page, [program('forks.py'), '0', end]);
  await expect(sessionState(page)).toHaveAccessibleName('recording');
  await expect(page.getByTestId('events')).toHaveText(/^[1-9]/);
  const path = join(served.folder, 'holds.jsonl');
  await ask(page, { format: 'jsonl', table: 'holds', path });
  await expect(page.getByTestId('export')).toContainText('so far');
  await write(page);
  const rows = jsonLines(path);
  expect(names(rows)).toEqual(['MainThread']);
  await expect(sessionState(page)).toHaveAccessibleName('recording');
  writeFileSync(end, '');
  await expect(sessionState(page)).toHaveAccessibleName('exit 0');
  const [main] = summary(served).processes[0].threads;
  expect(sum(rows, 'hold_s')).toBeLessThan(main.held_s);
  expect(rows.length).toBeLessThanOrEqual(main.takes);
});

test('a long one shows how far it is and is cancelled, and nothing of it is left', async ({ page, served }) => {
  const path = join(served.folder, 'long.gilscope');
  await writeLongRecording(path, 600_000);
  await page.getByTestId('open-file').click();
  await page.getByTestId('files-path').fill(path);
  await page.getByTestId('files-path').press('Enter');
  await settled(page);
  const before = readdirSync(served.folder);
  await ask(page, { format: 'jsonl', path: join(served.folder, 'tables') });
  await page.getByTestId('export-start').click();
  await expect(note(page)).toHaveAttribute('data-state', 'running');
  await expect(page.getByRole('progressbar')).toHaveAttribute('aria-valuenow', /^0\.\d*[1-9]/);
  await page.getByTestId('export-cancel').click();
  await expect(page.getByTestId('toast')).toContainText('Export cancelled');
  await expect(note(page)).toHaveCount(0);
  expect(readdirSync(served.folder)).toEqual(before);
});
