/**
 * How large a session the window bears: made-up recordings (made.ts) of ten million events, in one process of four threads (`long`) and in a hundred
 * processes with 256 threads (`wide`), opened in the real page, served by the real local server in a process of its own; and a program that really runs
 * and does nothing but let go of the GIL (`live`). Told: when the first picture stood, when all was read, the work and the interval of frames while
 * the view is zoomed and panned without a pause, tasks of more than 50 ms, memory of engine and page, and how long the engine answered nobody.
 *
 *   node bench/run.mjs scale [--events MILLIONS] [--only long,wide,live] [--python PATH] [--keep FOLDER] [--json FILE]
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findChromium } from '../scripts/chromium.mjs';
import { EVENTS_PER_HOLD, type Made } from '../src/shared/model/testing/made.ts';
import { writeMade } from './made.ts';
import { serveForBench, type EngineFigures } from './scale/engine.ts';
import { Window, type WindowFigures } from './scale/window.ts';

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    events: { type: 'string', default: '10' },
    only: { type: 'string', default: 'long,wide,live' },
    python: { type: 'string', default: 'python3' },
    keep: { type: 'string' },
    json: { type: 'string' },
    serve: { type: 'boolean', default: false },
  },
});
const holds = Math.round((Number(values.events) * 1e6) / EVENTS_PER_HOLD);

const MADE: Record<string, Made> = {
  long: { threads: [4], holds },
  wide: { threads: [157, ...Array.from({ length: 99 }, () => 1)], holds, stretch: 500 },
};

interface Measured extends WindowFigures, EngineFigures {
  name: string;
  fileMb: number | null;
}

/** The engine and its server, in a process of their own. */
class Engine {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(home: string): Promise<Engine> {
    const child = fork(process.argv[1], ['--serve'], { env: { ...process.env, GILSCOPE_HOME: home } });
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    return new Engine(child, url);
  }

  async ask<T>(what: object): Promise<T> {
    this.child.send(what);
    const [answer] = (await once(this.child, 'message')) as [T];
    return answer;
  }

  async close(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.send({ ask: 'close' });
    await gone;
  }
}

async function measure(name: string, folder: string, chromium: string): Promise<Measured> {
  const home = mkdtempSync(join(tmpdir(), 'gilscope-scale-home-'));
  const made = MADE[name];
  const file = made === undefined ? null : join(folder, `${name}-${holds}.gilscope`);
  if (file !== null && !existsSync(file)) await writeMade(file, made);
  const engine = await Engine.start(home);
  const window = await Window.open(chromium, engine.url);
  try {
    if (file !== null) {
      await window.openFile(file);
      const firstPicture = await window.firstPicture();
      const whileReading = await window.moved();
      await engine.ask({ ask: 'read' });
      await window.settled();
      const all = await window.figures(firstPicture, whileReading);
      return {
        name,
        fileMb: Math.round(statSync(file).size / 2 ** 20),
        ...all,
        ...(await engine.ask<EngineFigures>({ ask: 'figures' })),
      };
    }
    await engine.ask({ ask: 'launch', python: values.python });
    const firstPicture = await window.firstPicture();
    const whileReading = await window.moved();
    const figures = await engine.ask<EngineFigures>({ ask: 'ended' });
    return { name, fileMb: null, ...(await window.figures(firstPicture, whileReading)), ...figures };
  } finally {
    await window.close();
    await engine.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const chromium = findChromium();
  if (chromium === null) throw new Error('there is no Chromium; CHROME_PATH names one');
  const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'gilscope-scale-'));
  mkdirSync(folder, { recursive: true });
  const all: Measured[] = [];
  for (const name of values.only.split(',')) {
    const measured = await measure(name, folder, chromium);
    console.log(JSON.stringify(measured, null, 1));
    all.push(measured);
  }
  if (values.keep === undefined) rmSync(folder, { recursive: true });
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, null, 2)}\n`);
}

if (values.serve) await serveForBench();
else await main();
