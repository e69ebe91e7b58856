/** What the parts of the timeline read: the controller's shown state and details of an interval. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { IntervalDetails, Ns, ThreadIdx } from '../../../shared/contract/types.ts';
import { call } from '../../transport/index.ts';
import type { Range } from '../../store/view.ts';
import type { Shown, TimelineController } from '../controller.ts';

export const useShown = <T>(controller: TimelineController, select: (shown: Shown) => T): T =>
  useStore(controller.shown, select);

export interface Told {
  readonly details: IntervalDetails | null;
  /** Asked and not answered yet. */
  readonly pending: boolean;
}

/**
 * The interval of `thread` at `at`, asked after `delayMs` of rest and again with each `revision`; while another is
 * asked the last one stays only if it holds `at`.
 */
export function useDetails(
  controller: TimelineController,
  thread: ThreadIdx | null,
  at: Ns,
  delayMs: number,
  revision: number,
): Told {
  const [told, setTold] = useState<{ key: string; details: IntervalDetails | null } | null>(null);
  const key = `${thread ?? ''} ${at} ${revision}`;
  useEffect(() => {
    if (thread === null) return;
    const abort = new AbortController();
    const ask = () => {
      controller.details
        .ask(thread, at, abort.signal)
        .then((details) => {
          setTold({ key, details });
          controller.refreshOverlay();
        })
        .catch(() => undefined);
    };
    const timer = setTimeout(ask, delayMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [controller, thread, at, delayMs, key]);
  if (thread === null) return { details: null, pending: false };
  const known = controller.details.lookup(thread, at);
  if (known !== null) return { details: known, pending: false };
  const last = told?.details ?? null;
  const stillThere = last !== null && last.thread === thread && last.start <= at && at < last.end;
  return { details: stillThere ? last : null, pending: told?.key !== key };
}

const STATS_AFTER_MS = 300;

/**
 * Switches of each GIL in `range` (null: not needed), from the engine, once the view rests: the strip's bins do not tell them.
 */
export function useRangeSwitches(
  controller: TimelineController,
  range: Range | null,
  revision: number,
): ReadonlyMap<number, number> | null {
  const [told, setTold] = useState<{ key: string; switches: ReadonlyMap<number, number> } | null>(null);
  const key = range === null ? '' : `${range.start} ${range.end}`;
  const { sessionId: id, live } = controller;
  // Live, a second's delay of this one figure is better than a query for each revision.
  const asked = live ? Math.floor(revision / 20) : revision;
  useEffect(() => {
    const [start, end] = key.split(' ').map(Number) as [number, number];
    if (key === '' || end <= start) return;
    const abort = new AbortController();
    const ask = () => {
      call('stats.query', { id, start, end }, { signal: abort.signal })
        .then((stats) => setTold({ key, switches: new Map(stats.gils.map((g) => [g.gil, g.switches])) }))
        .catch(() => undefined);
    };
    const timer = setTimeout(ask, STATS_AFTER_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [id, key, asked]);
  return told !== null && told.key === key ? told.switches : null;
}
