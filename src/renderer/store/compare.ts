/**
 * The comparisons as the engine last told them, which one the Compare page shows, and how. Kept in step by store/live.ts; what a user
 * can do to them is here too. No comparison shown: the page shows its form.
 */
import { create } from 'zustand';
import type { CompareInfo, CompareSpec } from '../../shared/contract/compare.ts';
import { call } from '../transport/index.ts';
import { attempt } from './actions.ts';
import { useSettings } from './settings.ts';
import { useSessions } from './sessions.ts';
import { useUi } from './ui.ts';
import type { Range } from './view.ts';

/** The columns' axes: the same time from each program's start on, or each run's whole length. */
export type Alignment = 'time' | 'share';

interface CompareState {
  /** In the order they were started. */
  order: readonly string[];
  byId: Readonly<Record<string, CompareInfo>>;
  /** Null: the form. */
  shownId: string | null;
  /** What the form should show next. */
  draft: CompareSpec | null;
  /** How the columns' time axes stand to each other. */
  alignment: Alignment;
  /** Runs the user chose to look at, as indices into `runs`, by variant, of each comparison. */
  picked: Readonly<Record<string, Readonly<Record<number, number>>>>;
  /** What part of the columns' shared axis is looked at, of each comparison; none: all. */
  ranges: Readonly<Record<string, Range>>;
  put: (compare: CompareInfo) => void;
  remove: (id: string) => void;
  /** Replaces all, after a (re)connection. */
  replaceAll: (compares: readonly CompareInfo[]) => void;
  pick: (id: string, variant: number, run: number) => void;
  look: (id: string, range: Range) => void;
  /** Another axis is looked at from its start to its end. */
  align: (alignment: Alignment) => void;
}

const without = <T>(record: Readonly<Record<string, T>>, id: string): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => key !== id));

export const useCompare = create<CompareState>()((set) => ({
  order: [],
  byId: {},
  shownId: null,
  draft: null,
  alignment: 'time',
  picked: {},
  ranges: {},
  put: (compare) =>
    set(({ order, byId }) => ({
      order: compare.id in byId ? order : [...order, compare.id],
      byId: { ...byId, [compare.id]: compare },
    })),
  remove: (id) =>
    set((s) => {
      const order = s.order.filter((other) => other !== id);
      const shownId = s.shownId === id ? (order.at(-1) ?? null) : s.shownId;
      return {
        order,
        shownId,
        byId: without(s.byId, id),
        picked: without(s.picked, id),
        ranges: without(s.ranges, id),
      };
    }),
  replaceAll: (compares) =>
    set((s) => {
      const order = compares.map((c) => c.id);
      const kept = s.shownId !== null && order.includes(s.shownId);
      // A window opened beside a comparison that runs or has run shows it; who was at the form stays there.
      const first = s.order.length === 0 && s.draft === null ? (order.at(-1) ?? null) : null;
      return { order, byId: Object.fromEntries(compares.map((c) => [c.id, c])), shownId: kept ? s.shownId : first };
    }),
  pick: (id, variant, run) => set((s) => ({ picked: { ...s.picked, [id]: { ...s.picked[id], [variant]: run } } })),
  look: (id, range) => set((s) => ({ ranges: { ...s.ranges, [id]: range } })),
  align: (alignment) => set({ alignment, ranges: {} }),
}));

export const useShownComparison = (): CompareInfo | null =>
  useCompare((s) => (s.shownId === null ? null : (s.byId[s.shownId] ?? null)));

export function showComparison(id: string): void {
  useCompare.setState({ shownId: id });
  useUi.getState().go('compare');
}

/** Opens the form, with this in it; null: as it was left. */
export function newComparison(draft: CompareSpec | null): void {
  useCompare.setState({ shownId: null, draft });
  useUi.getState().go('compare');
}

/**
 * Starts a comparison and shows it. Throws the engine's error, for the one who asked to show.
 * @param options `remember`: the form shows it again next time
 */
export async function startComparison(spec: CompareSpec, options: { remember?: boolean } = {}): Promise<void> {
  if (options.remember === true) useSettings.getState().patch({ lastCompare: spec });
  const compare = await call('compare.start', spec);
  useCompare.getState().put(compare);
  showComparison(compare.id);
}

/** Compares recordings, each with its name; two of one name are told apart by a number. */
export function compareRecordings(recordings: readonly { path: string; title: string }[]): Promise<boolean> {
  return attempt(() => startComparison(recordingsSpec(recordings)));
}

const NAME_CHARS = 90;

export function recordingsSpec(recordings: readonly { path: string; title: string }[]): CompareSpec {
  const seen = new Map<string, number>();
  const variants = recordings.map(({ path, title }) => {
    const name = title.slice(0, NAME_CHARS) || 'recording';
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return { name: nth === 1 ? name : `${name} (${nth})`, source: { kind: 'file' as const, path } };
  });
  return { kind: 'variants', variants, repeat: 1, timeLimitS: null, checkOutput: false };
}

/** Ends the run that is on; what was measured stays. */
export const cancelComparison = (id: string): Promise<boolean> =>
  attempt(async () => useCompare.getState().put(await call('compare.cancel', { id })));

/** Sessions that were opened to look at a run, by comparison: they go with it. */
const lookedAt = new Map<string, Set<string>>();

/** Opens the recording of a run, beside the others; throws the engine's error. */
export async function openRun(compareId: string, path: string): Promise<void> {
  const { byId, put } = useSessions.getState();
  if (Object.values(byId).some((session) => session.path === path)) return;
  const session = await call('session.open', { path });
  put(session);
  lookedAt.set(compareId, (lookedAt.get(compareId) ?? new Set()).add(session.id));
}

/** Recordings stay where they are. */
export const closeComparison = (id: string): Promise<boolean> =>
  attempt(async () => {
    // First from the page: its columns would miss the sessions that go.
    useCompare.getState().remove(id);
    await call('compare.close', { id });
    const { byId } = useSessions.getState();
    for (const session of lookedAt.get(id) ?? []) if (session in byId) await call('session.close', { id: session });
    lookedAt.delete(id);
  });
