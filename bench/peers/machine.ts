/** The machine that figures come from, in one line of words: without it they say nothing. Used by peers.ts, sizes.ts and suite.mjs's parts. */
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

export interface MachineFacts {
  date: string;
  cpu: string;
  cores: number;
  memoryGib: number;
  kernel: string;
  node: string;
  load: number;
  virtual: boolean;
}

export function machineFacts(): MachineFacts {
  const list = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: list[0]?.model.trim() ?? 'unknown processor',
    cores: list.length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: `${process.platform} ${release()}`,
    node: process.versions.node,
    load: Math.round(loadavg()[0] * 10) / 10,
    virtual: isVirtual(),
  };
}

/** The flag by which a hypervisor tells its guest (x86 only). */
function isVirtual(): boolean {
  try {
    return /^flags\s*:.*\bhypervisor\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false;
  }
}

export const machineLine = (facts: MachineFacts): string =>
  `${facts.date}: ${facts.cores} cores (${facts.cpu}${facts.virtual ? ', virtual' : ''}), ${facts.memoryGib} GiB, ` +
  `${facts.kernel}, Node ${facts.node}, load ${facts.load} at the start`;
