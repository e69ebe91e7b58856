import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readElf, type Source } from './elf.ts';
import { parsePtraceScope, type Machine } from './machine.ts';
import {
  containerKind,
  environValue,
  isVenvConfig,
  parseCommandLine,
  parseMappedCode,
  parsePasswd,
  parseProcessStat,
  parseStatus,
} from './parse.ts';
import { hexVersion, inspectCode, versionIn } from './python.ts';
import { refusal, unexplained, type Facts } from './refusal.ts';
import { script } from './remoteExec.ts';
import { mayRead } from './stage.ts';

const STATUS = `Name:\tpython3
Umask:\t0022
State:\tS (sleeping)
Tgid:\t42
TracerPid:\t0
Uid:\t1000\t1000\t1000\t1000
Gid:\t1000\t1000\t1000\t1000
NSpid:\t42\t7
CapPrm:\t0000000000000000
CapEff:\t0000000000000000
Seccomp:\t2
x86_Thread_features:\t
`;

describe('text of /proc', () => {
  it('stat of a process whose name is a trap', () => {
    const fields = [
      'S',
      7,
      42,
      42,
      0,
      -1,
      0,
      0,
      0,
      0,
      0,
      150,
      50,
      0,
      0,
      20,
      0,
      3,
      0,
      12345,
      9999,
      512,
      ...new Array<number>(28).fill(0),
    ];
    expect(parseProcessStat(`42 (a) R 9 (b)) ${fields.join(' ')}\n`)).toEqual({
      comm: 'a) R 9 (b)',
      state: 'S',
      ppid: 7,
      threads: 3,
      cpuS: 2,
      startS: 123.45,
      rssPages: 512,
    });
    expect(parseProcessStat('')).toBeNull();
    expect(parseProcessStat('42 (cut) S 1')).toBeNull();
  });

  it('status', () => {
    expect(parseStatus(STATUS)).toMatchObject({
      uids: [1000, 1000, 1000, 1000],
      tracerPid: 0,
      nsPids: [42, 7],
      seccomp: 2,
    });
    expect(parseStatus(STATUS)?.shadowStack).toBe(false);
    expect(parseStatus(STATUS.replace('features:\t', 'features:\tshstk '))?.shadowStack).toBe(true);
    expect(parseStatus('Name:\tx\n')).toBeNull();
  });

  it('files mapped as code, each once', () => {
    const maps = `00400000-00420000 r--p 00000000 fe:01 11 /usr/bin/python3.11
00420000-00700000 r-xp 00020000 fe:01 11 /usr/bin/python3.11
7f0000000000-7f0000001000 r-xp 00000000 00:00 0 [vdso]
7f0000002000-7f0000003000 r-xp 00000000 fe:01 12                         /tmp/_MEI a/libpython3.9.so.1.0 (deleted)
7f0000004000-7f0000005000 rw-p 00000000 fe:01 13 /dev/shm/x
7f0000006000-7f0000007000 r-xp 00000000 00:00 0
`;
    expect(parseMappedCode(maps).map(({ key, path, deleted }) => [key, path, deleted])).toEqual([
      ['fe:01 11', '/usr/bin/python3.11', false],
      ['fe:01 12', '/tmp/_MEI a/libpython3.9.so.1.0', true],
    ]);
  });

  it('command lines, environments and accounts', () => {
    expect(parseCommandLine('python\0-c\0\0')).toEqual(['python', '-c']);
    expect(parseCommandLine('uwsgi: master\0\0\0')).toEqual(['uwsgi: master']);
    expect(parseCommandLine('')).toEqual([]);
    expect(environValue('A=1\0VIRTUAL_ENV=/v=1\0', 'VIRTUAL_ENV')).toBe('/v=1');
    expect(environValue('XVIRTUAL_ENV=/v\0', 'VIRTUAL_ENV')).toBeNull();
    expect(parsePasswd('root:x:0:0::/:/bin/sh\ntoor:x:0:0::/:/x\nbad line\nann:x:1000:1000:::\n')).toEqual(
      new Map([
        [0, 'root'],
        [1000, 'ann'],
      ]),
    );
    expect(isVenvConfig('include-system-site-packages = false\nhome = /usr/bin\n')).toBe(true);
    expect(isVenvConfig('homeless = 1\n')).toBe(false);
  });

  it('containers', () => {
    expect(containerKind('0::/system.slice/docker-0123abc.scope\n')).toBe('docker');
    expect(containerKind('0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-9.scope')).toBe('kubernetes');
    expect(containerKind('0::/user.slice/user-1000.slice/session-1.scope')).toBeNull();
  });

  it('Yama', () => {
    expect(['0\n', '1\n', '2', '3\n', '', 'x', null].map(parsePtraceScope)).toEqual([0, 1, 2, 3, null, null, null]);
  });
});

describe('ELF files', () => {
  const whole = (bytes: Buffer): Source => ({ read: (offset, length) => bytes.subarray(offset, offset + length) });

  it('finds what a real one exports', () => {
    const elf = readElf(whole(readFileSync(process.execPath)));
    expect(elf).toMatchObject({ bits: 64, dynamic: true });
    expect(elf?.symbol('napi_create_object')).toBeGreaterThan(0);
    expect(elf?.symbol('PyEval_SaveThread')).toBeNull();
    // Imported, so in the table, but not defined here.
    expect(elf?.symbol('malloc')).toBeNull();
  });

  it('survives any damage', () => {
    const good = readFileSync(process.execPath).subarray(0, 1 << 20);
    for (let at = 0; at < 4096; at += 7) {
      const bad = Buffer.from(good.subarray(0, 8192));
      bad[at] = bad[at] ^ 0xff;
      expect(() => inspectCode(whole(bad), '/x')).not.toThrow();
      expect(() => inspectCode(whole(good.subarray(0, at)), '/x')).not.toThrow();
    }
    expect(readElf(whole(Buffer.from('#!/bin/sh\n')))).toBeNull();
  });

  it('versions', () => {
    const hex = (value: number): Buffer => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32LE(value);
      return bytes;
    };
    expect(hexVersion(hex(0x030c01f0))).toBe('3.12.1');
    expect(hexVersion(hex(0x030e00b2))).toBe('3.14.0b2');
    expect(hexVersion(hex(0))).toBeNull();
    expect(versionIn('libpython3.9.so.1.0')).toBe('3.9');
    expect(versionIn('uwsgi')).toBeNull();
  });
});

