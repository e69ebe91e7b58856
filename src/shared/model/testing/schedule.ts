/**
 * Random but valid schedules of threads that share GILs, with the intervals they must give, computed here from the plain rules and
 * from nothing of the model. Used by the property tests.
 */
import fc from 'fast-check';
import { IntervalFlag, ThreadState } from '../../contract/types.ts';
import type { Site } from '../../protocol/control.ts';
import { EventKind, type EventInput } from '../../protocol/events.ts';
import { at, Recording } from './recording.ts';

export interface Expected {
  thread: number;
  gil: number | null;
  state: ThreadState;
  start: number;
  end: number;
  /** Of IntervalFlag: preempted, voluntary, requested. */
  flags: number;
  /** Of a hold: the site at which it ended; when that was not told, the one at which it began; else 0. */
  site: number;
}

export interface Schedule {
  recording: Recording;
  endNs: number;
  /** In the order in which they begin, by thread. */
  intervals: Expected[];
}

/** One thing that happens: after `dt`, this thread does what it can. */
export interface Step {
  thread: number;
  dt: number;
  will: boolean;
  cpu: number | null;
  /** Where it lets go, if it does; 0 or left out: not told. */
  site?: number;
}

/** A thread of the simulation. */
interface Actor {
  events: EventInput[];
  gil: number;
  current: Expected | null;
  lastHold: Expected | null;
  /** The site said last. */
  said: number;
}

class Simulation {
  readonly recording = new Recording();
  readonly intervals: Expected[] = [];
  now = 0;
  private readonly actors: Actor[];
  private readonly holders = new Map<number, Actor>();

  constructor(threads: number, gils: number) {
    this.actors = Array.from({ length: threads }, (_, i) => ({
      events: this.recording.thread(`t${i}`).events,
      gil: i % gils,
      current: null,
      lastHold: null,
      said: 0,
    }));
  }

  step({ thread, dt, will, cpu, site = 0 }: Step): void {
    this.now += dt;
    const index = thread % this.actors.length;
    const actor = this.actors[index];
    if (actor.current?.state === ThreadState.hold) this.letGo(actor, index, will, site);
    else if (actor.current?.state === ThreadState.wait && this.holders.has(actor.gil)) this.request(actor);
    else this.ask(actor, index, cpu);
  }

  private say(actor: Actor, kind: EventKind, more: Partial<EventInput> = {}): void {
    actor.events.push({ kind, ns: at(this.now), gil: actor.gil, core: this.actors.indexOf(actor), ...more });
  }

  private enter(actor: Actor, thread: number, state: ThreadState): void {
    if (actor.current) actor.current.end = this.now;
    const released = state === ThreadState.blocked;
    const gil = released ? null : actor.gil;
    actor.current = { thread, gil, state, start: this.now, end: this.now, flags: 0, site: 0 };
    this.intervals.push(actor.current);
  }

  private letGo(actor: Actor, thread: number, will: boolean, site: number): void {
    // Said each time, and 0 too: the tracer may not know it once it knew another.
    this.say(actor, EventKind.site, { site });
    actor.current!.site = site === 0 ? actor.said : site;
    actor.said = site;
    this.say(actor, EventKind.drop, { flagA: will });
    if (will) actor.current!.flags |= IntervalFlag.voluntary;
    actor.lastHold = actor.current;
    this.holders.delete(actor.gil);
    this.enter(actor, thread, ThreadState.blocked);
  }

  private request(actor: Actor): void {
    this.say(actor, EventKind.request);
    actor.current!.flags |= IntervalFlag.requested;
    this.holders.get(actor.gil)!.current!.flags |= IntervalFlag.requested;
  }

  private ask(actor: Actor, thread: number, cpu: number | null): void {
    const { current } = actor;
    if (current?.state === ThreadState.blocked && cpu !== null) {
      const length = this.now - current.start;
      const cpuNs = Math.floor(length * cpu);
      this.say(actor, EventKind.releaseCpu, { cpuNs });
      if (length > 0 && cpuNs / length >= 0.5) current.state = ThreadState.running;
    }
    if (actor.lastHold && actor.lastHold.flags % 4 === 0) actor.lastHold.flags |= IntervalFlag.preempted;
    if (this.holders.has(actor.gil)) {
      this.say(actor, EventKind.wait);
      this.enter(actor, thread, ThreadState.wait);
    } else {
      this.say(actor, EventKind.take);
      this.enter(actor, thread, ThreadState.hold);
      this.holders.set(actor.gil, actor);
    }
  }

  finish(): Schedule {
    this.now += 1;
    for (const actor of this.actors) if (actor.current) actor.current.end = this.now;
    return { recording: this.recording, endNs: this.now, intervals: this.intervals };
  }
}

export function scheduleOf(threads: number, gils: number, steps: Step[]): Schedule {
  const simulation = new Simulation(threads, gils);
  for (const each of steps) simulation.step(each);
  return simulation.finish();
}

interface Kind {
  threads: { min: number; max: number };
  steps: { min: number; max: number };
  /** The longest pause between two steps, ns. Never 0: a tie has its own test. */
  pause: number;
  /** Shares of a release spent on CPU, told or not; else never told. */
  cpu?: boolean;
  /** Where they let go, beside the unknown place 0: numbers 1, 2 ... */
  sites?: readonly Site[];
}

/** Schedules of threads on up to two GILs. */
export function schedulesOf(kind: Kind): fc.Arbitrary<Schedule> {
  const { threads, steps, pause, cpu = false, sites = [] } = kind;
  const share = fc.oneof(fc.constant(null), fc.double({ min: 0, max: 1, noNaN: true }));
  return fc
    .record({
      threads: fc.integer(threads),
      gils: fc.integer({ min: 1, max: 2 }),
      steps: fc.array(
        fc.record({
          thread: fc.nat(threads.max - 1),
          dt: fc.integer({ min: 1, max: pause }),
          will: fc.boolean(),
          cpu: cpu ? share : fc.constant(null),
          site: fc.nat(sites.length),
        }),
        { minLength: steps.min, maxLength: steps.max, size: 'max' },
      ),
    })
    .map((drawn) => {
      const schedule = scheduleOf(drawn.threads, drawn.gils, drawn.steps);
      schedule.recording.sites.push(...sites);
      return schedule;
    });
}

/** A long one, the same for the same seed: fast-check is for short ones. */
export function longSchedule(seed: number, steps: number): Schedule {
  let state = seed;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const simulation = new Simulation(4, 1);
  for (let i = 0; i < steps; i++)
    simulation.step({
      thread: Math.floor(next() * 4),
      dt: 1 + Math.floor(next() * 3000),
      will: next() < 0.5,
      cpu: next() < 0.3 ? next() : null,
    });
  return simulation.finish();
}
