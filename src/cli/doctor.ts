/** `gilscope doctor`: the engine's report as text or JSON. */
import { join } from 'node:path';
import { doctorReport } from '../engine/doctor.ts';
import { InterpreterProbe } from '../engine/interpreterProbe.ts';
import { dataFolder } from '../engine/paths.ts';
import type { DoctorReport } from '../shared/contract/types.ts';
import { plain, table } from './terminalText.ts';

const MARKS = { ok: 'ok', warn: 'WARN', fail: 'FAIL' } as const;

function text(report: DoctorReport): string {
  const checks = report.checks.map(({ title, status, text: what, remedy }) => [
    MARKS[status],
    title,
    plain(remedy === null ? what : `${what} -> ${remedy}`),
  ]);
  const interpreters = report.interpreters.map((one) => [
    one.engine ?? 'no',
    one.version ?? '?',
    one.source,
    plain(one.reason === null ? one.path : `${one.path} (${one.reason})`),
  ]);
  return (
    `gilscope ${report.gilscope} on ${report.platform}\n\n` +
    table([{ title: '' }, { title: 'what' }, { title: 'finding' }], checks) +
    `\n` +
    table([{ title: 'engine' }, { title: 'Python' }, { title: 'from' }, { title: 'path' }], interpreters)
  );
}

/** Exit status 1 when something is missing without which gilscope does not work. */
export async function doctor(options: { json?: boolean }): Promise<number> {
  const folder = dataFolder();
  const report = await doctorReport(new InterpreterProbe(join(folder, 'interpreters.json')), folder);
  process.stdout.write(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : text(report));
  return report.checks.some(({ status }) => status === 'fail') ? 1 : 0;
}
