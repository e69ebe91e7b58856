/**
 * Asks one executable whether it is a Python, and which: once, with a time limit, remembered by path, size and mtime in a
 * small cache file so that a launch costs nothing. Used by interpreters.ts (the picker), launch.ts and doctor.ts.
 */
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { z } from 'zod';
import { readJson, writeJson } from './jsonFile.ts';

const SCRIPT = `import sys, json
print(json.dumps({"version": ".".join(map(str, sys.version_info[:3])), "implementation": sys.implementation.name,
"prefix": sys.prefix, "basePrefix": getattr(sys, "base_prefix", sys.prefix), "executable": sys.executable,
"gilEnabled": getattr(sys, "_is_gil_enabled", lambda: True)()}))`;

const TIMEOUT_MS = 5000;
const CACHE_LIMIT = 200;

const answer = z.object({
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  implementation: z.string().min(1).max(100),
  prefix: z.string(),
  basePrefix: z.string(),
  executable: z.string().nullable(),
  gilEnabled: z.boolean(),
});
export type PythonFacts = z.infer<typeof answer>;

export type Probe = { ok: true; facts: PythonFacts } | { ok: false; why: string };

const cacheFile = z.record(
  z.string(),
  z.object({
    stamp: z.string(),
    probe: z.union([
      z.object({ ok: z.literal(true), facts: answer }),
      z.object({ ok: z.literal(false), why: z.string() }),
    ]),
  }),
);

/** Python 2 has no sys.implementation: it answers a plain error, which its version banner explains better. */
async function askVersion(path: string): Promise<string | null> {
  const { stdout, stderr } = await run(path, ['-V']);
  const match = /^Python (\d+\.\d+(?:\.\d+)?)/.exec(stdout + stderr);
  return match?.[1] ?? null;
}

function run(path: string, args: string[]): Promise<{ error: string | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const options = {
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL' as const,
      maxBuffer: 65536,
      encoding: 'utf8' as const,
    };
    try {
      const child = execFile(path, args, options, (error, stdout, stderr) => {
        const late = error?.killed === true ? `it gave no answer within ${TIMEOUT_MS / 1000} s` : null;
        resolve({ error: error === null ? null : (late ?? error.message.split('\n')[0]), stdout, stderr });
      });
      child.stdin?.end();
    } catch (error) {
      resolve({ error: error instanceof Error ? error.message : String(error), stdout: '', stderr: '' });
    }
  });
}

/** Facts from the JSON of Python's last line; start-up scripts and wrappers may have printed before it. */
function parseAnswer(stdout: string): PythonFacts | null {
  try {
    return answer.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  } catch {
    return null;
  }
}

async function ask(path: string): Promise<Probe> {
  const { error, stdout } = await run(path, ['-I', '-S', '-c', SCRIPT]);
  const facts = parseAnswer(stdout);
  if (facts !== null) return { ok: true, facts };
  // `-I` came with 3.4: anything older, and anything that is no Python, ends here.
  const version = await askVersion(path);
  if (version !== null) {
    const old = { version: version.split('.').length === 2 ? `${version}.0` : version, implementation: 'cpython' };
    return { ok: true, facts: { ...old, prefix: '', basePrefix: '', executable: path, gilEnabled: true } };
  }
  return {
    ok: false,
    why: error?.startsWith('it gave no answer') === true ? error : 'it does not answer as Python does',
  };
}

function stampOf(path: string): string | null {
  try {
    const stat = statSync(path);
    return `${stat.size}:${stat.mtimeMs}:${stat.ino}`;
  } catch {
    return null;
  }
}

export class InterpreterProbe {
  private readonly known: Map<string, { stamp: string; probe: Probe }>;
  private readonly asking = new Map<string, Promise<Probe>>();

  /** `cachePath` null: remembers for its own life only. */
  constructor(private readonly cachePath: string | null) {
    const parsed = cacheFile.safeParse(cachePath === null ? undefined : readJson(cachePath));
    this.known = new Map(parsed.success ? Object.entries(parsed.data) : []);
  }

  probe(path: string, refresh = false): Promise<Probe> {
    const stamp = stampOf(path);
    if (stamp === null) return Promise.resolve({ ok: false, why: 'there is no such file' });
    const known = this.known.get(path);
    if (!refresh && known?.stamp === stamp) return Promise.resolve(known.probe);
    const pending = this.asking.get(path);
    if (pending !== undefined) return pending;
    const asked = ask(path).then((probe) => {
      this.asking.delete(path);
      // A failure may be a passing one (load, a time-out): it is asked again next time.
      if (probe.ok) this.remember(path, stamp, probe);
      return probe;
    });
    this.asking.set(path, asked);
    return asked;
  }

  private remember(path: string, stamp: string, probe: Probe): void {
    this.known.delete(path);
    this.known.set(path, { stamp, probe });
    for (const oldest of this.known.keys()) {
      if (this.known.size <= CACHE_LIMIT) break;
      this.known.delete(oldest);
    }
    if (this.cachePath === null) return;
    try {
      writeJson(this.cachePath, Object.fromEntries(this.known));
    } catch {
      // A cache that cannot be kept costs a few milliseconds at the next launch, no more.
    }
  }
}
