/**
 * Lock contention rather than the GIL: threads that mostly wait for a lock which one of their own kind has. A wait for a lock looks like a
 * worker's wait for something to do, or a join. Two things tell them apart: where the thread let go (threading's and concurrent.futures' own
 * functions are how threads wait for work, for an event or for an end), and that somebody of those who use the lock is at work meanwhile.
 */
import type { SiteInfo } from '../../contract/types.ts';
import { formatList, formatPercent, formatSeconds, three } from '../../format.ts';
import type { Store } from '../store.ts';
import type { ThreadTraits } from '../traits.ts';
import { nameList, share, type Context, type Finding } from './context.ts';
import { Doing, seen, seenAlive, type Lane, type Looks } from './looks.ts';

/** Members wait for a lock for this part of their life ... */
const LOCKED = 0.3;
/** ... in at least so many waits: fewer are an incident. */
const LOCK_WAITS = 5;
/** Of the time in which one of them waits, this part has another that does not: it has the lock. */
const SERVED = 0.9;
/** Part of the range in which one of them waits; below, it is of no weight. */
const OF_RANGE = 0.25;

/** Where threads wait for work, for an event, for one another's end: by the end of the file's name. */
const WAITING_ROOMS: [string, Set<string>][] = [
  ['/threading.py', new Set(['wait', 'wait_for', 'join', '_wait_for_tstate_lock', '_shutdown'])],
  ['/concurrent/futures/thread.py', new Set(['_worker'])],
  ['/queue.py', new Set(['get', 'put', 'join'])],
];

const isWaitingRoom = ({ file, name }: SiteInfo): boolean =>
  WAITING_ROOMS.some(([end, names]) => file.endsWith(end) && names.has(name));

const functionOf = ({ file, firstLine, name }: SiteInfo): string => `${name}\n${file}\n${firstLine}`;

interface Locked {
  lane: Lane;
  thread: ThreadTraits;
  /** At each look 1: waits for a lock. */
  waits: Uint8Array;
  looks: number;
  /** Different waits among them. */
  times: number;
  /** The functions in which they began: how many looks. */
  places: Map<string, { site: SiteInfo; looks: number }>;
}

function lockedOf(store: Store, lane: Lane, thread: ThreadTraits): Locked {
  const out: Locked = { lane, thread, waits: new Uint8Array(lane.did.length), looks: 0, times: 0, places: new Map() };
  const { sites } = store.tracks[lane.thread];
  let last = -1;
  lane.did.forEach((did, i) => {
    const site = store.sites.infos[did === Doing.lock ? sites.get(lane.row[i]) : 0];
    if (site.name === '' || isWaitingRoom(site)) return;
    out.waits[i] = 1;
    out.looks++;
    if (lane.row[i] !== last) out.times++;
    last = lane.row[i];
    const place = out.places.get(functionOf(site)) ?? { site, looks: 0 };
    place.looks++;
    out.places.set(functionOf(site), place);
  });
  return out;
}

/** Whether the lane was seen to let go of the GIL in one of these functions: it uses the same lock, though it never waits long for it. */
function usesThem(store: Store, lane: Lane, functions: Set<string>): boolean {
  const { sites } = store.tracks[lane.thread];
  return lane.row.some((row) => row >= 0 && functions.has(functionOf(store.sites.infos[sites.get(row)])));
}

/** Looks in which somebody waits, those of them in which a participant does not, and participants at work then, added up. */
function serving(members: Locked[], participants: Locked[], { count }: Looks) {
  const out = { contested: 0, served: 0, atWork: 0 };
  for (let i = 0; i < count; i++) {
    if (!members.some(({ waits }) => waits[i] === 1)) continue;
    const atWork = participants.filter(({ lane, waits }) => lane.did[i] !== Doing.none && waits[i] === 0).length;
    out.contested++;
    out.atWork += atWork;
    if (atWork > 0) out.served++;
  }
  return out;
}

/** Functions in which members waited, the most first. */
function placesOf(members: Locked[]): { site: SiteInfo; looks: number }[] {
  const sums = new Map<string, { site: SiteInfo; looks: number }>();
  for (const { places } of members)
    for (const [key, { site, looks }] of places) sums.set(key, { site, looks: looks + (sums.get(key)?.looks ?? 0) });
  return [...sums.values()].sort((a, b) => b.looks - a.looks);
}

const placeText = ({ site: { qualname, name, file, line, firstLine } }: { site: SiteInfo }): string =>
  `${qualname ?? name} (${file.slice(file.lastIndexOf('/') + 1)}:${line ?? firstLine})`;

export function lockContention(context: Context): Finding | null {
  const { store, traits, looks, lengthS } = context;
  const byIdx = new Map(traits.threads.map((t) => [t.idx, t]));
  // Only measured waits: the estimated engine knows none.
  const all = looks.lanes
    .map((lane) => ({ lane, thread: byIdx.get(lane.thread)! }))
    .filter(({ thread }) => thread.lockS !== null)
    .map(({ lane, thread }) => lockedOf(store, lane, thread));
  const isMember = (one: Locked): boolean => one.looks >= LOCKED * seenAlive(one.lane) && one.times >= LOCK_WAITS;
  const members = all.filter(isMember).sort((a, b) => b.looks - a.looks);
  const locked = members.reduce((sum, { looks: n }) => sum + n, 0);
  const waited = members.reduce((sum, { lane }) => sum + seen(lane, Doing.wait), 0);
  if (members.length < 2 || locked <= waited) return null;
  const places = placesOf(members);
  const functions = new Set(places.map(({ site }) => functionOf(site)));
  const participants = all.filter((one) => isMember(one) || usesThem(store, one.lane, functions));
  const { contested, served, atWork } = serving(members, participants, looks);
  if (contested < OF_RANGE * looks.count || served < SERVED * contested) return null;
  const threads = members.map(({ thread }) => thread);
  const seconds = (n: number): string => formatSeconds((n / looks.count) * lengthS);
  return {
    kind: 'lock_contention',
    text: `A lock holds up ${nameList(threads)} rather than the GIL: ${formatPercent(share(locked, locked + waited))} of their waiting is for locks.`,
    evidence: [
      ...members.slice(0, 4).map(({ thread, lane, looks: n }) => {
        const part = formatPercent(share(n, seenAlive(lane)));
        return `${thread.name} waited about ${seconds(n)} for locks, ${part} of its life, and ${formatSeconds(thread.waitS)} for the GIL.`;
      }),
      `Those waits began in ${formatList(places.slice(0, 3).map(placeText))}.`,
      `While one of them waited, ${three(atWork / contested)} of the ${participants.length} threads that pass there were not waiting for it, on average.`,
    ],
    advice:
      'Hold the lock for less (waiting and long computing outside of it), or give each thread data of its own. Another GIL, or none, would not help while they need the same lock.',
    limits: [
      'Which lock it is, and who has it, is not seen: only where threads begin to wait.',
      'Waits of conditions, events, semaphores and queues are left out: that is how threads wait for work. A lock that is used as a signal looks like one that is fought over.',
    ],
  };
}
