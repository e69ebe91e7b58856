/** Real recordings, exported and opened again: the same summary; files that are damaged, cut short or of others: told, never a crash. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportFile } from '../../src/engine/export/exporter.ts';
import { knownFormat } from '../../src/engine/export/known.ts';
import { FileSession } from '../../src/engine/fileSession.ts';
import type { Summary } from '../../src/shared/contract/types.ts';
import type { ExportScope } from '../../src/shared/export/types.ts';
import { file, newest, pythons, record, ROOT, work } from './helpers.ts';

const PROGRAM = file(
  'everything.py',
  `import multiprocessing, sys, threading, time
sys.path.insert(0, ${JSON.stringify(join(ROOT, 'python-agent', 'marks'))})
import gilscope_agent as g
counter = []
def spin(n):
    for i in range(n):
        counter.append(i)
def work(n):
    threads = [threading.Thread(target=spin, args=(n,), name=f"spinner-{i}") for i in range(2)]
    for t in threads: t.start()
    for t in threads: t.join()
if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    with g.region("all of it"):
        children = [multiprocessing.Process(target=work, args=(100_000,)) for _ in range(2)]
        for c in children: c.start()
        work(200_000)
        g.mark("half")
        time.sleep(0.2)
        for c in children: c.join()
`,
);

let made = 0;

async function opened(path: string): Promise<FileSession> {
  const session = await FileSession.open(path, null);
  await session.loaded;
  await session.close();
  return session;
}

async function traceOf(session: FileSession, id: string, scope: Partial<ExportScope> = {}): Promise<string> {
  const path = join(work, `import-${++made}.${id}`);
  const source = session.model.exportSource(
    { processes: [], threads: [], ...scope },
    { title: 't', gilscope: '0.1.0' },
  );
  await exportFile({ source, format: knownFormat(id), path, overwrite: false, recording: null });
  return path;
}

const told = (session: FileSession): Summary => JSON.parse(JSON.stringify(session.model.summary())) as Summary;

const recordings = [...new Set([pythons[0], newest])];

describe.each(recordings.map((one) => [one.version!, one.path]))('Python %s', (_, python) => {
  it('opens with the summary of the recording', async () => {
    const { file: path } = await record(python, [PROGRAM], ['--functions', '--watch', '__main__:counter']);
    const session = await opened(path);
    const wanted = told(session);
    expect(wanted.processes.length).toBeGreaterThanOrEqual(3);
    expect(wanted.marks.by_name.length).toBeGreaterThanOrEqual(1);
    for (const id of ['chrome', 'perfetto']) {
      const back = await opened(await traceOf(session, id));
      expect(back.info().damage).toBe(null);
      expect(told(back)).toEqual(wanted);
    }
  });
});

it('a part is a part, and says so; what is cut short or changed is told', async () => {
  const { file: path } = await record(newest.path, [PROGRAM]);
  const session = await opened(path);
  const { endNs } = session.model;
  for (const id of ['chrome', 'perfetto']) {
    const range = { start: Math.round(endNs / 4), end: Math.round(endNs / 2) };
    const part = await opened(await traceOf(session, id, range));
    expect(part.info().part).toContain('a part of a recording');
    const [mine, theirs] = [told(part), session.model.summary(range)];
    expect(mine.wall_s).toBeCloseTo((range.end - range.start) / 1e9, 9);
    expect(mine.processes.map((p) => p.threads.map((t) => [t.name, t.held_s, t.wait_s]))).toEqual(
      theirs.processes.map((p) => p.threads.map((t) => [t.name, t.held_s, t.wait_s])),
    );
    const whole = readFileSync(await traceOf(session, id));
    const cut = join(work, `cut-${id}`);
    writeFileSync(cut, whole.subarray(0, Math.floor(whole.length * 0.7)));
    expect((await opened(cut)).info().damage).toContain('not known');
    const changed = join(work, `changed-${id}`);
    let seed = 7;
    for (let i = 0; i < 25; i++) {
      const bytes = Buffer.from(whole);
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      bytes[seed % bytes.length] ^= 1 << (seed % 7);
      writeFileSync(changed, bytes.subarray(0, i % 2 === 0 ? bytes.length : (seed * 31) % bytes.length));
      const found = await opened(changed).then(
        (one) => one.info().endNs,
        (error: unknown) => (error as { code: string }).code,
      );
      expect(typeof found === 'number' || found === 'not-a-session').toBe(true);
    }
  }
});

it('what others wrote is refused', async () => {
  const foreign = {
    json: '{"traceEvents":[{"ph":"X","ts":1,"dur":2}]}',
    perfetto: Buffer.from([0x0a, 0x02, 0x08, 0x01]),
    text: 'hello',
  };
  for (const [name, bytes] of Object.entries(foreign)) {
    const path = join(work, `foreign-${name}`);
    writeFileSync(path, bytes);
    await expect(opened(path)).rejects.toThrow(/gilscope did not write|is not a gilscope session/);
  }
});
