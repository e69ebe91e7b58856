/**
 * What part of a session is looked at: one small store for each open session, so that going back to one finds it as it was.
 * The timeline writes it from gestures and subscribes outside React (`viewStore(id).subscribe`); panels read
 * `selection` with `useView` and move the view with `show`.
 */
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { FunctionInfo } from '../../shared/contract/functions.ts';
import type { Range } from '../../shared/draw/scale.ts';
import type { Ns, ProcIdx, ThreadIdx } from '../../shared/contract/types.ts';

export type { Range };

/** What the user folded, unfolded or hid on the timeline; what is missing is chosen by how much there is. */
export interface Folds {
  readonly cores?: boolean;
  readonly counters?: boolean;
  readonly processes?: Readonly<Record<ProcIdx, boolean>>;
  readonly hidden?: readonly ProcIdx[];
  /** The one process that is shown. */
  readonly solo?: ProcIdx | null;
  /** Only processes with all these words in what is known of them. */
  readonly search?: string;
  readonly endedHidden?: boolean;
  /** Flame charts: closed, or with all their levels. `flamesClosed` is for those that are not named. */
  readonly flames?: Readonly<Record<ThreadIdx, 'open' | 'closed' | 'all'>>;
  readonly flamesClosed?: boolean;
}

/** A call on a thread's flame chart, or several short ones that stand together. */
export interface Call extends Range {
  readonly thread: ThreadIdx;
  /** 0 is the outermost. */
  readonly depth: number;
  /** Null: not known, or several. */
  readonly function: FunctionInfo | null;
  readonly count: number;
  /** It has not ended (yet), or its end was lost. */
  readonly open: boolean;
}

/** Which calls flame charts and Functions panel show. */
export interface CallFilter {
  /** All these words are in name or file. */
  readonly search: string;
  /** Flame charts leave out shorter calls. */
  readonly minNs: Ns;
}
export const ALL_CALLS: CallFilter = { search: '', minNs: 0 };

export interface ViewState {
  folds: Folds;
  /** The visible window; `end > start` always. */
  range: Range;
  /** The live edge is kept in view. */
  follow: boolean;
  /** The range every table answers for; null is the whole session. */
  selection: Range | null;
  /** The interval whose details card is open. */
  pinned: { thread: ThreadIdx; at: Ns } | null;
  /** The call whose card is open; never together with `pinned`. */
  call: Call | null;
  calls: CallFilter;
  /** Time under the mouse or the keyboard cursor. */
  cursor: Ns | null;
  /** The thread marked in lanes and table. */
  thread: ThreadIdx | null;
  /** Marked beside it: who made it wait. */
  culprit: ThreadIdx | null;
  setFolds: (change: (folds: Folds) => Folds) => void;
  setRange: (range: Range, options?: { keepFollow?: boolean }) => void;
  setFollow: (follow: boolean) => void;
  select: (selection: Range | null) => void;
  pin: (pinned: ViewState['pinned']) => void;
  /** Opens a call's card and selects its time: every table then answers for it. */
  pinCall: (call: Call | null) => void;
  filterCalls: (patch: Partial<CallFilter>) => void;
  setCursor: (at: Ns | null) => void;
  markThread: (thread: ThreadIdx | null, culprit?: ThreadIdx | null) => void;
  /** Brings an interval into view with some room around it, and marks and pins its thread. */
  show: (interval: Range, thread: ThreadIdx) => void;
}

/** The narrowest window: 100 ns over the whole width. */
export const MIN_SPAN_NS = 100;
const FIRST_SPAN_NS = 1e9;

/** A range in order, finite, and no narrower than the narrowest window. */
export function tidyRange({ start, end }: Range): Range {
  if (!Number.isFinite(start) || !Number.isFinite(end)) return { start: 0, end: FIRST_SPAN_NS };
  const [low, high] = start <= end ? [start, end] : [end, start];
  if (high - low >= MIN_SPAN_NS) return { start: low, end: high };
  const middle = (low + high) / 2;
  return { start: middle - MIN_SPAN_NS / 2, end: middle + MIN_SPAN_NS / 2 };
}

/** The window that shows an interval in its middle fifth at most, but never zooms closer than 50 µs for context. */
export function roomAround({ start, end }: Range): Range {
  const middle = (start + end) / 2;
  const half = Math.max((end - start) * 2.5, 25_000);
  return { start: middle - half, end: middle + half };
}

function makeView(): StoreApi<ViewState> {
  return createStore<ViewState>()((set) => ({
    folds: {},
    range: { start: 0, end: FIRST_SPAN_NS },
    follow: true,
    selection: null,
    pinned: null,
    call: null,
    calls: ALL_CALLS,
    cursor: null,
    thread: null,
    culprit: null,
    setFolds: (change) => set((s) => ({ folds: change(s.folds) })),
    setRange: (range, options) =>
      set((s) => ({ range: tidyRange(range), follow: options?.keepFollow === true ? s.follow : false })),
    setFollow: (follow) => set({ follow }),
    select: (selection) => set({ selection: selection === null ? null : tidyRange(selection) }),
    pin: (pinned) => set({ pinned, call: null }),
    pinCall: (call) => set(call === null ? { call } : { call, pinned: null, selection: tidyRange(call) }),
    filterCalls: (patch) => set((s) => ({ calls: { ...s.calls, ...patch } })),
    setCursor: (cursor) => set({ cursor }),
    markThread: (thread, culprit = null) => set({ thread, culprit }),
    show: (interval, thread) =>
      set({
        range: roomAround(interval),
        follow: false,
        thread,
        culprit: null,
        call: null,
        pinned: { thread, at: (interval.start + interval.end) / 2 },
      }),
  }));
}

const views = new Map<string, StoreApi<ViewState>>();

/** The view of a session; made on first use. */
export function viewStore(sessionId: string): StoreApi<ViewState> {
  let view = views.get(sessionId);
  if (view === undefined) {
    view = makeView();
    views.set(sessionId, view);
  }
  return view;
}

export const useView = <T>(sessionId: string, selector: (state: ViewState) => T): T =>
  useStore(viewStore(sessionId), selector);

/** Called when a session is closed. */
export function forgetView(sessionId: string): void {
  views.delete(sessionId);
}
