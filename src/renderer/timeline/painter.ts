/**
 * The canvases and the few elements that move with the view: sizes them to device pixels and calls the pure drawing
 * functions of draw/. Owned by the controller; holds no state of the session.
 */
import type { FunctionInfo } from '../../shared/contract/functions.ts';
import type { Ns, OverviewReply, ProcIdx, SessionInfo, ThreadIdx } from '../../shared/contract/types.ts';
import { threadSlots } from '../store/sessions.ts';
import type { Range, ViewState } from '../store/view.ts';
import { inkOn, threadColour, type Theme } from '../../shared/draw/colours.ts';
import { functionColour } from '../theme/functionColours.ts';
import type { DetailsCache } from './details.ts';
import { drawPicture, drawRuler, type ThreadLook } from './draw/frame.ts';
import { makeInk, type Ctx, type Ink } from '../../shared/draw/ink.ts';
import type { Life } from './draw/life.ts';
import { drawOverlay } from './draw/overlay.ts';
import { outlines } from './outlines.ts';
import { drawOverview } from '../../shared/draw/strip.ts';
import { isLive } from './model/follow.ts';
import type { FetchWindow } from './model/fetchWindow.ts';
import type { PinnedRows, RowPlan } from './model/rows.ts';
import type { Hover } from './model/hit.ts';
import { makeScale, toPx, type TimeScale } from '../../shared/draw/scale.ts';
import { rulerTicks } from '../../shared/draw/ticks.ts';
import { processState } from './model/tree.ts';
import type { Layer } from './scheduler.ts';
import type { Flames } from './flameSource.ts';
import type { Kept } from './source.ts';

export interface Elements {
  readonly root: HTMLElement;
  readonly lanes: HTMLCanvasElement;
  readonly ruler: HTMLCanvasElement;
  readonly overlay: HTMLCanvasElement;
  readonly overview: HTMLCanvasElement;
  readonly frame: HTMLElement;
}

/** The plot area beside the labels and below the ruler, in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
  readonly dpr: number;
}

export interface Scene {
  readonly size: Size;
  readonly scrollTop: number;
  readonly plan: RowPlan;
  readonly rowsInView: { first: number; last: number };
  readonly pinned: PinnedRows;
  readonly kept: Kept | null;
  readonly flames: Flames | null;
  readonly overview: OverviewReply | null;
  readonly session: SessionInfo;
  readonly view: ViewState;
  readonly hover: Hover | null;
  readonly details: DetailsCache;
  /** What the overview spans. */
  readonly all: Range;
  /** Where the ruler begins to count. */
  readonly origin: Ns;
}

/** CSS pixels; timeline.css says the same. */
export const OVERVIEW_HEIGHT = 34;
export const RULER_HEIGHT = 24;
const TICK_SPACING = 96;
/** The frame on the overview stays large enough to be grabbed. */
const LEAST_FRAME = 8;

/** Sizes a canvas to device pixels; true when that cleared it. */
function fitCanvas(canvas: HTMLCanvasElement, width: number, height: number, dpr: number): void {
  const [w, h] = [Math.max(1, Math.round(width * dpr)), Math.max(1, Math.round(height * dpr))];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  const style = { width: `${w / dpr}px`, height: `${h / dpr}px` };
  if (canvas.style.width !== style.width || canvas.style.height !== style.height) Object.assign(canvas.style, style);
}

export class Painter {
  /** The window of the charts that are on the page. */
  chartWindow: FetchWindow | null = null;
  #elements: Elements | null = null;
  #theme: Theme = 'dark';
  #ink: Ink | null = null;
  #inkDpr = 0;

  attach(elements: Elements): void {
    this.#elements = elements;
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.#ink = null;
  }

  markIdle(idle: boolean): void {
    const data = this.#elements?.root.dataset;
    if (data !== undefined && data.idle !== String(idle)) data.idle = String(idle);
  }

  paint(layers: ReadonlySet<Layer>, scene: Scene): void {
    const elements = this.#elements;
    const ctx = elements?.lanes.getContext('2d', { alpha: false }) ?? null;
    if (elements === null || ctx === null) return;
    const { dpr, width } = scene.size;
    const ink = this.#inkFor(ctx, dpr);
    const scale = makeScale(scene.view.range, width * dpr);
    if (layers.has('charts')) this.placeCharts(scene.view.range, width);
    if (layers.has('lanes')) this.#paintLanes(elements, ctx, scene, scale, ink);
    if (layers.has('overlay')) this.#paintOverlay(elements, scene, scale, ink);
    if (layers.has('overview')) this.#paintOverview(elements, scene, ink);
    const { root } = elements;
    root.dataset.rangeStart = String(scene.view.range.start);
    root.dataset.rangeEnd = String(scene.view.range.end);
    root.dataset.drawnRevision = String(scene.kept?.wish.revision ?? -1);
  }

