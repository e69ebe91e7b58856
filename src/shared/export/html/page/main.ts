/** The script of a report: the timeline that can be moved, and light or dark. All text it shows is set as text. */
import type { ReportData } from '../data.ts';
import { Timeline } from './timeline.ts';

const root = document.documentElement;
const isDark = (): boolean =>
  root.dataset.theme === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : root.dataset.theme === 'dark';

const data = JSON.parse(document.getElementById('data')?.textContent ?? '') as ReportData;
root.classList.add('js');
const timeline = new Timeline(document.getElementById('timeline')!, data, isDark);

document.getElementById('theme')?.addEventListener('click', () => {
  root.dataset.theme = isDark() ? 'light' : 'dark';
  timeline.redraw();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => timeline.redraw());
