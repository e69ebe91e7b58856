/**
 * Watched objects of a live session: carries the wishes of the user to the agents, to those that join later as well, and asks them what
 * there is to watch. What they find comes as frames, into the model. Owned by liveSession.ts.
 */
import { z } from 'zod';
import type { ProcIdx } from '../shared/contract/basics.ts';
import type { WatchableModule, WatchableNames, WatchIdx } from '../shared/contract/watches.ts';
import type { SessionModel } from '../shared/model/session.ts';
import { isWatch, parseWatch } from '../shared/watchExpression.ts';
import type { Agents } from './agents.ts';
import { UserError } from './errors.ts';

export interface WatchWishes {
  expressions: readonly string[];
  rateHz?: number | undefined;
}

const HOW = 'a watch is written module:name, then .attribute, ["key"] or [0]: __main__:cache["key"]';

/** Throws UserError for what is no watch. */
export function checkWatch(expression: string): void {
  const parsed = parseWatch(expression);
  if (!isWatch(parsed)) throw new UserError('bad-argument', `"${expression}" is no watch: ${parsed.wrong}`, HOW);
}

const text = z.string().transform((s) => s.slice(0, 200));
const modulesReply = z.array(
  z.object({ name: text, names: z.number().int().min(0), kind: z.enum(['main', 'program', 'library']) }),
);
const namesReply = z.object({ names: z.array(z.tuple([text, text])), more: z.number().int().min(0) });

export class SessionWatches {
  /** For every process, and every one to come. */
  private wanted: string[] = [];
  private rateHz: number | undefined;

  constructor(
    private readonly agents: Agents,
    private readonly model: SessionModel,
    wishes: WatchWishes | undefined,
    private readonly warn: (text: string) => void,
  ) {
    this.wanted = [...new Set(wishes?.expressions ?? [])];
    this.rateHz = wishes?.rateHz;
  }

  /** A process has said HELLO. */
  joined(process: ProcIdx): void {
    for (const expression of this.wanted) {
      this.send(process, expression).catch((error: unknown) => {
        if (error instanceof UserError && error.code !== 'not-alive') this.warn(error.message);
      });
    }
  }

  private async send(process: ProcIdx, expression: string): Promise<void> {
    const rate = this.rateHz === undefined ? {} : { rate: this.rateHz };
    await this.agents.ask(process, { cmd: 'watch_add', expression, ...rate }, `${expression} is not watched`);
  }

  /** In one process, or in all of them and those to come. Throws UserError. */
  async add(expression: string, process?: ProcIdx): Promise<void> {
    checkWatch(expression);
    const open = this.agents.open().map(({ stream }) => stream);
    if (process !== undefined) return this.send(process, expression);
    if (open.length === 0) throw new UserError('not-alive', 'nothing is being recorded any more');
    await Promise.all(open.map((one) => this.send(one, expression)));
    if (!this.wanted.includes(expression)) this.wanted.push(expression);
  }

  async remove(watch: WatchIdx): Promise<void> {
    const found = this.model.findWatch(watch);
    if (found === null) throw new UserError('not-found', 'this watch is there no more');
    await this.agents.ask(found.process, { cmd: 'watch_remove', watch: found.id }, 'the watch was not removed');
    this.wanted = this.wanted.filter((expression) => expression !== found.expression);
  }

  /** Samples a second, in every process. */
  async setRate(rateHz: number): Promise<void> {
    this.rateHz = rateHz;
    const open = this.agents.open();
    await Promise.all(
      open.map(({ stream }) => this.agents.ask(stream, { cmd: 'watch_rate', rate: rateHz }, 'the rate was not set')),
    );
  }

  async modules(process: ProcIdx): Promise<WatchableModule[]> {
    const value = await this.agents.ask(process, { cmd: 'list_modules' }, 'the modules cannot be listed');
    return understood(modulesReply, value);
  }

  async names(process: ProcIdx, module: string): Promise<WatchableNames> {
    const value = await this.agents.ask(process, { cmd: 'list_names', module }, `${module} cannot be listed`);
    const { names, more } = understood(namesReply, value);
    return { names: names.map(([name, type]) => ({ name, type })), more };
  }
}

function understood<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError('refused', 'the answer of the agent cannot be understood');
}
