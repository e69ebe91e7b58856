/** How a finding of the doctor is written down, and what a remedy's command is on the distribution at hand. Used by every check of this folder. */
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { DoctorCheck } from '../../shared/contract/types.ts';
import { isExecutable } from '../interpreters.ts';

export type Check = Omit<DoctorCheck, 'id' | 'title' | 'group'>;

/** What to do: in words, and as a command to copy where there is one. */
export interface Remedy {
  remedy: string;
  command?: string | null;
}

export const ok = (text: string): Check => ({ status: 'ok', text, means: null, remedy: null, command: null });
const found =
  (status: 'warn' | 'fail') =>
  (text: string, means: string, { remedy, command = null }: Remedy): Check => ({
    status,
    text,
    means,
    remedy,
    command,
  });
/** Works, but not all of it. `means`: what the user goes without. */
export const limited = found('warn');
/** Without it gilscope does not work. */
export const impossible = found('fail');

export function onPath(names: readonly string[], path = process.env.PATH ?? ''): string | null {
  for (const name of names)
    for (const folder of path.split(delimiter)) {
      const full = join(folder, name);
      if (folder.startsWith('/') && isExecutable(full)) return full;
    }
  return null;
}

type Package = 'compiler' | 'browser' | 'python';

/** Package names by distribution, after /etc/os-release. */
export function install(what: Package, osRelease = readOsRelease()): Remedy {
  const ids = [...osRelease.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap((match) => match[1].split(' '));
  const rows: [string[], string, Record<Package, string>][] = [
    [['debian', 'ubuntu'], 'sudo apt install', { compiler: 'build-essential', browser: 'chromium', python: 'python3' }],
    [['fedora', 'rhel', 'centos'], 'sudo dnf install', { compiler: 'gcc', browser: 'chromium', python: 'python3' }],
    [['arch'], 'sudo pacman -S', { compiler: 'base-devel', browser: 'chromium', python: 'python' }],
    [['alpine'], 'sudo apk add', { compiler: 'build-base', browser: 'chromium', python: 'python3' }],
    [['suse', 'opensuse'], 'sudo zypper install', { compiler: 'gcc', browser: 'chromium', python: 'python3' }],
  ];
  const remedy = {
    compiler: 'install a C compiler (gcc or clang)',
    browser: 'install Chromium',
    python: 'install Python 3',
  }[what];
  if (process.platform === 'darwin')
    return { remedy, command: what === 'compiler' ? 'xcode-select --install' : `brew install ${what}` };
  const row = rows.find(([names]) => names.some((name) => ids.includes(name)));
  return { remedy, command: row === undefined ? null : `${row[1]} ${row[2][what]}` };
}

function readOsRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}
