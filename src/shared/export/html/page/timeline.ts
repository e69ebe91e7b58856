/**
 * The timeline of a report: lanes on a canvas by the functions that draw the window's, cores as SVG; moved by mouse, touch and keyboard. Says its
 * range in `data-start` and `data-end` (ns).
 */
import { inkOn, threadColour, type Theme } from '../../../draw/colours.ts';
import { drawBinLane } from '../../../draw/bins.ts';
import { anchorTextures, makeInk, type Ink } from '../../../draw/ink.ts';
import { drawRawLane } from '../../../draw/lane.ts';
import {
  makeScale,
  nsPerPx,
  panBy,
  span,
  toNs,
  toPx,
  zoomAt,
  type Range,
  type TimeScale,
} from '../../../draw/scale.ts';
import { drawStrip } from '../../../draw/strip.ts';
import type { SvgNode } from '../../../draw/svg.ts';
import { rulerTicks } from '../../../draw/ticks.ts';
import { coreNodes } from '../../../figure/cores.ts';
import { TOKENS } from '../../../figure/palette.ts';
import { formatNs } from '../../../pageFormat.ts';
import { groupSize } from '../coarser.ts';
import type { ReportData } from '../data.ts';
import { laneAt, rowsOf, stripAt, tipOf, windowOf, type Row, type Rows } from './rows.ts';

/** CSS pixels. */
const RULER = 24;
const BAR = 15;
const TICKS = 110;
const ZOOM = 1.5;
const PAN = 0.15;
/** How far beside a tick the pointer may be. */
const NEAR = 3;

function element(tag: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** Without the figure's clip: the page's own drawing ends at its edge. */
function toDom({ tag, attributes, children }: SvgNode): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes))
    if (name !== 'clip-path') made.setAttribute(name, String(value));
  for (const child of children) made.append(typeof child === 'string' ? child : toDom(child));
  return made;
}

