/** `gilscope doctor`: the engine's report as text or JSON. */
import { join } from 'node:path';
import { doctorReport } from '../engine/doctor/report.ts';
import { InterpreterProbe } from '../engine/interpreterProbe.ts';
import { dataFolder } from '../engine/paths.ts';
import type { DoctorReport } from '../shared/contract/types.ts';
import { plain } from './terminalText.ts';

const MARKS = { ok: 'ok', warn: 'limited', fail: 'NOT POSSIBLE' } as const;
const GROUPS = { record: 'Recording', machine: 'This machine', keep: 'Keeping', window: 'Showing' } as const;

/** What follows from a finding and what to do: a line each, under it. */
const follows = (means: string | null, remedy: string | null, command: string | null): string[] => [
  ...(means === null ? [] : [`  ${plain(means)}`]),
  ...(remedy === null ? [] : [`  -> ${plain(command === null ? remedy : `${remedy}: ${command}`)}`]),
];

function text({ gilscope, platform, checks, interpreters }: DoctorReport): string {
  const lines = (rows: [string, string, string[]][]): string => {
    const [wide, wider] = [0, 1].map((i) => Math.max(...rows.map((row) => row[i].length)));
    return rows
      .map(([mark, title, [first, ...rest]]) => {
        const margin = ' '.repeat(wide + wider + 4);
        return [`${mark.padEnd(wide)}  ${title.padEnd(wider)}  ${first}`, ...rest.map((line) => margin + line)].join(
          '\n',
        );
      })
      .join('\n');
  };
  const pythons = interpreters.map(
    ({ status, version, engine, path, source, build, reason, means, remedy }): [string, string, string[]] => [
      MARKS[status],
      `${version ?? '?'} ${engine ?? ''}`.trim(),
      [
        plain(`${path} (${[source, ...build].join(', ')})`),
        ...(reason === null ? [] : [`  ${plain(reason)}`]),
        ...follows(means, remedy, null),
      ],
    ],
  );
  const groups = (Object.keys(GROUPS) as (keyof typeof GROUPS)[]).map((group) => {
    const rows = checks
      .filter((check) => check.group === group)
      .map(({ status, title, text: what, means, remedy, command }): [string, string, string[]] => [
        MARKS[status],
        title,
        [plain(what), ...follows(means, remedy, command)],
      ]);
    return `${GROUPS[group]}\n${lines(rows)}\n`;
  });
  const found = pythons.length === 0 ? [] : [`Interpreters\n${lines(pythons)}\n`];
  return [`gilscope ${gilscope} on ${platform}\n`, ...groups, ...found].join('\n');
}

/** Exit status 1 when something is missing without which gilscope does not work. */
export async function doctor(options: { json?: boolean }): Promise<number> {
  const folder = dataFolder();
  const report = await doctorReport(new InterpreterProbe(join(folder, 'interpreters.json')), folder);
  process.stdout.write(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : text(report));
  return report.checks.some(({ status }) => status === 'fail') ? 1 : 0;
}
