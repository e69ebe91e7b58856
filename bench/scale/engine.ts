/** The engine's side of scale.ts: the real server in a process of its own, which tells what it took. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { join } from 'node:path';
import { createEngine, type Engine } from '../../src/engine/contract.ts';
import { APP_ROOT } from '../../src/engine/paths.ts';
import { startServer } from '../../src/server/server.ts';
import type { SessionInfo } from '../../src/shared/contract/types.ts';

export interface EngineFigures {
  events: number;
  dropped: number;
  /** Of the recording; made up or real. */
  sessionS: number;
  engineMb: number;
  /** The most there ever was. */
  enginePeakMb: number;
  /** How late a timer of the engine was: half, 95 of 100, the latest. */
  delayMs: [number, number, number];
  cpuS: number;
}

type Asked = { ask: 'read' | 'figures' | 'ended' | 'close' } | { ask: 'launch'; python: string };

const POLL_MS = 50;
/** Of each of four threads: so many that the window can be moved meanwhile. */
const WRITES = 2_500_000;
const mb = (bytes: number): number => Math.round(bytes / 2 ** 20);
const only = async (engine: Engine): Promise<SessionInfo> => (await engine.call('session.list', {}))[0];

async function until(engine: Engine, fits: (info: SessionInfo) => boolean): Promise<SessionInfo> {
  for (;;) {
    const info = await only(engine);
    if (info !== undefined && fits(info)) return info;
    await setTimeout(POLL_MS);
  }
}

/** Answers the parent's messages, one at a time, until it says close. */
export async function serveForBench(): Promise<void> {
  const engine = createEngine({ shell: 'server' });
  const server = await startServer(engine, {});
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const figures = async (): Promise<EngineFigures> => {
    const { processes, endNs } = await only(engine);
    const { user, system } = process.cpuUsage();
    return {
      events: processes.reduce((sum, { events }) => sum + events, 0),
      dropped: processes.reduce((sum, { dropped }) => sum + dropped, 0),
      sessionS: Math.round(endNs / 1e7) / 100,
      engineMb: mb(process.memoryUsage().rss),
      enginePeakMb: mb(process.resourceUsage().maxRSS * 1024),
      delayMs: [delay.percentile(50), delay.percentile(95), delay.max].map((ns) => Math.round(ns / 1e5) / 10) as [
        number,
        number,
        number,
      ],
      cpuS: Math.round((user + system) / 1e5) / 10,
    };
  };
  const answers: Record<Asked['ask'], (asked: Asked) => Promise<object>> = {
    read: () => until(engine, ({ progress }) => progress === null),
    figures,
    launch: async (asked) => {
      if (asked.ask !== 'launch') return {};
      const script = join(APP_ROOT, 'bench', 'programs', 'writes.py');
      const args = [script, String(WRITES), '4'];
      return engine.call('session.launch', { python: asked.python, args, cwd: APP_ROOT, env: {}, engine: 'exact' });
    },
    ended: async () => {
      await until(engine, ({ state }) => state !== 'recording' && state !== 'starting');
      return figures();
    },
    close: async () => {
      await engine.close();
      await server.close();
      process.disconnect();
      return {};
    },
  };
  process.on('message', (asked: Asked) => {
    void answers[asked.ask](asked).then((answer) => process.connected && process.send?.(answer));
  });
  process.send?.({ url: server.url });
}
