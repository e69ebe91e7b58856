/**
 * What each interpreter of this machine is and which engine it gets: asked of itself, and the native tracer is really loaded into it, as a
 * recording does. Used by report.ts.
 */
import { execFile } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';
import type { DoctorInterpreter, Interpreter } from '../../shared/contract/types.ts';
import { exactHindrance } from '../interpreters.ts';
import { NATIVE_LIBRARY } from '../paths.ts';

const LIMIT_MS = 10_000;

/** `loads`: null; or why the tracer does not. Python's debug builds alone have gettotalrefcount. */
const SCRIPT = `import json, os, sys, sysconfig
why = None
if sys.argv[1]:
    try:
        import ctypes
        ctypes.PyDLL(sys.argv[1])
    except Exception as error:
        why = "%s: %s" % (type(error).__name__, error)
shared = bool(sysconfig.get_config_var("Py_ENABLE_SHARED"))
where = os.path.realpath(sys.executable)
if shared:
    where = os.path.join(sysconfig.get_config_var("LIBDIR") or "", sysconfig.get_config_var("INSTSONAME") or "")
print(json.dumps({"debug": hasattr(sys, "gettotalrefcount"), "shared": shared, "code": where, "why": why}))`;

const answer = z.object({ debug: z.boolean(), shared: z.boolean(), code: z.string(), why: z.string().nullable() });

function ask(path: string, library: string): Promise<z.infer<typeof answer> | null> {
  return new Promise((resolve) => {
    const options = { timeout: LIMIT_MS, killSignal: 'SIGKILL' as const, encoding: 'utf8' as const };
    execFile(path, ['-I', '-c', SCRIPT, library], options, (error, stdout) => {
      if (error !== null) {
        resolve(null);
        return;
      }
      try {
        resolve(answer.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')));
      } catch {
        resolve(null);
      }
    }).stdin?.end();
  });
}

/** Whether a 64-bit ELF file still has its table of symbols (.symtab, SHT_SYMTAB); null when it cannot be told. gabi, "Sections". */
export function hasSymbols(path: string): boolean | null {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    const head = Buffer.alloc(64);
    if (readSync(fd, head, 0, 64, 0) < 64 || head.readUInt32BE(0) !== 0x7f454c46 || head[4] !== 2 || head[5] !== 1)
      return null;
    const [at, size, count] = [Number(head.readBigUInt64LE(40)), head.readUInt16LE(58), head.readUInt16LE(60)];
    if (size < 64 || !Number.isSafeInteger(at)) return null;
    const table = Buffer.alloc(size * count);
    if (readSync(fd, table, 0, table.length, at) < table.length) return null;
    return Array.from({ length: count }, (_, i) => table.readUInt32LE(i * size + 4)).includes(2);
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}

const REMEDY = {
  exact: null,
  estimated: 'recordings are estimated; see the native tracer',
  none: 'run your programs with CPython 3.8 or later',
} as const;

async function examine(one: Interpreter, library: string): Promise<DoctorInterpreter> {
  const none = { build: [], status: 'fail' as const, means: 'its programs cannot be recorded', remedy: REMEDY.none };
  if (one.engine === null) return { ...one, ...none };
  const facts = await ask(one.path, one.engine === 'exact' ? library : '');
  if (facts === null)
    return { ...one, ...none, engine: null, reason: 'it gave no answer', remedy: 'start it by hand and see' };
  const symbols = hasSymbols(facts.code);
  const build = [
    ...(facts.debug ? ['debug build'] : []),
    ...(one.gilEnabled === false ? ['free-threaded'] : []),
    facts.shared ? 'shared libpython' : 'static libpython',
    ...(symbols === false ? ['stripped'] : []),
  ];
  if (facts.why !== null)
    return {
      ...{ ...one, build, engine: 'estimated', reason: `the native tracer does not load into it (${facts.why})` },
      ...{
        status: 'warn',
        means: 'recordings are estimated',
        remedy: 'build the native tracer anew: npm run build:native',
      },
    };
  if (one.engine === 'exact')
    return facts.debug
      ? {
          ...one,
          build,
          status: 'warn',
          means: 'exact; but a debug build is slow by itself',
          remedy: 'measure speed with the usual build',
        }
      : { ...one, build, status: 'ok', means: null, remedy: null };
  const free = one.gilEnabled === false;
  return {
    ...{ ...one, build, status: 'warn' },
    means: free ? 'there are no holds and waits: cores and threads are shown' : 'recordings are estimated',
    remedy: free ? 'to see holds and waits, use the usual build' : REMEDY.estimated,
  };
}

/** In the order given. Two at a time: a dozen at once would be felt on a small machine. */
export async function examineAll(interpreters: readonly Interpreter[]): Promise<DoctorInterpreter[]> {
  const library = exactHindrance() === null ? NATIVE_LIBRARY : '';
  const found: DoctorInterpreter[] = [];
  const lanes = [0, 1].map(async (lane) => {
    for (let i = lane; i < interpreters.length; i += 2) found[i] = await examine(interpreters[i], library);
  });
  await Promise.all(lanes);
  return found;
}
