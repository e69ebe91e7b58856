/**
 * What attaching costs: from the call to the first hold in the model, how long the program stood still, how long leaving takes. The
 * engine's own session on real programs: three threads that compute, and three that only wait, both with a main thread that waits.
 *
 *   node bench/run.mjs attach --python PATH [--rounds N] [--json FILE]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createEngine, type Engine } from '../src/engine/contract.ts';

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    python: { type: 'string', default: 'python3' },
    rounds: { type: 'string', default: '30' },
    json: { type: 'string' },
  },
});
const rounds = Number(values.rounds);

const THREADS = `import sys, threading, time
def busy():
    while True: sum(range(1000))
def idle():
    while True: time.sleep(0.01)
for _ in range(3): threading.Thread(target=busy if sys.argv[1] == "busy" else idle, daemon=True).start()
print("ready", flush=True)
sys.stdin.read()`;

interface Round {
  callMs: number;
  firstHoldMs: number;
  stoppedUs: number;
  helperUs: number;
  detachMs: number;
}

async function oneRound(engine: Engine, pid: number): Promise<Round> {
  const began = performance.now();
  const { id, attached } = await engine.call('session.attach', { pid, engine: 'exact' });
  const callMs = performance.now() - began;
  let firstHoldMs = Infinity;
  while (firstHoldMs === Infinity) {
    // What a window would draw: a thread of which some time is held.
    const stats = await engine.call('stats.query', { id });
    if (stats.threads.some(({ holdS }) => holdS > 0)) firstHoldMs = performance.now() - began;
    else await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const leaving = performance.now();
  await engine.call('session.stop', { id });
  const detachMs = performance.now() - leaving;
  await engine.call('session.close', { id });
  return {
    ...{ callMs, firstHoldMs, detachMs },
    ...{ stoppedUs: attached?.stoppedUs ?? NaN, helperUs: attached?.totalUs ?? NaN },
  };
}

function quantiles(numbers: number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (share: number): string =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1);
  return `median ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)}`;
}

const folder = mkdtempSync(join(tmpdir(), 'gilscope-bench-'));
const engine = createEngine({ shell: 'server', dataFolder: folder });
const all: Record<string, Round[]> = {};
for (const work of ['busy', 'idle']) {
  const child = spawn(values.python, ['-c', THREADS, work], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const found: Round[] = [];
  for (let i = 0; i < rounds; i++) found.push(await oneRound(engine, child.pid!));
  child.stdin.end();
  await once(child, 'close');
  all[work] = found;
  const of = (key: keyof Round): string => quantiles(found.map((round) => round[key]));
  console.log(`${work}: ${rounds} rounds
  the call returns      ${of('callMs')} ms
  first hold            ${of('firstHoldMs')} ms
  target stood still    ${of('stoppedUs')} us
  helper, all in all    ${of('helperUs')} us
  detach                ${of('detachMs')} ms`);
}
await engine.close();
rmSync(folder, { recursive: true, force: true });
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, null, 2)}\n`);
