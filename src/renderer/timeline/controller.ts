/**
 * Joins the view store, the session, the engine's answers and the canvases. React (index.tsx, parts/) gives it elements
 * and sizes and reads `shown`; gestures.ts and keys.ts move it. It draws at most once a frame and only the layers that changed.
 */
import { createStore } from 'zustand/vanilla';
import type { Ns, SessionInfo, Settings, ThreadIdx } from '../../shared/contract/types.ts';
import { useSessions } from '../store/sessions.ts';
import { viewStore, type Folds, type Range, type ViewState } from '../store/view.ts';
import type { Theme } from '../../shared/draw/colours.ts';
import { Painter, type Elements, type Size } from './painter.ts';
import { DetailsCache } from './details.ts';
import { followRange, isLive, limitEnd, rangeOnChange, fitAll, toldUntil } from './model/follow.ts';
import { fetchWindow, FLAME_PAGE, MOST_FLAMES, pageOfThreads } from './model/fetchWindow.ts';
import { gilsInView } from './model/gilsInView.ts';
import { EMPTY_HISTORY, goBack, goForward, recordFollow, recordMove } from './model/history.ts';
import type { Hover } from './model/hit.ts';
import { pinnedRows, planRows, samePlan, visibleRows, type PinnedRows, type Row, type RowPlan } from './model/rows.ts';
import { between, clampRange, MIN_SPAN, sameRange, zoomAt, type Axis } from '../../shared/draw/scale.ts';
import { FlameSource, type Flames } from './flameSource.ts';
import { FrameScheduler, type Layer } from './scheduler.ts';
import { OverviewSource, TimelineSource, type Kept } from './source.ts';

/** What React shows beside the canvases; a new object at most ten times a second while things move. */
export interface Shown {
  readonly plan: RowPlan;
  readonly pinned: PinnedRows;
  /** Of the rows that scroll. */
  readonly first: number;
  readonly last: number;
  readonly range: Range;
  readonly kept: Kept | null;
  /** The answer the charts show: lags a moment behind `kept` while following. */
  readonly charts: Kept | null;
  readonly width: number;
  readonly error: unknown;
}

const EMPTY_PLAN: RowPlan = { rows: [], height: 0, compact: false, threads: [], flames: [] };
const TELL_EVERY_MS = 100;
const MOTION_MS = 120;
/** Drawing charts anew is the dearest of a live update, and samples come ten a second at most. */
const CHARTS_EVERY_MS = 250;

export class TimelineController {
  readonly sessionId: string;
  readonly details: DetailsCache;
  readonly shown;
  readonly hover = createStore<{ now: Hover | null }>(() => ({ now: null }));
  readonly #source: TimelineSource;
  readonly #flames: FlameSource;
  readonly #overview: OverviewSource;
  readonly #scheduler: FrameScheduler;
  readonly #painter = new Painter();
  #plan = EMPTY_PLAN;
  #folds: Folds = {};
  #laneHeight: Settings['laneHeight'] = 'auto';
  #axis: Axis | null = null;
  #size: Size = { width: 0, height: 0, dpr: 1 };
  #scrollTop = 0;
  #session: SessionInfo | null = null;
  #wasLive = false;
  /** Once it was live and is no more, the view stays where it was left. */
  #left = false;
  #history = EMPTY_HISTORY;
  /** Where an animated move is going; fetched for instead of each step. */
  #aim: Range | null = null;
  #stopMove: (() => void) | null = null;
  #ownMove: 'follow' | 'history' | null = null;
  #toldAt = -Infinity;
  #charts: { kept: Kept | null; at: number } = { kept: null, at: -Infinity };
  #tellTimer: ReturnType<typeof setTimeout> | null = null;
  #cleanup: (() => void)[] = [];