  /** Charts are drawn for the fetched window and moved by CSS: panning costs them nothing. */
  placeCharts(range: Range, width: number): void {
    const root = this.#elements?.root;
    const shown = this.chartWindow;
    if (root === undefined || shown === null || width <= 0) return;
    const scale = makeScale(range, width);
    const left = toPx(scale, shown.start);
    root.style.setProperty('--tl-chart-x', `${left}px`);
    root.style.setProperty('--tl-chart-k', String((toPx(scale, shown.end) - left) / shown.px));
  }

  #inkFor(ctx: Ctx, dpr: number): Ink {
    if (this.#ink === null || this.#inkDpr !== dpr) {
      const style = getComputedStyle(document.documentElement);
      this.#ink = makeInk(ctx, (name) => style.getPropertyValue(name).trim(), dpr, this.#theme === 'dark');
      this.#inkDpr = dpr;
    }
    return this.#ink;
  }

  /** Colour and texture of a thread; asked for a few hundred times a frame, so kept for the frame. */
  #looks(session: SessionInfo): (thread: ThreadIdx) => ThreadLook {
    const slots = threadSlots(session.id);
    const looks = new Map<ThreadIdx, ThreadLook>();
    return (thread) => {
      let look = looks.get(thread);
      if (look === undefined) {
        const colour = threadColour(slots[thread] ?? 0, this.#theme);
        const process = session.threads[thread]?.process ?? 0;
        look = { colour, inkOnColour: inkOn(colour), estimated: session.processes[process]?.engine === 'estimated' };
        looks.set(thread, look);
      }
      return look;
    };
  }

  readonly #colourOf = (fn: FunctionInfo): string => functionColour(fn, this.#theme);

  #paintLanes(elements: Elements, ctx: Ctx, scene: Scene, scale: TimeScale, ink: Ink): void {
    const { size, kept, session, view } = scene;
    fitCanvas(elements.lanes, size.width, size.height, size.dpr);
    fitCanvas(elements.ruler, size.width, RULER_HEIGHT, size.dpr);
    const ticks = rulerTicks(view.range.start, view.range.end, size.width, TICK_SPACING, scene.origin);
    const { first, last } = scene.rowsInView;
    drawPicture(ctx, {
      scale,
      height: elements.lanes.height,
      dpr: size.dpr,
      ink,
      ticks,
      rows: scene.plan.rows.slice(first, last + 1),
      scrollTop: scene.scrollTop,
      pinned: { rows: scene.plan.rows.slice(0, scene.pinned.count), height: scene.pinned.height },
      reply: kept?.reply ?? null,
      lanes: kept?.lanes ?? new Map(),
      strips: kept?.strips ?? new Map(),
      marks: kept?.marks ?? new Map(),
      flames: scene.flames?.byThread ?? new Map(),
      colourOf: this.#colourOf,
      lookOf: this.#looks(session),
      lifeOf: (process) => lifeOf(session, process),
      // Live, what is drawn ends where the answer ends.
      endNs: isLive(session) && kept !== null ? kept.reply.endNs : session.endNs,
      marked: [view.thread, view.culprit],
    });
    const ruler = elements.ruler.getContext('2d', { alpha: false });
    if (ruler !== null) drawRuler(ruler, ticks, scale, { height: elements.ruler.height, dpr: size.dpr }, ink);
  }

  #paintOverlay(elements: Elements, scene: Scene, scale: TimeScale, ink: Ink): void {
    const { size, view } = scene;
    fitCanvas(elements.overlay, size.width, size.height + RULER_HEIGHT, size.dpr);
    const ctx = elements.overlay.getContext('2d');
    if (ctx === null) return;
    drawOverlay(ctx, {
      scale,
      height: elements.overlay.height,
      ruler: Math.round(RULER_HEIGHT * size.dpr),
      dpr: size.dpr,
      ink,
      cursor: view.cursor,
      origin: scene.origin,
      selection: view.selection,
      outlines: outlines(scene, RULER_HEIGHT),
    });
    elements.root.dataset.cursor = view.cursor === null ? '' : String(view.cursor);
  }

  #paintOverview(elements: Elements, scene: Scene, ink: Ink): void {
    const { size, session, view } = scene;
    const { dpr, width } = size;
    fitCanvas(elements.overview, width, OVERVIEW_HEIGHT, dpr);
    const ctx = elements.overview.getContext('2d', { alpha: false });
    if (ctx === null) return;
    const scale = makeScale(scene.all, width * dpr);
    const looks = this.#looks(session);
    const box = { height: elements.overview.height, dpr };
    drawOverview(ctx, scene.overview, scale, view.range, box, (t) => looks(t).colour, ink);
    const css = makeScale(scene.all, width);
    const left = Math.min(Math.max(toPx(css, view.range.start), 0), width - LEAST_FRAME);
    const right = Math.min(toPx(css, view.range.end), width);
    elements.frame.style.transform = `translateX(${left}px)`;
    elements.frame.style.width = `${Math.max(right - left, LEAST_FRAME)}px`;
  }
}

function lifeOf(session: SessionInfo, idx: ProcIdx): Life | null {
  const process = session.processes[idx];
  if (process === undefined) return null;
  const { bornNs, endedNs } = process;
  return { bornNs, endedNs, bad: processState(process, false).tone === 'bad' };
}
