/**
 * The JSON frames: their shapes, parsed and bounded. docs/protocol.md.
 * Parsed by the engine (HELLO, REPLY) and SessionModel; encoded by the engine (COMMAND, SESSION, PROCESS, END) and by tests.
 * Text comes from a program nobody vouches for: overlong text and lists are cut (a long command line is no crime), wrong types are refused.
 */
import { z } from 'zod';
import { encodeFrame, FrameKind, PROTOCOL, ProtocolError, type Frame } from './frames.ts';

const text = (max: number) => z.string().transform((s) => (s.length > max ? s.slice(0, max) : s));
const list = (items: number, max: number) => z.array(text(max)).transform((a) => a.slice(0, items));
const name = text(256);
const reason = text(4096);
const argv = list(4096, 65536);
const u31 = z.number().int().min(0).max(0x7fffffff);
const u32 = z.number().int().min(0).max(0xffffffff);
const u8 = z.number().int().min(0).max(0xff);
const u16 = z.number().int().min(0).max(0xffff);
/** Large integers are decimal strings; u64, as on the wire. */
const u64 = z
  .union([z.string().regex(/^\d{1,20}$/), z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)])
  .transform((v) => BigInt(v))
  .refine((v) => v < 1n << 64n, 'larger than 64 bits');
const seconds = z.number().min(0).max(1e9);
const engine = z.enum(['exact', 'estimated']);

const hello = z.object({
  protocol: z.literal(PROTOCOL),
  token: text(1024),
  pid: u31,
  ppid: u31.nullish(),
  python: name,
  implementation: name,
  executable: text(4096).nullish(),
  argv,
  engine,
  engine_reason: reason.nullish(),
  switch_interval_s: seconds.nullish(),
  gil_enabled: z.boolean().nullish(),
  start_ns: u64,
  main_tid: u32.nullish(),
  agent: name.optional(),
});

const thread = z.object({
  serial: u32.min(1).nullish(),
  tid: u32,
  name,
  main: z.boolean().nullish(),
  own: z.boolean().nullish(),
});

const gil = z.object({
  id: u16,
  ns: u64,
  interpreter: z.number().int().nullish(),
  count0: u64.nullish(),
  gone: z.boolean().nullish(),
});

const state = z.object({
  switch_interval_s: seconds.nullish(),
  gil_enabled: z.boolean().nullish(),
  drop_sites: z.boolean().nullish(),
  threads: u32.nullish(),
  sites: z.boolean().nullish(),
  sites_reason: reason.nullish(),
  looks: z.number().int().min(0).nullish(),
  looks_ns: u64.nullish(),
  functions: z.boolean().nullish(),
  functions_min_ns: u64.nullish(),
  functions_reason: reason.nullish(),
  name: name.nullish(),
});

const log = z.object({ level: z.enum(['info', 'warn', 'error']), text: text(16384) });
const goodbye = z.object({
  reason: z.enum(['exit', 'detach', 'os_exit', 'exec']),
  code: u8.nullish(),
  /** When it was said; older agents do not tell. */
  ns: u64.nullish(),
  /** CPU time of the process, and of our own thread in it. */
  cpu_ns: u64.nullish(),
  own_cpu_ns: u64.nullish(),
});
const child = z.object({
  pid: u31,
  ns: u64,
  ppid: u31.nullish(),
  kind: z.enum(['other', 'python', 'isolated']).nullish(),
  argv: argv.nullish(),
  exit_code: u8.nullish(),
  signal: u8.nullish(),
});
/** `id` 0 means "not known" and is never described. */
const site = z.object({
  id: u32.min(1),
  name,
  qualname: name.nullish(),
  file: text(4096),
  first_line: u31,
  line: u31.nullish(),
  /** Written in C. */
  builtin: z.boolean().nullish(),
});
/** What the holder of a long hold ran when it was looked at from outside. */
const look = z.object({ ns: u64, serial: u32.min(1), site: u32.min(1) });
const reply = z.object({ id: u32, ok: z.boolean(), error: reason.nullish(), value: z.unknown().optional() });
const watch = z.object({
  id: u16,
  expression: text(1000),
  ns: u64,
  /** Not there yet, counted, not counted by anybody, no longer there, not to be had without running code, watched no more. */
  state: z.enum(['waiting', 'counted', 'immortal', 'gone', 'refused', 'removed']),
  type: name.nullish(),
  reason: reason.nullish(),
  rate_hz: z.number().min(0).max(1e6).nullish(),
  split: z.boolean().nullish(),
});
const command = z.object({
  id: u32,
  cmd: name,
  seconds: seconds.optional(),
  expression: text(1000).optional(),
  /** Samples a second. */
  rate: z.number().optional(),
  watch: u16.optional(),
  module: text(1000).optional(),
  on: z.boolean().optional(),
});

