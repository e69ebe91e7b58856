/**
 * Mouse, wheel and touchpad on the timeline. Attached once to the root; what a gesture means depends on where it begins:
 * ruler pans, lanes select a range (middle button or space: pan), overview moves or resizes its frame.
 */
import type { TimelineController } from './controller.ts';
import { hitAt } from './pointer.ts';
import { RULER_HEIGHT } from './painter.ts';
import { clampRange, makeScale, nsPerPx, toNs, toPx } from '../../shared/draw/scale.ts';
import { viewStore, type Range } from '../store/view.ts';

export interface GestureElements {
  readonly root: HTMLElement;
  readonly ruler: HTMLElement;
  readonly scroll: HTMLElement;
  readonly overview: HTMLElement;
}

/** Below this many CSS pixels a press is a click. */
const DRAG_FROM = 4;
/** A notch of the wheel (100 px) zooms by about a quarter; a pinch sends smaller steps, each counting for more. */
const ZOOM_PER_PX = 0.0022;
const PINCH_PER_PX = 0.012;
const LINE_PX = 18;
/** How near an edge of the overview's frame is its handle. */
const HANDLE = 6;

type Drag = (x: number, y: number, event: PointerEvent) => void;

/** Follows the pointer from a press to its end, wherever it goes; Escape does not end it, losing the pointer does. */
function track(target: HTMLElement, press: PointerEvent, move: Drag, done: (moved: boolean) => void): void {
  target.setPointerCapture(press.pointerId);
  let moved = false;
  const onMove = (event: PointerEvent) => {
    if (event.pointerId !== press.pointerId) return;
    moved ||= Math.hypot(event.clientX - press.clientX, event.clientY - press.clientY) >= DRAG_FROM;
    if (moved) move(event.clientX, event.clientY, event);
  };
  const end = (event: PointerEvent) => {
    if (event.pointerId !== press.pointerId) return;
    target.removeEventListener('pointermove', onMove);
    target.removeEventListener('pointerup', end);
    target.removeEventListener('pointercancel', end);
    done(moved);
  };
  target.addEventListener('pointermove', onMove);
  target.addEventListener('pointerup', end);
  target.addEventListener('pointercancel', end);
}