describe('why a process cannot be entered', () => {
  const machine: Machine = {
    platform: 'linux',
    uid: 1000,
    capPrm: 0n,
    capEff: 0n,
    ptraceScope: 0,
    seccomp: 0,
    built: true,
    pid: 1,
  };
  const root: Machine = { ...machine, uid: 0, capPrm: ~0n, capEff: ~0n };
  const own = process.arch === 'arm64' ? 183 : 62;
  const python = { implementation: 'cpython', version: '3.12.1', freeThreaded: false } as const;
  const status = parseStatus(STATUS)!;
  const good: Facts = {
    pid: 42,
    state: 'S',
    python,
    code: { python, machine: own, bits: 64, dynamic: true },
    status,
    ownerUid: 1000,
    userName: 'ann',
    tracer: null,
    attached: false,
    otherClock: false,
  };
  const code = (facts: Partial<Facts>, on: Partial<Machine> = {}): string | null =>
    refusal({ ...machine, ...on }, { ...good, ...facts })?.code ?? null;

  it('says nothing when nothing is wrong', () => {
    expect(code({})).toBeNull();
    expect(refusal(root, { ...good, ownerUid: 0 })).toBeNull();
  });

  it('names each cause', () => {
    const uids = [33, 33, 33, 33];
    expect(code({ state: 'Z' })).toBe('zombie');
    expect(code({ state: 'T' })).toBe('stopped');
    expect(code({ pid: 1 })).toBe('own_process');
    expect(code({ python: null })).toBe('not_python');
    expect(code({ python: { ...python, implementation: 'pypy' } })).toBe('not_cpython');
    expect(code({ python: { ...python, version: '3.7.16' } })).toBe('too_old');
    expect(code({ python: { ...python, version: '2.7' } })).toBe('too_old');
    expect(code({}, { platform: 'darwin' })).toBe('platform');
    expect(code({}, { built: false })).toBe('not_built');
    expect(code({ code: { ...good.code!, bits: 32 } })).toBe('arch_mismatch');
    expect(code({ code: { ...good.code!, dynamic: false } })).toBe('static_no_dlopen');
    expect(code({ status: { ...status, shadowStack: true } })).toBe('shadow_stack');
    expect(code({ status: { ...status, uids } })).toBe('other_user');
    expect(code({ status: { ...status, uids: [1000, 1000, 0, 0] } })).toBe('other_user');
    expect(code({ status: { ...status, capPrm: 1n } })).toBe('missing_capability');
    expect(code({ ownerUid: 0 })).toBe('not_dumpable');
    expect(code({ status: { ...status, tracerPid: 9 } })).toBe('already_traced');
    expect(code({ attached: true })).toBe('already_attached');
    expect(code({ otherClock: true })).toBe('other_clock');
  });

  it('Yama: 1 and 2 yield to the capability, 3 to nobody', () => {
    expect([1, 2, 3].map((ptraceScope) => code({}, { ptraceScope }))).toEqual(Array(3).fill('ptrace_scope'));
    expect([1, 2].map((ptraceScope) => refusal({ ...root, ptraceScope }, good))).toEqual([null, null]);
    expect(refusal({ ...root, ptraceScope: 3 }, good)?.remedy).toMatch(/launch the program/);
    expect(refusal({ ...machine, ptraceScope: 1 }, good)?.remedy).toMatch(/sysctl kernel.yama.ptrace_scope=0/);
  });

  it('leaves 3.14 its own door', () => {
    const newer = { ...python, version: '3.14.0' };
    expect(code({ python: newer }, { platform: 'darwin', built: false })).toBeNull();
    expect(code({ python: newer, state: 'T' })).toBe('stopped');
  });

  it('has a word for what it cannot explain', () => {
    expect(unexplained({ ...root, seccomp: 2 }, 42).code).toBe('seccomp');
    expect(unexplained(root, 42).code).toBe('forbidden');
  });

  it('gives every cause a remedy or none is possible', () => {
    const all = [{ python: null }, { state: 'T' }, { attached: true }, { ownerUid: 0 }] as Partial<Facts>[];
    for (const facts of all) expect(refusal(machine, { ...good, ...facts })?.remedy).toBeTruthy();
  });
});

describe('files for the target', () => {
  it('knows who may read them', () => {
    expect(mayRead('/etc/passwd', { uid: 65534, gid: 65534 })).toBe(true);
    expect(mayRead('/etc/shadow', { uid: 65534, gid: 65534 })).toBe(false);
    expect(mayRead('/nowhere/at/all', { uid: 65534, gid: 65534 })).toBe(false);
  });

  it('the script of sys.remote_exec quotes what it is given', () => {
    const text = script('/a "b"\n', '{"token":"é\\""}', '/r');
    expect(text).toContain(String.raw`"folder": "/a \"b\"\n"`);
    expect(text).toContain(String.raw`"config": "{\"token\":\"é\\\"\"}"`);
  });
});
