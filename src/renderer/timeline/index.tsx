/** The timeline of one session. The only thing the rest of the window imports from this folder. */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import type { SessionInfo } from '../../shared/contract/types.ts';
import { useSession } from '../store/sessions.ts';
import { useSettings } from '../store/settings.ts';
import { useTheme } from '../theme/theme.ts';
import { describeError } from '../transport/index.ts';
import { TimelineController } from './controller.ts';
import { attachGestures } from './gestures.ts';
import { handleKey } from './keys.ts';
import { isLive } from './model/follow.ts';
import { useView, viewStore } from '../store/view.ts';
import type { Axis } from '../../shared/draw/scale.ts';
import { nextFolds } from './model/folds.ts';
import type { Row } from './model/rows.ts';
import { CallCard } from './parts/CallCard.tsx';
import { Charts } from './parts/Charts.tsx';
import { DetailsCard } from './parts/DetailsCard.tsx';
import { Head } from './parts/Head.tsx';
import { useShown } from './parts/hooks.ts';
import { Labels } from './parts/Labels.tsx';
import { Tooltip } from './parts/Tooltip.tsx';
import './timeline.css';
import './floating.css';
import './calls.css';

/** Rows rendered beyond the visible ones, so that a scroll finds them there. */
const OVERSCAN = 4;

interface Props {
  sessionId: string;
  /**
   * It is one of several beside each other: as high as its rows, without buttons, in a page that scrolls; only keys pressed in it are its
   * own. The axis is the one they share (keep it stable); null while it has its own.
   */
  beside?: { axis: Axis | null };
}

export function Timeline({ sessionId, beside }: Props) {
  const session = useSession(sessionId);
  // Another session is another timeline: nothing of the old one may linger.
  return session === null ? null : <SessionTimeline key={sessionId} session={session} beside={beside} />;
}

/** An element of this timeline by its `data-tl`; all of them are rendered together with the root. */
function part<T extends HTMLElement>(root: HTMLElement, name: string): T {
  const found = root.querySelector<T>(`[data-tl="${name}"]`);
  if (found === null) throw new Error(`the timeline has no ${name}`);
  return found;
}

