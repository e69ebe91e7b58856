/**
 * Whether this machine lets gilscope into programs that run already: for `gilscope doctor` and the Start view. A function of
 * discovery/machine.ts's facts. Used by doctor.ts.
 */
import type { DoctorCheck } from '../shared/contract/types.ts';
import type { Machine } from './discovery/machine.ts';
import { mayTraceAll } from './discovery/refusal.ts';

type Check = Omit<DoctorCheck, 'id' | 'title'>;

const warn = (text: string, remedy: string): Check => ({ status: 'warn', text, remedy });

export function checkAttachHere(machine: Machine): Check {
  const { platform, built, ptraceScope, seccomp } = machine;
  const mighty = mayTraceAll(machine);
  if (platform !== 'linux')
    return warn(
      'running programs can be attached to on Linux only, before Python 3.14',
      'start the program from gilscope instead',
    );
  if (!built)
    return warn(
      'the helper that enters running programs is not built: only Python 3.14 and later can be attached to',
      'npm run build:native',
    );
  if (ptraceScope === 3)
    return warn(
      'this system lets no program look into another (kernel.yama.ptrace_scope is 3)',
      'start the program from gilscope instead; the setting lasts until the machine is started anew',
    );
  if (ptraceScope !== null && ptraceScope > 0 && !mighty)
    return warn(
      `this system does not let one program look into another (kernel.yama.ptrace_scope is ${ptraceScope})`,
      'run gilscope as root (sudo), or allow it: sudo sysctl kernel.yama.ptrace_scope=0',
    );
  const whose = mighty ? 'every user' : 'this user';
  const filter = seccomp === 2 ? '; a seccomp filter is in force here, which may still forbid it' : '';
  const remedy = filter === '' ? null : 'if it does, start the container with --cap-add SYS_PTRACE';
  return { status: 'ok', text: `running Python programs of ${whose} can be attached to${filter}`, remedy };
}