/** @param pageScrolls the wheel over lanes is the page's, also where they do not overflow */
export function attachGestures(
  elements: GestureElements,
  controller: TimelineController,
  pageScrolls: boolean,
): () => void {
  const { root, ruler, scroll, overview } = elements;
  const abort = new AbortController();
  const { signal } = abort;
  let space = false;

  const plotX = (clientX: number) => clientX - ruler.getBoundingClientRect().left;
  const timeAt = (clientX: number) => toNs(makeScale(controller.view.range, controller.size.width), plotX(clientX));
  const inPlot = (clientX: number) => {
    const x = plotX(clientX);
    return x >= 0 && x <= controller.size.width;
  };
  const pan = (target: HTMLElement, press: PointerEvent) => {
    const from = controller.view.range;
    const perPx = nsPerPx(makeScale(from, controller.size.width));
    const top = scroll.scrollTop;
    root.classList.add('tl--panning');
    const move: Drag = (x, y) => {
      const by = (press.clientX - x) * perPx;
      controller.moveTo({ start: from.start + by, end: from.end + by });
      if (target === scroll) scroll.scrollTop = top + press.clientY - y;
    };
    track(target, press, move, () => root.classList.remove('tl--panning'));
  };

  const click = (event: PointerEvent) => {
    const hover = hitAt(controller, scroll, event.clientX, event.clientY);
    const { view } = controller;
    if (hover?.row.kind === 'thread' && hover.hit !== null) {
      view.markThread(hover.row.thread);
      const { hit } = hover;
      if (hit.interval !== null || hit.bin !== null) {
        view.pin({ thread: hit.thread, at: hit.at });
        return;
      }
    }
    const marked = hover?.marks?.regions.at(-1);
    if (marked !== undefined) {
      // Every table then answers for this region.
      view.select({ start: marked.start, end: marked.end });
      return;
    }
    if (hover?.call != null) {
      view.markThread(hover.call.thread);
      view.pinCall(hover.call);
      return;
    }
    view.pin(null);
    if (view.selection !== null && (hover === null || hover.at < view.selection.start || hover.at > view.selection.end))
      view.select(null);
  };

  const select = (press: PointerEvent) => {
    const { selection } = controller.view;
    const pressed = timeAt(press.clientX);
    // With Shift the selection is extended from its farther end.
    const middle = selection === null ? 0 : (selection.start + selection.end) / 2;
    const extend = press.shiftKey && selection !== null;
    const from = extend ? (pressed > middle ? selection.start : selection.end) : pressed;
    const { limits } = controller;
    track(
      scroll,
      press,
      (x) => {
        const to = timeAt(
          Math.min(Math.max(x, ruler.getBoundingClientRect().left), ruler.getBoundingClientRect().right),
        );
        const clip = (at: number) => Math.min(Math.max(at, limits.start), limits.end);
        controller.view.select({ start: clip(Math.min(from, to)), end: clip(Math.max(from, to)) });
      },
      (moved) => {
        if (!moved) click(press);
      },
    );
  };

  const grabOverview = (press: PointerEvent) => {
    const scale = makeScale(controller.all, controller.size.width);
    const from = controller.view.range;
    const x = plotX(press.clientX);
    const [left, right] = [toPx(scale, from.start), toPx(scale, from.end)];
    const perPx = nsPerPx(scale);
    const wide = right - left > 3 * HANDLE;
    const edge = wide && Math.abs(x - left) <= HANDLE ? 'start' : wide && Math.abs(x - right) <= HANDLE ? 'end' : null;
    let origin: Range = from;
    if (edge === null && (x < left - HANDLE || x > right + HANDLE)) {
      // A press beside the frame brings it there, and goes on as a drag of it.
      const half = (from.end - from.start) / 2;
      origin = clampRange({ start: toNs(scale, x) - half, end: toNs(scale, x) + half }, controller.limits);
      controller.moveTo(origin, { animate: true });
    }
    const move: Drag = (clientX) => {
      const by = (clientX - press.clientX) * perPx;
      if (edge === null) {
        controller.moveTo({ start: origin.start + by, end: origin.end + by });
        return;
      }
      const moved = { ...origin, [edge]: origin[edge] + by };
      controller.moveTo({ start: Math.min(moved.start, moved.end), end: Math.max(moved.start, moved.end) });
    };
    track(overview, press, move, () => undefined);
  };

  const onWheel = (event: WheelEvent) => {
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    const plot = inPlot(event.clientX) || event.currentTarget === overview;
    if (!plot && !event.ctrlKey) return;
    const perPx = nsPerPx(makeScale(controller.target, controller.size.width));
    const sideways = event.shiftKey ? dx + dy : Math.abs(dx) > Math.abs(dy) ? dx : 0;
    const scrolls = pageScrolls || scroll.scrollHeight > scroll.clientHeight + 1;
    const overLanes = scroll.contains(event.target as Node);
    const zoom = event.ctrlKey || event.metaKey;
    if (!zoom && sideways === 0 && scrolls && overLanes) return;
    event.preventDefault();
    if (!zoom && sideways !== 0) {
      const { target } = controller;
      controller.moveTo({ start: target.start + sideways * perPx, end: target.end + sideways * perPx });
      return;
    }
    // A pinch arrives as ctrl + wheel with small, fractional steps.
    const pinch = zoom && event.deltaMode === 0 && Math.abs(dy) < 30;
    const factor = Math.exp(dy * (pinch ? PINCH_PER_PX : ZOOM_PER_PX));
    const onOverview = overview.contains(event.target as Node);
    controller.zoom(factor, onOverview ? null : timeAt(event.clientX), false);
  };

  const onPress = (event: PointerEvent) => {
    const target = event.target as Element;
    if (target.closest('button, [data-tl-keep]') !== null) return;
    const middle = event.button === 1;
    if (event.button !== 0 && !middle) return;
    if (overview.contains(target) && event.button === 0) {
      grabOverview(event);
      return;
    }
    if (ruler.contains(target)) {
      pan(ruler, event);
      return;
    }
    if (
      !scroll.contains(target) ||
      !inPlot(event.clientX) ||
      event.clientX > scroll.getBoundingClientRect().left + scroll.clientWidth
    )
      return;
    if (middle || space) {
      event.preventDefault();
      pan(scroll, event);
    } else select(event);
  };

  let last: PointerEvent | null = null;
  const onHover = (event: PointerEvent) => {
    last = event;
    if (event.buttons !== 0 && event.pointerType === 'mouse') {
      moveCursor(event);
      return;
    }
    const hover = hitAt(controller, scroll, event.clientX, event.clientY);
    if (hover !== null) controller.setHover(hover);
    else moveCursor(event);
  };
  /** The view moved under a mouse at rest. */
  const hoverAgain = () => {
    if (last !== null) onHover(last);
  };
  const moveCursor = (event: PointerEvent) => {
    controller.setHover(null);
    const over = event.clientY >= ruler.getBoundingClientRect().top - RULER_HEIGHT;
    controller.view.setCursor(over && inPlot(event.clientX) ? timeAt(event.clientX) : null);
  };

  const onDouble = (event: MouseEvent) => {
    if (!scroll.contains(event.target as Node) || !inPlot(event.clientX)) return;
    const { selection } = controller.view;
    const at = timeAt(event.clientX);
    if (selection !== null && at >= selection.start && at <= selection.end) {
      controller.moveTo(selection, { animate: true });
      return;
    }
    const hover = hitAt(controller, scroll, event.clientX, event.clientY);
    const interval =
      hover?.hit?.interval ?? (hover?.hit ? controller.details.lookup(hover.hit.thread, hover.hit.at) : null);
    if (interval === null || interval === undefined) {
      controller.zoom(0.5, at, true);
      return;
    }
    const room = (interval.end - interval.start) * 0.1;
    controller.moveTo({ start: interval.start - room, end: interval.end + room }, { animate: true });
  };

  const isTyping = (event: KeyboardEvent) =>
    event.target instanceof HTMLElement && event.target.closest('input, textarea, select, button, .xterm') !== null;
  root.addEventListener('wheel', onWheel, { passive: false, signal });
  root.addEventListener('pointerdown', onPress, { signal });
  root.addEventListener('pointermove', onHover, { signal });
  const onLeave = () => {
    last = null;
    controller.setHover(null);
  };
  root.addEventListener('pointerleave', onLeave, { signal });
  scroll.addEventListener('scroll', hoverAgain, { passive: true, signal });
  const unsubscribe = viewStore(controller.sessionId).subscribe((now, before) => {
    if (now.range !== before.range) hoverAgain();
  });
  root.addEventListener('dblclick', onDouble, { signal });
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.code !== 'Space' || isTyping(event) || !root.matches(':hover')) return;
      space = true;
      root.classList.add('tl--grab');
      event.preventDefault();
    },
    { signal },
  );
  const release = () => {
    space = false;
    root.classList.remove('tl--grab');
  };
  window.addEventListener('keyup', (event) => event.code === 'Space' && release(), { signal });
  window.addEventListener('blur', release, { signal });
  return () => {
    unsubscribe();
    abort.abort();
  };
}
