/** The timeline's keyboard: everything the mouse does. Called by index.tsx for keys pressed while the timeline has the focus. */
import type { Range } from '../store/view.ts';
import type { TimelineController } from './controller.ts';
import { callAt, callBeside, type Direction } from './model/flames.ts';

const ZOOM = 0.6;
const STEP = 0.2;

type Action = (controller: TimelineController, scroll: HTMLElement) => void;

function pan(controller: TimelineController, part: number): void {
  const { target } = controller;
  const by = (target.end - target.start) * part;
  controller.moveTo({ start: target.start + by, end: target.end + by }, { animate: true });
}

/** Brings [start, end] into view if it is not. */
function reveal(controller: TimelineController, interval: Range): void {
  const { range } = controller.view;
  const span = range.end - range.start;
  const at = (interval.start + interval.end) / 2;
  if (interval.start >= range.start && interval.end <= range.end) return;
  if (interval.end - interval.start > span && at >= range.start && at <= range.end) return;
  controller.moveTo({ start: at - span / 2, end: at + span / 2 }, { animate: true });
}

/** From the call whose card is open to one beside it. True while there is such a card. */
export function stepCall(controller: TimelineController, direction: Direction): boolean {
  const { call } = controller.view;
  if (call === null) return false;
  const flame = controller.flames?.byThread.get(call.thread);
  const { start, end } = controller.view.range;
  const to = flame === undefined ? null : callBeside(flame, call, direction, (start + end) / 2);
  if (to === null) return true;
  controller.view.pinCall(to);
  // One that reaches into the view can be seen.
  if (to.end <= start || to.start >= end) reveal(controller, to);
  return true;
}

/** C: the outermost call of the marked thread, or of the first that has some, at the cursor or in the middle of the view. */
function pinOutermost(controller: TimelineController): void {
  const { view, plan } = controller;
  const thread = view.thread !== null && plan.flames.includes(view.thread) ? view.thread : plan.flames[0];
  const flame = thread === undefined ? undefined : controller.flames?.byThread.get(thread);
  if (flame === undefined) return;
  const { start, end } = view.range;
  const at = view.cursor ?? (start + end) / 2;
  const call = callAt(flame, 0, at, end - start);
  if (call === null) return;
  view.markThread(call.thread);
  view.pinCall(call);
}

/** Left and right: the neighbour of the pinned interval or call, else a step of the view. */
async function step(controller: TimelineController, direction: 'previous' | 'next'): Promise<void> {
  if (stepCall(controller, direction)) return;
  const { pinned } = controller.view;
  if (pinned === null) {
    pan(controller, direction === 'next' ? STEP : -STEP);
    return;
  }
  const details = await controller.details.ask(pinned.thread, pinned.at, AbortSignal.timeout(5000));
  const to = details?.[direction] ?? null;
  if (to !== null) goTo(controller, pinned.thread, to);
}

/** Pins an interval and brings it into view if it is not. */
export function goTo(controller: TimelineController, thread: number, interval: { start: number; end: number }): void {
  const { view } = controller;
  const at = (interval.start + interval.end) / 2;
  view.pin({ thread, at });
  view.markThread(thread);
  reveal(controller, interval);
}

/**
 * Up and down: the next lane, scrolled into view; a pinned card goes along to what that thread does then. From a call to who called it,
 * and to what it called.
 */
function stepThread(controller: TimelineController, scroll: HTMLElement, by: number): void {
  if (stepCall(controller, by < 0 ? 'caller' : 'callee')) return;
  const { threads, rows } = controller.plan;
  if (threads.length === 0) return;
  const { view } = controller;
  const now = view.thread === null ? -1 : threads.indexOf(view.thread);
  const next = now < 0 ? (by > 0 ? 0 : threads.length - 1) : Math.min(Math.max(now + by, 0), threads.length - 1);
  const thread = threads[next];
  view.markThread(thread);
  if (view.pinned !== null) view.pin({ thread, at: view.pinned.at });
  const row = rows.find((r) => r.kind === 'thread' && r.thread === thread);
  if (row === undefined) return;
  const { height } = controller.pinned;
  if (row.top < scroll.scrollTop + height) scroll.scrollTop = row.top - height;
  else if (row.top + row.height > scroll.scrollTop + scroll.clientHeight)
    scroll.scrollTop = row.top + row.height - scroll.clientHeight;
}

/** Enter: the details of what the marked thread does at the cursor, or in the middle of the view. */
function pinMarked(controller: TimelineController): void {
  const { view } = controller;
  const thread = view.thread ?? controller.plan.threads[0];
  if (thread === undefined) return;
  view.markThread(thread);
  view.pin({ thread, at: view.cursor ?? (view.range.start + view.range.end) / 2 });
}

function escape(controller: TimelineController): void {
  const { view } = controller;
  if (view.pinned !== null || view.call !== null) view.pin(null);
  else if (view.selection !== null) view.select(null);
  else view.markThread(null);
}

function toEdge(controller: TimelineController, edge: 'start' | 'end'): void {
  const { target, limits } = controller;
  const span = target.end - target.start;
  if (edge === 'end' && controller.live) {
    controller.follow(true);
    return;
  }
  const { start, end } = limits;
  controller.moveTo(edge === 'start' ? { start, end: start + span } : { start: end - span, end }, { animate: true });
}

const ACTIONS: Readonly<Record<string, Action>> = {
  w: (c) => c.zoom(ZOOM, c.view.cursor, true),
  s: (c) => c.zoom(1 / ZOOM, c.view.cursor, true),
  '+': (c) => c.zoom(ZOOM, null, true),
  '=': (c) => c.zoom(ZOOM, null, true),
  '-': (c) => c.zoom(1 / ZOOM, null, true),
  a: (c) => pan(c, -STEP),
  d: (c) => pan(c, STEP),
  ArrowLeft: (c) => void step(c, 'previous').catch(() => undefined),
  ArrowRight: (c) => void step(c, 'next').catch(() => undefined),
  ArrowUp: (c, scroll) => stepThread(c, scroll, -1),
  ArrowDown: (c, scroll) => stepThread(c, scroll, 1),
  PageUp: (_, scroll) => scroll.scrollBy(0, -scroll.clientHeight * 0.9),
  PageDown: (_, scroll) => scroll.scrollBy(0, scroll.clientHeight * 0.9),
  Enter: pinMarked,
  c: pinOutermost,
  Home: (c) => toEdge(c, 'start'),
  End: (c) => toEdge(c, 'end'),
  f: (c) => c.live && c.follow(!c.view.follow),
  '0': (c) => c.fit(),
  z: (c) => c.view.selection !== null && c.moveTo(c.view.selection, { animate: true }),
  Escape: escape,
  Backspace: (c) => c.travel('back'),
  'Alt+ArrowLeft': (c) => c.travel('back'),
  'Alt+ArrowRight': (c) => c.travel('forward'),
};

/** True when the key was the timeline's. */
export function handleKey(event: KeyboardEvent, controller: TimelineController, scroll: HTMLElement): boolean {
  if (event.ctrlKey || event.metaKey) return false;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const action = ACTIONS[event.altKey ? `Alt+${key}` : key];
  if (action === undefined) return false;
  action(controller, scroll);
  return true;
}
