import { describe, expect, it } from 'vitest';
import {
  checkClock,
  checkContainer,
  checkCores,
  checkFiles,
  checkFrequency,
  parseCpuMax,
  parseOpenFiles,
  quotaFiles,
  readLimits,
} from './limits.ts';
import type { Limits } from './limits.ts';
import { judgeDisk } from './places.ts';

const limits = (more: Partial<Limits>): Limits => ({
  ...{ cores: 8, allowed: 8, quota: null, container: null, clock: 'tsc', governor: null },
  files: { soft: 20_000, hard: 20_000 },
  ...more,
});

describe('what the kernel writes', () => {
  it('quota and period of cgroup v2', () => {
    expect(parseCpuMax('150000 100000\n')).toBe(1.5);
    for (const none of ['max 100000\n', '', '100 0', '-1 100000', null])
      expect(parseCpuMax(none), String(none)).toBeNull();
  });

  it('a quota is looked for in the group and all above it', () => {
    expect(quotaFiles('0::/a/b\n').map(({ folder }) => folder)).toEqual([
      ...['/sys/fs/cgroup', '/sys/fs/cgroup/a', '/sys/fs/cgroup/a/b'],
      ...['/sys/fs/cgroup/unified', '/sys/fs/cgroup/unified/a', '/sys/fs/cgroup/unified/a/b'],
    ]);
    expect(quotaFiles('4:cpu,cpuacct:/x\n3:memory:/y\n')).toEqual([
      ...['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/cpu/x'].map((folder) => ({ v1: true, folder })),
      ...['/sys/fs/cgroup/cpu,cpuacct', '/sys/fs/cgroup/cpu,cpuacct/x'].map((folder) => ({ v1: true, folder })),
    ]);
    expect(quotaFiles('nonsense')).toEqual([]);
  });

  it('open files', () => {
    expect(parseOpenFiles('Max open files            256                  unlimited            files')).toEqual({
      soft: 256,
      hard: Infinity,
    });
    expect(parseOpenFiles(null)).toBeNull();
  });
});

it.each([
  ['all cores', checkCores(limits({})), 'ok', '8 cores'],
  ['a quota', checkCores(limits({ quota: 1.5 })), 'warn', 'grants 1.5 cores of 8'],
  ['a quota that binds nobody', checkCores(limits({ quota: 8 })), 'ok', '8 cores'],
  ['an affinity', checkCores(limits({ allowed: 2 })), 'warn', '2 cores of 8'],
  ['one core', checkCores(limits({ cores: 1, allowed: 1 })), 'warn', 'one core'],
  ['a fast clock', checkClock(limits({})), 'ok', 'tsc'],
  ['a slow clock', checkClock(limits({ clock: 'acpi_pm' })), 'warn', 'acpi_pm'],
  ['a governor that saves', checkFrequency(limits({ governor: 'powersave' })), 'warn', 'powersave'],
  ['one that does not', checkFrequency(limits({ governor: 'performance' })), 'ok', 'performance'],
  ['few files', checkFiles(limits({ files: { soft: 256, hard: 4096 } })), 'warn', 'at most 256'],
  ['a container', checkContainer(limits({ container: 'docker' }), 2), 'warn', 'docker'],
  ['no container', checkContainer(limits({}), 0), 'ok', 'not in a container'],
  ['a disk with room', judgeDisk('/srv', 5e9), 'ok', '4.7 GiB'],
  ['a disk nearly full', judgeDisk('/srv', 5e8), 'warn', '0.5 GiB'],
  ['a full disk', judgeDisk('/srv', 0), 'fail', '0.0 GiB'],
] as const)('%s', (_name, check, status, text) => {
  expect(check).toMatchObject({ status, text: expect.stringContaining(text) as string });
  // Whoever is limited is told what that means and what to do.
  expect([check!.means === null, check!.remedy === null]).toEqual([status === 'ok', status === 'ok']);
});

it('a limit that cannot be told is not a finding', () => {
  expect(checkFrequency(limits({}))).toBeNull();
  expect(checkFiles(limits({ files: null }))).toBeNull();
});

it('here', () => {
  const here = readLimits();
  expect(here.cores).toBeGreaterThan(0);
  expect(here.allowed).toBeLessThanOrEqual(here.cores);
  if (process.platform === 'linux') expect(here.files!.soft).toBeGreaterThan(0);
});
