/**
 * Whether this machine lets gilscope into programs that run already: for `gilscope doctor` and the Start view. A function of
 * discovery/machine.ts's facts. Used by doctor.ts.
 */
import { mayTraceAll } from '../discovery/refusal.ts';
import type { Machine } from '../discovery/machine.ts';
import { limited, ok, type Check } from './check.ts';

const MEANS =
  'programs that run already cannot be attached to; programs that gilscope starts are recorded all the same';
const LAUNCH = 'start the program from gilscope instead';

/** Whether running programs can be entered. */
export function checkAttachHere(machine: Machine): Check {
  const { platform, built, ptraceScope, seccomp } = machine;
  const mighty = mayTraceAll(machine);
  if (platform !== 'linux')
    return limited('running programs can be attached to on Linux only, before Python 3.14', MEANS, { remedy: LAUNCH });
  if (!built)
    return limited(
      'the helper that enters running programs is not built',
      'only programs of Python 3.14 and later can be attached to',
      { remedy: 'build it', command: 'npm run build:native' },
    );
  if (ptraceScope === 3)
    return limited('this system lets no program look into another (kernel.yama.ptrace_scope is 3)', MEANS, {
      remedy: `${LAUNCH}; the setting lasts until the machine is started anew`,
    });
  if (ptraceScope !== null && ptraceScope > 0 && !mighty)
    return limited(
      `this system does not let one program look into another (kernel.yama.ptrace_scope is ${ptraceScope})`,
      MEANS,
      { remedy: 'run gilscope as root (sudo), or allow it', command: 'sudo sysctl kernel.yama.ptrace_scope=0' },
    );
  const whose = mighty ? 'every user' : 'this user';
  const text = `running Python programs of ${whose} can be attached to`;
  if (seccomp !== 2) return ok(text);
  return {
    ...ok(`${text}; a seccomp filter is in force here, which may still forbid it`),
    remedy: 'if it does, start the container with the right to',
    command: 'docker run --cap-add SYS_PTRACE …',
  };
}

/** Who we are to the kernel: what decides about other users' programs. */
export function checkRights(machine: Machine): Check | null {
  if (machine.platform !== 'linux') return null;
  const who = machine.uid === 0 ? 'root' : `user ${machine.uid}`;
  if (mayTraceAll(machine)) return ok(`${who}, with the right to look into every program (CAP_SYS_PTRACE)`);
  return limited(`${who}, without CAP_SYS_PTRACE`, 'programs of other users cannot be attached to', {
    remedy: 'run gilscope as the user whose programs they are, or as root',
    command: 'sudo node bin/gilscope ps',
  });
}
