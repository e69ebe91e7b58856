/** The calls that flame charts draw. Used by the controller. */
import type { FlameReply } from '../../shared/contract/functions.ts';
import type { ThreadIdx } from '../../shared/contract/types.ts';
import type { CallFilter } from '../store/view.ts';
import { call } from '../transport/index.ts';
import { makeFlame, type Flame } from './model/flames.ts';
import { WindowSource, type Answer, type Wish } from './windowSource.ts';

export interface FlameWish extends Wish {
  readonly filter: CallFilter;
}

export interface Flames extends Answer<FlameWish> {
  readonly reply: FlameReply;
  readonly byThread: ReadonlyMap<ThreadIdx, Flame>;
}

export class FlameSource extends WindowSource<FlameWish, Flames> {
  constructor(session: string, onReply: () => void) {
    const ask = async (wish: FlameWish, signal: AbortSignal): Promise<Flames> => {
      const { start, end, px } = wish.window;
      const { search, minNs } = wish.filter;
      const args = { id: session, start, end, px, threads: [...wish.threads], search, minNs };
      const reply = await call('flame.query', args, { signal });
      const functions = new Map(reply.functions.map((f) => [f.idx, f]));
      const byThread = new Map(reply.threads.map(({ thread, spans }) => [thread, makeFlame(thread, spans, functions)]));
      return { wish, reply, byThread };
    };
    super(
      {
        ask,
        // A long call is told when it ends: what is past may still change.
        finalUntil: () => -Infinity,
        akin: (a, b) => a.filter.search === b.filter.search && a.filter.minNs === b.filter.minNs,
        pausePerCost: 1,
      },
      onReply,
    );
  }
}