export class Timeline {
  private readonly rows: Rows;
  private readonly limits: Range;
  private range: Range;
  private readonly plot = element('div', 'plot');
  private readonly canvas = document.createElement('canvas');
  private readonly chart = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  private readonly tip = element('div', '');
  private readonly swatches: [swatch: HTMLElement, slot: number][] = [];
  private asked = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly data: ReportData,
    private readonly isDark: () => boolean,
  ) {
    this.rows = rowsOf(data, RULER);
    this.limits = { start: data.start, end: data.end };
    this.range = this.limits;
    this.tip.id = 'tip';
    this.plot.tabIndex = 0;
    this.plot.setAttribute('role', 'application');
    this.plot.setAttribute('aria-label', 'Timeline. Plus and minus zoom, the arrow keys pan, 0 shows all.');
    this.plot.append(this.canvas, this.chart);
    root.querySelector('#lanes')?.replaceChildren(this.labels(), this.plot);
    document.body.append(this.tip);
    this.listen();
    new ResizeObserver(() => this.redraw()).observe(this.plot);
    this.redraw();
  }

  /** At the next frame. */
  redraw(): void {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.draw();
    });
  }

  private labels(): HTMLElement {
    const labels = element('div', 'labels');
    const ruler = element('div', 'label');
    ruler.style.height = `${RULER}px`;
    labels.append(ruler);
    for (const row of this.rows.rows) {
      const label = element('div', 'label');
      label.style.height = `${row.height}px`;
      if (row.kind === 'thread') {
        const swatch = element('i', '');
        this.swatches.push([swatch, this.slot(row.thread)]);
        label.append(swatch);
      }
      const name = element('span', '', row.name);
      name.dir = 'auto';
      name.title = row.name;
      label.append(name);
      labels.append(label);
    }
    return labels;
  }

  private slot(thread: number): number {
    return this.data.threads[thread]?.[1] ?? 0;
  }

  private get scale(): TimeScale {
    return makeScale(this.range, Math.max(1, this.plot.clientWidth));
  }

  private show(range: Range): void {
    this.range = range;
    this.redraw();
  }

  private zoom(factor: number, at = (this.range.start + this.range.end) / 2): void {
    this.show(zoomAt(this.range, at, factor, this.limits));
  }

  private pan(part: number): void {
    this.show(panBy(this.range, part * span(this.range), this.limits));
  }

  /** Whether the key, or button, is one of ours. */
  private act(key: string): boolean {
    const actions: Readonly<Record<string, () => void>> = {
      in: () => this.zoom(1 / ZOOM),
      out: () => this.zoom(ZOOM),
      all: () => this.show(this.limits),
      left: () => this.pan(-PAN),
      right: () => this.pan(PAN),
    };
    const names: Readonly<Record<string, string>> = {
      ...{ '+': 'in', '=': 'in', w: 'in', '-': 'out', s: 'out', '0': 'all', Home: 'all' },
      ...{ ArrowLeft: 'left', a: 'left', ArrowRight: 'right', d: 'right' },
    };
    const action = actions[names[key] ?? key];
    action?.();
    return action !== undefined;
  }

  private listen(): void {
    const { plot } = this;
    for (const button of this.root.querySelectorAll<HTMLElement>('[data-do]'))
      button.addEventListener('click', () => this.act(button.dataset.do ?? ''));
    plot.addEventListener('keydown', (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.altKey && this.act(event.key)) event.preventDefault();
    });
    plot.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    plot.addEventListener('pointerdown', (event) => plot.setPointerCapture(event.pointerId));
    plot.addEventListener('pointermove', (event) => {
      if (plot.hasPointerCapture(event.pointerId))
        this.show(panBy(this.range, -event.movementX * nsPerPx(this.scale), this.limits));
      this.point(event);
    });
    plot.addEventListener('pointerleave', () => (this.tip.style.display = 'none'));
  }

  /** The page scrolls by the wheel until the timeline was clicked. */
  private wheel(event: WheelEvent): void {
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (!sideways && !event.ctrlKey && document.activeElement !== this.plot) return;
    event.preventDefault();
    const { scale } = this;
    if (sideways) this.show(panBy(this.range, event.deltaX * nsPerPx(scale), this.limits));
    else this.zoom(2 ** (event.deltaY / 300), toNs(scale, event.clientX - this.plot.getBoundingClientRect().left));
  }

  private point(event: PointerEvent): void {
    const { left, top } = this.plot.getBoundingClientRect();
    const y = event.clientY - top;
    const row = this.rows.rows.find((one) => y >= one.top && y < one.top + one.height);
    this.tip.style.display = row === undefined ? 'none' : 'block';
    if (row === undefined) return;
    const { scale } = this;
    const at = toNs(scale, event.clientX - left);
    const lines = tipOf(row, at, NEAR * nsPerPx(scale), this.data, this.rows.cores);
    this.tip.replaceChildren(
      element('b', '', row.name),
      ...lines.map((line) => element('div', '', line)),
      element('div', 'muted', `at ${formatNs(at)}`),
    );
    const { offsetWidth, offsetHeight } = this.tip;
    this.tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - offsetWidth - 8))}px`;
    this.tip.style.top = `${Math.max(4, Math.min(event.clientY + 16, innerHeight - offsetHeight - 8))}px`;
  }

  private draw(): void {
    const { plot, canvas, rows, range } = this;
    const { height } = rows;
    const width = plot.clientWidth;
    const ctx = canvas.getContext('2d');
    if (ctx === null || width === 0) return;
    const dpr = Math.max(1, devicePixelRatio);
    plot.style.height = `${height}px`;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * dpr);
    canvas.height = Math.round(height * dpr);
    const theme: Theme = this.isDark() ? 'dark' : 'light';
    const tokens = getComputedStyle(document.documentElement);
    const ink = makeInk(ctx, (name) => tokens.getPropertyValue(name).trim(), dpr, theme === 'dark');
    const scale = makeScale(range, canvas.width);
    ctx.fillStyle = ink.bg;
    ctx.fillRect(0, 0, canvas.width, canvas.height);
    anchorTextures(ink, toPx(scale, 0), 0);
    this.drawRuler(ctx, scale, dpr, ink);
    ctx.textBaseline = 'middle';
    ctx.font = ink.font;
    const binsPerPx = (this.data.bins * span(range)) / span(this.limits) / width;
    for (const row of rows.rows) this.drawRow(ctx, row, scale, dpr, groupSize(binsPerPx), theme, ink);
    this.drawCores(width, theme);
    for (const [swatch, slot] of this.swatches) swatch.style.background = threadColour(slot, theme);
    const text = this.root.querySelector('#range');
    if (text !== null) text.textContent = `${formatNs(range.start)} to ${formatNs(range.end)}`;
    this.root.dataset.start = String(range.start);
    this.root.dataset.end = String(range.end);
  }

  private drawRuler(ctx: CanvasRenderingContext2D, scale: TimeScale, dpr: number, ink: Ink): void {
    const { ticks } = rulerTicks(scale.start, scale.end, scale.width / dpr, TICKS);
    const hair = Math.max(1, Math.round(dpr));
    ctx.font = ink.font.replace('600', '400');
    ctx.textBaseline = 'middle';
    for (const { at, label } of ticks) {
      const x = Math.round(toPx(scale, at));
      ctx.fillStyle = ink.line;
      ctx.fillRect(x, 0, hair, ctx.canvas.height);
      ctx.fillStyle = ink.muted;
      ctx.fillText(label, x + 5 * dpr, (RULER / 2) * dpr);
    }
  }

  private drawRow(
    ctx: CanvasRenderingContext2D,
    row: Row,
    scale: TimeScale,
    dpr: number,
    size: number,
    theme: Theme,
    ink: Ink,
  ): void {
    const hair = Math.max(1, Math.round(dpr));
    ctx.fillStyle = ink.line;
    ctx.fillRect(0, Math.round(row.top * dpr), scale.width, hair);
    const bar = { top: Math.round((row.top + (row.height - BAR) / 2) * dpr), height: Math.round(BAR * dpr), dpr };
    const window = windowOf(this.data, size);
    if (row.kind === 'gil') {
      const colourOf = (thread: number) => threadColour(this.slot(thread), theme);
      drawStrip(ctx, stripAt(row.strip, size), window, scale, bar, colourOf);
    }
    if (row.kind !== 'thread') return;
    const colour = threadColour(this.slot(row.thread), theme);
    const style = { colour, inkOnColour: inkOn(colour), estimated: row.estimated };
    const lane = laneAt(row.lane, size);
    if (lane.form === 'raw') drawRawLane(ctx, lane, scale, bar, style, ink);
    else drawBinLane(ctx, lane, window, scale, bar, style, ink);
  }

  private drawCores(width: number, theme: Theme): void {
    const { chart, rows } = this;
    chart.setAttribute('width', String(width));
    chart.setAttribute('height', String(rows.height));
    const scale = makeScale(this.range, width);
    chart.replaceChildren(
      ...rows.rows.flatMap((row) =>
        row.kind === 'core' ? coreNodes(rows.cores, row.core, scale, row, TOKENS[theme]).map(toDom) : [],
      ),
    );
  }
}
