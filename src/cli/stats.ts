/** `gilscope stats FILE`: the summary of a session, as a table or as JSON. */
import { FileSession } from '../engine/fileSession.ts';
import { reportText } from './report.ts';

export async function stats(path: string, options: { json?: boolean }): Promise<void> {
  const session = await FileSession.open(path, null);
  await session.loaded;
  const summary = session.model.summary();
  process.stdout.write(options.json === true ? `${JSON.stringify(summary, null, 2)}\n` : reportText(summary));
  await session.close();
}
