/** Interpreters as people name them, "3.13" or a path or a command, resolved and given short labels that tell them apart. Used by callVariants.ts. */
import { bestInterpreter } from '../../shared/interpreters.ts';
import type { LaunchSpec } from '../../shared/contract/types.ts';
import { UserError } from '../errors.ts';
import type { InterpreterProbe } from '../interpreterProbe.ts';
import { listInterpreters, ownPlaces } from '../interpreters.ts';
import { checkEngine, checkLaunch } from '../launchCheck.ts';

export interface ChosenPython {
  /** Absolute. */
  path: string;
  version: string;
  /** As short as tells it apart from the others: "3.13", "3.13.0", or its path. */
  label: string;
}

const VERSION = /^\d+\.\d+(?:\.\d+)?$/;
const LONGEST_LABEL = 60;

const begins = (version: string, prefix: string): boolean => version === prefix || version.startsWith(`${prefix}.`);

/** The best of that version. */
async function ofVersion(
  prefix: string,
  probe: InterpreterProbe,
  places: ReturnType<typeof ownPlaces>,
): Promise<string> {
  const usable = (await listInterpreters(probe, places)).filter(({ engine }) => engine !== null);
  const found = bestInterpreter(usable.filter(({ version }) => version !== null && begins(version, prefix)));
  if (found !== null) return found.path;
  const there = [...new Set(usable.map(({ version }) => version))].join(', ');
  throw new UserError(
    'not-found',
    `there is no Python ${prefix} on this machine`,
    there === '' ? 'install one' : `there are ${there}; or name its path`,
  );
}

function labelled(pythons: { path: string; version: string }[]): ChosenPython[] {
  const minor = (version: string): string => version.split('.').slice(0, 2).join('.');
  const path = (full: string): string => (full.length > LONGEST_LABEL ? `…${full.slice(1 - LONGEST_LABEL)}` : full);
  return pythons.map((python) => {
    const others = pythons.filter((other) => other !== python);
    if (others.every(({ version }) => minor(version) !== minor(python.version)))
      return { ...python, label: minor(python.version) };
    if (others.every(({ version }) => version !== python.version)) return { ...python, label: python.version };
    return { ...python, label: path(python.path) };
  });
}

/**
 * Each interpreter once, in the order named. `launch` is what they are to run: its folder is checked too. Throws a UserError for the first
 * that is not there or is no CPython that can be recorded.
 */
export async function resolvePythons(
  names: readonly string[],
  launch: Pick<LaunchSpec, 'cwd' | 'args' | 'engine'>,
  probe: InterpreterProbe,
  env: Record<string, string | undefined>,
): Promise<ChosenPython[]> {
  const found = new Map<string, string>();
  for (const name of names) {
    const named = VERSION.test(name) ? await ofVersion(name, probe, { ...ownPlaces(), cwd: launch.cwd, env }) : name;
    const checked = await checkLaunch({ ...launch, python: named, path: env.PATH }, probe);
    checkEngine(launch.engine, checked);
    found.set(checked.python, checked.facts.version);
  }
  return labelled([...found].map(([path, version]) => ({ path, version })));
}
