/**
 * Text of /proc and of small configuration files, parsed. Pure; used by scan.ts, python.ts and attach.ts. What cannot be
 * understood is null or left out: processes come and go while they are read.
 */

export interface Stat {
  comm: string;
  state: string;
  ppid: number;
  threads: number;
  /** CPU seconds, all threads. */
  cpuS: number;
  /** Seconds after boot at which it started: with the pid it names a process for good. */
  startS: number;
  rssPages: number;
}

const TICKS_PER_S = 100;

/** /proc/PID/stat. The name may itself contain blanks and parentheses. */
export function parseProcessStat(text: string): Stat | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  const fields = text.slice(close + 2).split(' ');
  const field = (n: number): number => Number(fields[n - 3]);
  const stat = {
    comm: text.slice(open + 1, close),
    state: fields[0] ?? '?',
    ppid: field(4),
    cpuS: (field(14) + field(15)) / TICKS_PER_S,
    threads: field(20),
    startS: field(22) / TICKS_PER_S,
    rssPages: field(24),
  };
  return Number.isFinite(stat.rssPages) ? stat : null;
}

export interface Status {
  /** Real, effective, saved, file system. */
  uids: number[];
  gids: number[];
  tracerPid: number;
  /** Permitted and effective capabilities. */
  capPrm: bigint;
  capEff: bigint;
  /** 0 none, 1 strict, 2 filter. */
  seccomp: number;
  /** Its pid in each pid namespace, ours first. */
  nsPids: number[];
  shadowStack: boolean;
}

/** /proc/PID/status. */
export function parseStatus(text: string): Status | null {
  const lines = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) lines.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const numbers = (key: string): number[] => (lines.get(key) ?? '').split(/\s+/).filter(Boolean).map(Number);
  const mask = (key: string): bigint => {
    const value = lines.get(key) ?? '';
    return /^[0-9a-f]+$/i.test(value) ? BigInt(`0x${value}`) : 0n;
  };
  const uids = numbers('Uid');
  if (uids.length < 4) return null;
  return {
    uids,
    gids: numbers('Gid'),
    tracerPid: numbers('TracerPid')[0] ?? 0,
    capPrm: mask('CapPrm'),
    capEff: mask('CapEff'),
    seccomp: numbers('Seccomp')[0] ?? 0,
    nsPids: numbers('NSpid'),
    shadowStack: /\bshstk\b/.test(lines.get('x86_Thread_features') ?? ''),
  };
}

/** A file mapped as code. */
export interface MappedFile {
  start: string;
  end: string;
  /** "fd:01 123456": device and inode, as the kernel writes them. */
  key: string;
  path: string;
  deleted: boolean;
}

/** The files a process has mapped as executable code (/proc/PID/maps), each once, in the order of addresses. */
export function parseMappedCode(text: string): MappedFile[] {
  const found = new Map<string, MappedFile>();
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) ..x. [0-9a-f]+ ([0-9a-f]+:[0-9a-f]+ \d+)\s+(\/.*)$/.exec(line);
    if (match === null || found.has(match[3])) continue;
    const deleted = match[4].endsWith(' (deleted)');
    const path = deleted ? match[4].slice(0, -' (deleted)'.length) : match[4];
    found.set(match[3], { start: match[1], end: match[2], key: match[3], path, deleted });
  }
  return [...found.values()];
}

/** /proc/PID/cmdline. A program that rewrites its title leaves blanks and padding instead of NULs. */
export function parseCommandLine(text: string): string[] {
  const parts = text.replace(/\0+$/, '').split('\0');
  return parts.length === 1 && parts[0] === '' ? [] : parts;
}

/** One variable out of /proc/PID/environ. */
export function environValue(text: string, name: string): string | null {
  for (const entry of text.split('\0')) if (entry.startsWith(`${name}=`)) return entry.slice(name.length + 1);
  return null;
}

/** True for the text of a pyvenv.cfg. */
export const isVenvConfig = (text: string): boolean => /^\s*home\s*=/m.test(text);

/** uid -> name, from /etc/passwd. */
export function parsePasswd(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name, , uid] = line.split(':');
    if (name && uid && /^\d+$/.test(uid) && !names.has(Number(uid))) names.set(Number(uid), name);
  }
  return names;
}

/** What kind of container a control group's path speaks of (/proc/PID/cgroup), or null. */
export function containerKind(cgroup: string): string | null {
  const kinds: [RegExp, string][] = [
    [/kubepods/, 'kubernetes'],
    [/libpod/, 'podman'],
    [/docker/, 'docker'],
    [/cri-containerd|containerd/, 'containerd'],
    [/\blxc(\.payload)?[./]/, 'lxc'],
    [/machine\.slice\/|systemd-nspawn/, 'nspawn'],
  ];
  return kinds.find(([pattern]) => pattern.test(cgroup))?.[1] ?? null;
}
