/**
 * What works on this machine, what that means, and what to do about the rest: for `gilscope doctor` and the page of the window. Each check is a
 * function of this folder that answers one question.
 */
import type { DoctorCheck, DoctorReport } from '../../shared/contract/types.ts';
import { readMachine } from '../discovery/machine.ts';
import type { InterpreterProbe } from '../interpreterProbe.ts';
import { listInterpreters, ownPlaces } from '../interpreters.ts';
import { VERSION } from '../paths.ts';
import { checkAttachHere, checkRights } from './attachCheck.ts';
import { impossible, install, ok, type Check } from './check.ts';
import {
  checkClock,
  checkContainer,
  checkCores,
  checkFiles,
  checkFrequency,
  checkSampler,
  readLimits,
} from './limits.ts';
import {
  checkBrowser,
  checkCompiler,
  checkNative,
  checkNode,
  checkPage,
  checkPrinter,
  checkPty,
  checkWindow,
} from './parts.ts';
import { checkDisk, checkFolder, checkSockets } from './places.ts';
import { examineAll } from './pythons.ts';

export async function doctorReport(probe: InterpreterProbe, folder: string): Promise<DoctorReport> {
  const interpreters = await examineAll(await listInterpreters(probe, ownPlaces()));
  const usable = interpreters.filter(({ engine }) => engine !== null);
  const exact = usable.filter(({ engine }) => engine === 'exact');
  const machine = readMachine();
  const limits = readLimits();
  const checks: DoctorCheck[] = [];
  const into =
    (group: DoctorCheck['group']) =>
    (id: string, title: string, check: Check | null): void => {
      if (check !== null) checks.push({ id, group, title, ...check });
    };
  const record = into('record');
  record(
    'python',
    'Python',
    usable.length > 0
      ? ok(`${usable.length} of ${interpreters.length} interpreters can be recorded, ${exact.length} of them exactly`)
      : impossible('no CPython 3.8 or later was found', 'there is nothing to record', install('python')),
  );
  record('native', 'Native tracer', checkNative());
  record('compiler', 'Compiler', checkCompiler());
  record('sockets', 'Sockets', await checkSockets());
  record('attach', 'Attach', checkAttachHere(machine));
  record('rights', 'Rights', checkRights(machine));
  const here = into('machine');
  here('cores', 'Cores', checkCores(limits));
  here('clock', 'Clock', checkClock(limits));
  here('frequency', 'Frequency', checkFrequency(limits));
  here('container', 'Container', process.platform === 'linux' ? checkContainer(limits, machine.seccomp) : null);
  here('sampler', 'Sampler', checkSampler());
  here('files', 'Open files', checkFiles(limits));
  const keep = into('keep');
  keep('folder', 'Folder', checkFolder(folder));
  keep('disk', 'Disk', await checkDisk(folder));
  const show = into('window');
  show('node', 'Node', checkNode());
  show('page', 'Window', checkPage());
  show('electron', 'Electron', checkWindow());
  show('browser', 'Browser', checkBrowser());
  show('print', 'PDF and PNG', await checkPrinter());
  show('terminal', 'Terminal', await checkPty());
  return {
    gilscope: VERSION,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    checks,
    interpreters,
  };
}
