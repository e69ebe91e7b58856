/**
 * How long blame of a whole session takes: threads that pass one GIL around in turn, all others waiting, each hold ending in
 * one of a few functions. Nothing is kept from run to run.
 *
 *   node bench/run.mjs blame [--holds MILLIONS] [--threads N] [--json FILE]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { blameReply } from '../src/shared/model/blameReply.ts';
import { blameOf } from '../src/shared/model/blame.ts';
import { fullRange } from '../src/shared/model/figures.ts';
import { ProcessIngest } from '../src/shared/model/ingest.ts';
import { Store } from '../src/shared/model/store.ts';
import { decodeEvents, encodeEvents, EventKind, type EventInput } from '../src/shared/protocol/events.ts';

const ROUNDS = 200;
const RUNS = 5;
const HOLD_NS = 2000n;
const SITES = 12;
const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    holds: { type: 'string', default: '1' },
    threads: { type: 'string', default: '17' },
    json: { type: 'string' },
  },
});
const threads = Number(values.threads);
const wanted = Math.round(Number(values.holds) * 1e6);

/** Thread `t` holds in each round from its turn on, and waits all the rest. */
function eventsOf(thread: number, from: bigint): EventInput[] {
  const events: EventInput[] = [];
  for (let round = 0n; round < ROUNDS; round++) {
    const take = from + (round * BigInt(threads) + BigInt(thread)) * HOLD_NS;
    const drop = take + HOLD_NS - 1n;
    events.push({ ns: take, kind: EventKind.take, flagA: true });
    events.push({ ns: drop, kind: EventKind.site, site: 1 + ((Number(round) + thread) % SITES) });
    events.push({ ns: drop, kind: EventKind.drop });
    events.push({ ns: drop, kind: EventKind.wait });
  }
  return events;
}

const store = new Store();
const ingest = new ProcessIngest(store, store.process(0));
let holds = 0;
for (let now = 0n; holds < wanted; holds += ROUNDS * threads) {
  for (let thread = 0; thread < threads; thread++) {
    const events = eventsOf(thread, now);
    ingest.events(decodeEvents(encodeEvents({ serial: thread + 1, tid: 100 + thread, events }), 0n));
  }
  now += BigInt(ROUNDS * threads) * HOLD_NS;
  ingest.watermark(Number(now - HOLD_NS * BigInt(threads)));
}
for (let site = 1; site <= SITES; site++)
  store.sites.describe(0, { id: site, name: `work_${site}`, file: '/srv/app.py', first_line: site });

const runs = Array.from({ length: RUNS }, () => {
  const begun = performance.now();
  const blame = blameOf(store, fullRange(store));
  const swept = performance.now();
  const reply = blameReply(store, blame, {});
  return { sweepMs: swept - begun, replyMs: performance.now() - swept, reply };
});
const { reply } = runs[0];
const cells = reply.cells.ns.reduce((sum, ns) => sum + ns, 0);
if (cells + reply.unheldNs !== reply.waitNs) throw new Error('the cells do not add up to the waits');
const figures = {
  holds,
  waiters: reply.waiters.length,
  waits: reply.waiters.reduce((sum, { waits }) => sum + waits, 0),
  sweep_ms: Math.min(...runs.map(({ sweepMs }) => sweepMs)),
  first_sweep_ms: runs[0].sweepMs,
  reply_ms: Math.min(...runs.map(({ replyMs }) => replyMs)),
};
console.log(JSON.stringify(figures, null, 2));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
