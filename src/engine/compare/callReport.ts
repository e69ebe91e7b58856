/** What run_call.py says of a run of its own: figures, or why there are none. Used by callVariants.ts and callCheck.ts. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { CALL_MODES, type CallReport } from '../../shared/contract/compare.ts';
import { errorCode, fileError, UserError } from '../errors.ts';

const seconds = z.number().min(0);
const report = z.object({
  mode: z.enum(CALL_MODES),
  workers: z.number().int().min(1),
  tasks: z.number().int().min(1),
  work_s: seconds,
  start_up_s: seconds,
  shut_down_s: seconds,
  task_s: seconds,
  passed_bytes: z.number().int().min(0).nullable(),
  digest: z.string().regex(/^([0-9a-f]{64})?$/),
  results: z.string().max(1000),
}) satisfies z.ZodType<CallReport>;
const failure = z.object({
  error: z.object({ message: z.string().max(10_000), remedy: z.string().max(10_000).nullable() }),
});

/** The file's JSON; undefined when there is no file. Throws a UserError if it is something else. */
function readReportFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw fileError(error, `cannot read ${path}`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw notAReport(path);
  }
}

const notAReport = (path: string): UserError =>
  new UserError('internal', `${path} is not what run_call.py reports`, 'something else has written it: run it again');

/** What a run measured of itself; null when it did not come so far (readCallFailure says why). Throws a UserError for a file that is none. */
export function readCallReport(path: string): CallReport | null {
  const value = readReportFile(path);
  if (value === undefined || failure.safeParse(value).success) return null;
  const parsed = report.safeParse(value);
  if (!parsed.success) throw notAReport(path);
  return parsed.data;
}

/** Why a run could not do its work, if it could still say so: one line and its remedy. Null for a run that worked, or ended abruptly. */
export function readCallFailure(path: string): { message: string; remedy: string | null } | null {
  const parsed = failure.safeParse(readReportFile(path));
  return parsed.success ? parsed.data.error : null;
}