  constructor(sessionId: string) {
    this.sessionId = sessionId;
    this.#source = new TimelineSource(sessionId, () => this.#onReply());
    this.#flames = new FlameSource(sessionId, () => this.#refresh('lanes', 'overlay'));
    this.#overview = new OverviewSource(sessionId, () => this.#scheduler.request('overview'));
    this.details = new DetailsCache(sessionId, () => this.#markIdle());
    this.#scheduler = new FrameScheduler((layers) => this.#draw(layers));
    this.shown = createStore<Shown>(() => this.#snapshot());
  }

  get view(): ViewState {
    return viewStore(this.sessionId).getState();
  }
  get session(): SessionInfo | null {
    return this.#session;
  }
  get live(): boolean {
    return this.#session !== null && isLive(this.#session);
  }
  get plan(): RowPlan {
    return this.#plan;
  }
  get size(): Size {
    return this.#size;
  }
  get scrollTop(): number {
    return this.#scrollTop;
  }
  get kept(): Kept | null {
    return this.#source.best(this.view.range, this.#size.width, this.#visibleThreads());
  }
  get flames(): Flames | null {
    return this.#flames.best(this.view.range, this.#size.width, this.#visibleFlames());
  }
  /** How far the view may go. */
  get limits(): Range {
    if (this.#axis !== null) return this.#axis.limits;
    return { start: 0, end: this.#session === null ? 1e9 : limitEnd(this.#session, this.view.range) };
  }
  /** What the overview spans: all that is recorded, or what the timelines beside this one span too. */
  get all(): Range {
    return this.#axis?.limits ?? { start: 0, end: Math.max(this.#session?.endNs ?? 0, MIN_SPAN) };
  }
  /** Times are told from here. */
  get origin(): Ns {
    return this.#axis?.origin ?? 0;
  }

  start(elements: Elements): void {
    this.#painter.attach(elements);
    this.#cleanup = [
      useSessions.subscribe((state) => this.#onSession(state.byId[this.sessionId] ?? null)),
      viewStore(this.sessionId).subscribe((now, before) => this.#onView(now, before)),
    ];
    this.#onSession(useSessions.getState().byId[this.sessionId] ?? null);
    this.#refresh('lanes', 'overlay', 'overview', 'charts');
  }

  stop(): void {
    for (const clean of this.#cleanup) clean();
    this.#cleanup = [];
    this.#scheduler.stop();
    this.#source.stop();
    this.#flames.stop();
    this.#overview.stop();
    if (this.#tellTimer !== null) clearTimeout(this.#tellTimer);
    this.#tellTimer = null;
  }

  /* What React tells. */

  setTheme(theme: Theme): void {
    this.#painter.setTheme(theme);
    this.#refresh('lanes', 'overlay', 'overview');
  }

  setRows(laneHeight: Settings['laneHeight'], folds: Folds): void {
    this.#laneHeight = laneHeight;
    this.#folds = folds;
    this.#planAgain();
  }

  /** Null: it stands alone, and its axis is its session's. */
  setAxis(axis: Axis | null): void {
    this.#axis = axis;
    this.#refresh('lanes', 'overlay', 'overview');
  }

  resize(size: Size): void {
    const { width, height, dpr } = this.#size;
    if (size.width === width && size.height === height && size.dpr === dpr) return;
    this.#size = size;
    this.#refresh('lanes', 'overlay', 'overview', 'charts');
  }

  scrolled(top: number): void {
    this.#scrollTop = top;
    this.#refresh('lanes', 'overlay');
  }

  /** The charts of this answer are on the page now: they move with the view from here. */
  chartsShown(kept: Kept | null): void {
    this.#painter.chartWindow = kept?.wish.window ?? null;
    this.#painter.placeCharts(this.view.range, this.#size.width);
  }

  setHover(now: Hover | null): void {
    this.hover.setState({ now });
    this.view.setCursor(now === null ? null : now.at);
    this.#scheduler.request('overlay');
  }

  /* Moves. */

  /** Moves the view within its limits. Following goes on only if `keepFollow`. */
  moveTo(range: Range, options: { animate?: boolean; keepFollow?: boolean } = {}): void {
    const to = clampRange(range, this.limits);
    this.#stopMove?.();
    this.#stopMove = null;
    this.#aim = null;
    const keepFollow = options.keepFollow === true;
    const from = this.view.range;
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (options.animate !== true || still || sameRange(from, to)) {
      this.view.setRange(to, { keepFollow });
      return;
    }
    const began = performance.now();
    this.#aim = to;
    this.#want();
    this.#stopMove = this.#scheduler.animate((now) => {
      const part = Math.min(Math.max((now - began) / MOTION_MS, 0), 1);
      if (part === 1) this.#aim = null;
      this.view.setRange(part === 1 ? to : between(from, to, part), { keepFollow });
      return part < 1;
    });
  }

  /** Where moves are reckoned from: the end of a move under way, so that fast key presses add up. */
  get target(): Range {
    return this.#aim ?? this.view.range;
  }

  /** Zooms about `at`; while following about the live edge, which stays in view. */
  zoom(factor: number, at: Ns | null, animate: boolean): void {
    const { target } = this;
    const following = this.view.follow && this.live;
    const about = following
      ? Math.min(target.end, this.#session?.endNs ?? target.end)
      : (at ?? (target.start + target.end) / 2);
    const zoomed = zoomAt(target, about, factor, this.limits);
    const range = following && this.#session !== null ? followRange(zoomed, this.#session.endNs) : zoomed;
    this.moveTo(range, { animate, keepFollow: following });
  }

  fit(): void {
    this.moveTo(this.#axis?.limits ?? fitAll(this.#session?.endNs ?? 0), { animate: true });
  }

  follow(on: boolean): void {
    this.view.setFollow(on);
    if (on && this.live && this.#session !== null) {
      const range = followRange(this.view.range, this.#session.endNs);
      this.#asFollow(range);
    }
  }

  travel(direction: 'back' | 'forward'): void {
    const next = direction === 'back' ? goBack(this.#history) : goForward(this.#history);
    if (next === this.#history || next.now === null) return;
    this.#history = next;
    this.#ownMove = 'history';
    this.view.setRange(next.now);
    this.#ownMove = null;
  }

  refreshOverlay(): void {
    this.#scheduler.request('overlay');
  }

  /* What happens. */

  #onSession(session: SessionInfo | null): void {
    if (session === this.#session) return;
    const before = this.#session;
    this.#session = session;
    if (session === null) return;
    this.#planAgain();
    const changed = before?.endNs !== session.endNs || before.state !== session.state;
    const first = before === null || !isLive(session);
    if (this.view.follow && changed && first && !this.#left) {
      const range = rangeOnChange(session, this.view.range, this.#wasLive);
      if (range !== null) this.#asFollow(range);
    }
    this.#left ||= this.#wasLive && !isLive(session);
    this.#wasLive = isLive(session);
    this.#want();
    this.#scheduler.request('lanes', 'overlay', 'overview');
    this.#markIdle();
  }

  #onReply(): void {
    const { kept, live } = this;
    // The live edge moves with the data, not ahead of it: no empty gap at the right.
    if (live && this.view.follow && kept !== null) this.#asFollow(followRange(this.view.range, toldUntil(kept.reply)));
    this.#refresh('lanes', 'overlay', 'charts');
  }

  #asFollow(range: Range): void {
    if (sameRange(range, this.view.range)) return;
    this.#ownMove = 'follow';
    this.view.setRange(range, { keepFollow: true });
    this.#ownMove = null;
  }

  #onView(now: ViewState, before: ViewState): void {
    if (now.range !== before.range) {
      if (this.#ownMove === 'follow') this.#history = recordFollow(this.#history, now.range);
      else if (this.#ownMove === null) {
        if (this.#history.now === null) this.#history = recordFollow(this.#history, before.range);
        this.#history = recordMove(this.#history, now.range, performance.now());
      }
      this.#refresh('lanes', 'overlay', 'overview', 'charts');
      return;
    }
    if (now.calls !== before.calls) this.#refresh('lanes');
    if (now.thread !== before.thread || now.culprit !== before.culprit) this.#scheduler.request('lanes');
    this.#scheduler.request('overlay');
  }

  #planAgain(): void {
    if (this.#session === null) return;
    const plan = planRows(this.#session, this.#laneHeight, this.#folds);
    if (samePlan(plan, this.#plan)) return;
    this.#plan = plan;
    this.#refresh('lanes', 'overlay');
  }

  /** Draws these layers in the next frame, asks for what the view needs and tells React. */
  #refresh(...layers: Layer[]): void {
    this.#want();
    this.#scheduler.request(...layers);
    this.#tell();
    // At once, not in the next frame: who waits for `data-idle` must not see the idleness before this change.
    this.#markIdle();
  }

  get pinned(): PinnedRows {
    return pinnedRows(this.#plan.rows, this.#size.height);
  }

  #rowsInView(): { first: number; last: number } {
    return visibleRows(this.#plan.rows, this.#scrollTop, this.#scrollTop + this.#size.height, this.pinned);
  }

  /** The threads whose rows of these kinds can be seen, widened to pages of `all`. */
  #threadsInView(all: readonly ThreadIdx[], kinds: readonly Row['kind'][], page?: number): ThreadIdx[] {
    const { first, last } = this.#rowsInView();
    const seen: ThreadIdx[] = [];
    for (let i = first; i <= last; i++) {
      const row = this.#plan.rows[i];
      if ('thread' in row && kinds.includes(row.kind)) seen.push(row.thread);
    }
    if (seen.length === 0) return [];
    return pageOfThreads(all, all.indexOf(seen[0]), all.indexOf(seen.at(-1)!), page);
  }

  #visibleThreads(): ThreadIdx[] {
    return this.#threadsInView(this.#plan.threads, ['thread', 'marks', 'flame']);
  }

  #visibleFlames(): ThreadIdx[] {
    return this.#threadsInView(this.#plan.flames, ['flame'], FLAME_PAGE).slice(0, MOST_FLAMES);
  }

  #want(): void {
    const session = this.#session;
    if (session === null || this.#size.width <= 0 || this.#cleanup.length === 0) return;
    const following = this.view.follow && isLive(session);
    const range = following ? followRange(this.target, session.endNs) : this.target;
    const about = {
      window: fetchWindow(range, this.#size.width, following ? 0 : 1),
      revision: session.revision,
      urgent: !following,
    };
    const { first, last } = this.#rowsInView();
    const gils = gilsInView(this.#plan.rows, first, last, this.pinned);
    this.#source.want({ ...about, threads: this.#visibleThreads(), gils });
    const flames = this.#visibleFlames();
    if (flames.length > 0) this.#flames.want({ ...about, threads: flames, filter: this.view.calls });
    this.#overview.want(Math.round(this.#size.width), session.revision);
  }

  #snapshot(): Shown {
    const { first, last } = this.#rowsInView();
    const kept = this.#size.width > 0 ? this.kept : null;
    const now = performance.now();
    const following = this.live && this.view.follow;
    if (!following || now - this.#charts.at >= CHARTS_EVERY_MS) this.#charts = { kept, at: now };
    return {
      plan: this.#plan,
      pinned: this.pinned,
      first,
      last,
      range: this.view.range,
      kept,
      charts: this.#charts.kept,
      width: this.#size.width,
      error: this.#source.error ?? this.#flames.error,
    };
  }

  #tell(): void {
    if (this.#tellTimer !== null) return;
    const wait = this.#toldAt + TELL_EVERY_MS - performance.now();
    this.#tellTimer = setTimeout(
      () => {
        this.#tellTimer = null;
        this.#toldAt = performance.now();
        this.shown.setState(this.#snapshot(), true);
        this.#markIdle();
      },
      Math.max(0, wait),
    );
  }

  #draw(layers: ReadonlySet<Layer>): void {
    const dpr = window.devicePixelRatio;
    if (dpr !== this.#size.dpr) {
      this.resize({ ...this.#size, dpr });
      return;
    }
    if (this.#session === null || this.#size.width <= 0) {
      this.#markIdle();
      return;
    }
    const { kept } = this;
    this.#painter.paint(layers, {
      size: this.#size,
      scrollTop: this.#scrollTop,
      plan: this.#plan,
      rowsInView: this.#rowsInView(),
      pinned: this.pinned,
      kept,
      flames: this.flames,
      overview: this.#overview.reply,
      session: this.#session,
      view: this.view,
      hover: this.hover.getState().now,
      details: this.details,
      all: this.all,
      origin: this.origin,
    });
    this.#markIdle();
  }

  #markIdle(): void {
    const idle =
      this.#scheduler.idle && this.#source.idle && this.#flames.idle && this.#overview.idle && this.details.idle;
    this.#painter.markIdle(idle && this.#tellTimer === null);
  }
}
