/**
 * What this user may do to other processes here: the facts refusal.ts judges by. Read once for each list or attach.
 */
import { existsSync } from 'node:fs';
import { readProc } from '../procfs.ts';
import { NATIVE_INJECTOR, NATIVE_LIBRARY } from '../paths.ts';
import { parseStatus } from './parse.ts';

export interface Machine {
  platform: string;
  uid: number;
  capPrm: bigint;
  capEff: bigint;
  /** kernel.yama.ptrace_scope; null where the kernel has no Yama. */
  ptraceScope: number | null;
  /** Our own seccomp mode: in a container it may forbid ptrace. */
  seccomp: number;
  /** The helper and the library it carries are built. */
  built: boolean;
  pid: number;
}

export const YAMA = '/proc/sys/kernel/yama/ptrace_scope';

export function parsePtraceScope(text: string | null): number | null {
  const value = text === null ? '' : text.trim();
  return /^[0-3]$/.test(value) ? Number(value) : null;
}

export function readMachine(): Machine {
  const status = parseStatus(readProc('/proc/self/status') ?? '');
  return {
    platform: process.platform,
    uid: process.geteuid?.() ?? -1,
    capPrm: status?.capPrm ?? 0n,
    capEff: status?.capEff ?? 0n,
    ptraceScope: parsePtraceScope(readProc(YAMA)),
    seccomp: status?.seccomp ?? 0,
    built: existsSync(NATIVE_INJECTOR) && existsSync(NATIVE_LIBRARY),
    pid: process.pid,
  };
}