const session = z.object({
  format: z.number().int(),
  gilscope: name,
  created: name,
  start_ns: u64,
  host: name,
  platform: name,
  cores: u16,
  kind: z.enum(['launch', 'attach']),
  command: argv,
  cwd: text(4096).nullish(),
  clock: name,
});

const process = z.object({
  pid: u31,
  ppid: u31.nullish(),
  argv: argv.nullish(),
  name: name.nullish(),
  born_ns: u64.nullish(),
  ended_ns: u64.nullish(),
  exit_code: z.number().int().nullish(),
  signal: name.nullish(),
  lost: reason.nullish(),
  ended_by: name.nullish(),
});

const end = z.object({ ns: u64, reason: z.enum(['exit', 'stop', 'closed']) });

const schemas = {
  [FrameKind.hello]: hello,
  [FrameKind.thread]: thread,
  [FrameKind.gil]: gil,
  [FrameKind.state]: state,
  [FrameKind.log]: log,
  [FrameKind.goodbye]: goodbye,
  [FrameKind.reply]: reply,
  [FrameKind.child]: child,
  [FrameKind.site]: site,
  [FrameKind.look]: look,
  [FrameKind.watch]: watch,
  [FrameKind.command]: command,
  [FrameKind.session]: session,
  [FrameKind.process]: process,
  [FrameKind.end]: end,
} as const;

export type ControlKind = keyof typeof schemas;
/** What a writer gives: `..._ns` as decimal strings. */
export type ControlInput<K extends ControlKind> = z.input<(typeof schemas)[K]>;
/** What a reader gets: `..._ns` as bigint. */
export type ControlValue<K extends ControlKind> = z.output<(typeof schemas)[K]>;
export type Control = { [K in ControlKind]: { kind: K; value: ControlValue<K> } }[ControlKind];

export type Hello = ControlValue<typeof FrameKind.hello>;
export type ThreadName = ControlValue<typeof FrameKind.thread>;
export type GilFound = ControlValue<typeof FrameKind.gil>;
export type ProcessState = ControlValue<typeof FrameKind.state>;
export type Log = ControlValue<typeof FrameKind.log>;
export type Goodbye = ControlValue<typeof FrameKind.goodbye>;
export type Child = ControlValue<typeof FrameKind.child>;
export type WatchChange = ControlValue<typeof FrameKind.watch>;
export type Site = ControlValue<typeof FrameKind.site>;
export type Look = ControlValue<typeof FrameKind.look>;
export type Reply = ControlValue<typeof FrameKind.reply>;
export type Command = ControlValue<typeof FrameKind.command>;
export type SessionHead = ControlValue<typeof FrameKind.session>;
export type ProcessChange = ControlValue<typeof FrameKind.process>;
export type SessionEnd = ControlValue<typeof FrameKind.end>;

/** A whole frame, ready to be written. */
export function encodeControl<K extends ControlKind>(kind: K, value: ControlInput<K>, stream = 0): Uint8Array {
  return encodeFrame(kind, new TextEncoder().encode(JSON.stringify(value)), stream);
}

const NAMES = new Map<number, string>(Object.entries(FrameKind).map(([key, kind]) => [kind, key.toUpperCase()]));

export const isControl = (kind: number): kind is ControlKind => kind in schemas;

/** The value of a JSON frame; null for a frame of another kind. Throws a ProtocolError for one that is not as documented. */
export function parseControl(frame: Frame): Control | null {
  if (!isControl(frame.kind)) return null;
  const label = NAMES.get(frame.kind) ?? String(frame.kind);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(frame.payload));
  } catch {
    throw new ProtocolError(`a ${label} message is not JSON`);
  }
  refuseOtherProtocol(frame.kind, json);
  const parsed = schemas[frame.kind].safeParse(json);
  if (parsed.success) return { kind: frame.kind, value: parsed.data } as Control;
  const issue = parsed.error.issues[0];
  throw new ProtocolError(`a ${label} message is malformed: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

/** Said before anything else is judged: the fields of another version may be anything. */
function refuseOtherProtocol(kind: number, json: unknown): void {
  if (kind !== FrameKind.hello || typeof json !== 'object' || json === null || !('protocol' in json)) return;
  if (json.protocol !== PROTOCOL)
    throw new ProtocolError(`the agent speaks protocol ${JSON.stringify(json.protocol).slice(0, 40)}, not ${PROTOCOL}`);
}
