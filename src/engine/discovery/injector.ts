/**
 * Runs the native helper (python-agent/native/inject) that loads a library into a process. Used by attach.ts.
 */
import { spawn } from 'node:child_process';
import { z } from 'zod';
import { NATIVE_INJECTOR } from '../paths.ts';

const outcome = z.union([
  z.object({
    ok: z.literal(true),
    way: z.literal('ptrace'),
    stopped_us: z.number(),
    total_us: z.number(),
    tid: z.number(),
    tries: z.number(),
    place: z.string(),
    loaded: z.boolean(),
    python: z.string(),
  }),
  z.object({ ok: z.literal(false), code: z.string(), message: z.string(), tries: z.number() }),
]);
export type InjectorOutcome = z.infer<typeof outcome>;
export type InjectorFailure = Extract<InjectorOutcome, { ok: false }>;

const OUTPUT_LIMIT = 65536;

/**
 * `library` and `config` as the target sees them. The helper is never killed: it keeps its own deadline, and a kill between
 * two of its steps would leave the target in the middle of a call.
 */
export function inject(pid: number, library: string, config: string, seconds: number): Promise<InjectorOutcome> {
  return new Promise((resolve) => {
    const failure = (message: string): void => resolve({ ok: false, code: 'internal', message, tries: 0 });
    const child = spawn(NATIVE_INJECTOR, [String(pid), library, config, String(seconds)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C goes to the terminal's whole process group; not to this one.
      detached: true,
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      if (output.length < OUTPUT_LIMIT) output += chunk.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => failure(`the helper cannot be run: ${error.message}`));
    child.on('close', (status, signal) => {
      const parsed = outcome.safeParse(asJson(output));
      if (parsed.success) resolve(parsed.data);
      else failure(`the helper ended with ${signal ?? status}: ${output.trim().slice(0, 300)}`);
    });
  });
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
