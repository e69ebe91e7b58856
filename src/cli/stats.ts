/** `gilscope stats FILE`: the summary of a session, as a table or as JSON. */
import { FileSession } from '../engine/fileSession.ts';
import type { SessionInfo, Summary } from '../shared/contract/types.ts';
import { reportText } from './report.ts';

/** Reads all of a session. Throws UserError for what is none. */
export async function readSession(path: string): Promise<{ info: SessionInfo; summary: Summary }> {
  const session = await FileSession.open(path, null);
  await session.loaded;
  const read = { info: session.info(), summary: session.model.summary() };
  await session.close();
  return read;
}

export async function stats(path: string, options: { json?: boolean }): Promise<void> {
  const { summary } = await readSession(path);
  process.stdout.write(options.json === true ? `${JSON.stringify(summary, null, 2)}\n` : reportText(summary));
}
