import { expect, it } from 'vitest';
import { checkAttachHere, checkRights } from './attachCheck.ts';
import type { Machine } from '../discovery/machine.ts';

const machine = (more: Partial<Machine>): Machine => ({
  ...{ platform: 'linux', uid: 1000, capPrm: 0n, capEff: 0n, ptraceScope: 0, seccomp: 0, built: true, pid: 1 },
  ...more,
});
const SYS_PTRACE = 1n << 19n;

it.each([
  ['its own programs', {}, 'ok', 'of this user'],
  ['every program, with the capability', { capEff: SYS_PTRACE, ptraceScope: 2 }, 'ok', 'of every user'],
  ['none under Yama without it', { ptraceScope: 1 }, 'warn', 'ptrace_scope is 1'],
  ['none under the strictest Yama', { capEff: SYS_PTRACE, ptraceScope: 3 }, 'warn', 'ptrace_scope is 3'],
  ['none without the helper', { built: false }, 'warn', 'not built'],
  ['none on another system', { platform: 'darwin' }, 'warn', 'Linux only'],
  ['perhaps none under a filter', { seccomp: 2, ptraceScope: null }, 'ok', 'may still forbid it'],
] as const)('%s', (_name, facts, status, text) => {
  const check = checkAttachHere(machine(facts));
  expect(check.status).toBe(status);
  expect(check.text).toContain(text);
  expect(check.remedy === null).toBe(status === 'ok' && !('seccomp' in facts));
});

it('says whose programs are out of reach, and what to do', () => {
  expect(checkRights(machine({}))).toMatchObject({ status: 'warn', text: 'user 1000, without CAP_SYS_PTRACE' });
  expect(checkRights(machine({ uid: 0, capEff: SYS_PTRACE }))).toMatchObject({ status: 'ok', remedy: null });
  expect(checkRights(machine({ platform: 'darwin' }))).toBeNull();
});