/** Hands the elements to the controller while they are on the page, and its size whenever that changes. */
function useMounted(
  controller: TimelineController,
  rootRef: RefObject<HTMLDivElement | null>,
  pageScrolls: boolean,
): void {
  useEffect(() => {
    const root = rootRef.current;
    if (root === null) return;
    const [scroll, ruler, overview] = [part(root, 'scroll'), part(root, 'ruler'), part(root, 'overview')];
    controller.start({
      root,
      frame: part(root, 'frame'),
      lanes: part<HTMLCanvasElement>(root, 'lanes'),
      overlay: part<HTMLCanvasElement>(root, 'overlay'),
      overview: part<HTMLCanvasElement>(root, 'overview-canvas'),
      ruler: part<HTMLCanvasElement>(root, 'ruler-canvas'),
    });
    const measure = () => {
      const width = Math.max(0, scroll.clientWidth - ruler.offsetLeft);
      controller.resize({ width, height: scroll.clientHeight, dpr: window.devicePixelRatio });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(scroll);
    // A vertical scroll bar that comes or goes changes the width of the content only.
    for (const child of scroll.children) observer.observe(child);
    measure();
    const onScroll = () => controller.scrolled(scroll.scrollTop);
    scroll.addEventListener('scroll', onScroll, { passive: true });
    const detach = attachGestures({ root, ruler, scroll, overview }, controller, pageScrolls);
    return () => {
      detach();
      scroll.removeEventListener('scroll', onScroll);
      observer.disconnect();
      controller.stop();
    };
  }, [controller, rootRef, pageScrolls]);
}

function SessionTimeline({ session, beside }: { session: SessionInfo; beside: Props['beside'] }) {
  const [controller] = useState(() => new TimelineController(session.id));
  const alone = beside === undefined;
  const chosen = useView(session.id, (v) => v.folds);
  // Beside others there is room for what they are compared by.
  const folds = useMemo(() => (alone ? chosen : { counters: true, ...chosen }), [alone, chosen]);
  const root = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const laneHeight = useSettings((s) => s.settings.laneHeight);
  const rowHeight = alone ? laneHeight : 'compact';
  const axis = beside?.axis ?? null;
  useEffect(() => controller.setRows(rowHeight, folds), [controller, rowHeight, folds]);
  useEffect(() => controller.setAxis(axis), [controller, axis]);
  useMounted(controller, root, !alone);
  useEffect(() => controller.setTheme(theme), [controller, theme]);

  const shown = useShown(controller, (s) => s);
  const rows = useMemo(
    () => shown.plan.rows.slice(Math.max(shown.pinned.count, shown.first - OVERSCAN), shown.last + 1 + OVERSCAN),
    [shown.plan, shown.first, shown.last, shown.pinned.count],
  );
  const pinned = useMemo(() => shown.plan.rows.slice(0, shown.pinned.count), [shown.plan, shown.pinned.count]);
  // Keys pressed while nothing has the focus are the timeline's too, if it is what the page is about.
  useEffect(() => {
    if (!alone) return;
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.target !== document.body || event.defaultPrevented || root.current === null) return;
      if (handleKey(event, controller, part(root.current, 'scroll'))) event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [controller, alone]);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const { target } = event;
    const control = target instanceof HTMLElement && target.closest('button, input, select') !== null;
    if (control && (event.key === 'Enter' || event.key === ' ')) return;
    if (handleKey(event.nativeEvent, controller, part(event.currentTarget, 'scroll'))) event.preventDefault();
  };
  const labels = (those: readonly Row[]) => (
    <Labels
      controller={controller}
      session={session}
      rows={those}
      kept={shown.kept}
      range={shown.range}
      compact={shown.plan.compact}
      onFold={(row, act) =>
        viewStore(session.id)
          .getState()
          .setFolds((f) => nextFolds(f, row, act))
      }
      folds={folds}
    />
  );
  return (
    <div
      ref={root}
      className={alone ? 'tl' : 'tl tl--beside'}
      data-testid="timeline"
      data-idle="false"
      role="group"
      aria-label="Timeline. W and S zoom, A and D pan, arrow keys go through lanes and intervals, Enter shows details."
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <Head controller={controller} session={session} tools={alone} />
      <div data-tl="scroll" className="tl-scroll" tabIndex={-1}>
        <div className="tl-content" style={{ height: shown.plan.height }}>
          <div className="tl-sticky">
            <canvas
              data-tl="lanes"
              className="tl-lanes"
              data-testid="timeline-canvas"
              role="img"
              aria-label="Lanes: when each thread holds the GIL, waits for it, or has released it. The panel Threads has the same as a table."
            />
          </div>
          <div className="tl-sticky tl-pinned" data-testid="timeline-pinned">
            <Charts controller={controller} rows={pinned} kept={shown.charts} />
            {labels(pinned)}
          </div>
          <Charts controller={controller} rows={rows} kept={shown.charts} />
          {labels(rows)}
        </div>
      </div>
      <canvas data-tl="overlay" className="tl-overlay" aria-hidden="true" />
      <Message session={session} empty={shown.plan.threads.length === 0} error={shown.error} />
      <Tooltip controller={controller} session={session} />
      <DetailsCard controller={controller} session={session} />
      <CallCard controller={controller} session={session} />
    </div>
  );
}

/** What is to be said instead of, or over, lanes. */
function Message({ session, empty, error }: { session: SessionInfo; empty: boolean; error: unknown }) {
  if (error !== null) {
    const { message, remedy } = describeError(error);
    return (
      <div className="tl-message tl-message--error" role="alert">
        {message} {remedy}
      </div>
    );
  }
  if (!empty) return null;
  if (session.progress !== null && session.progress < 1)
    return <div className="tl-message">Reading the recording…</div>;
  const text = isLive(session)
    ? 'Waiting for the first events: lanes appear as threads take the GIL.'
    : (session.error ?? 'No thread was recorded in this session.');
  return <div className="tl-message">{text}</div>;
}
