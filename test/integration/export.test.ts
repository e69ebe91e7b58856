/** `gilscope export`: files that others read, whose totals are the summary's; and whatever goes wrong, the earlier file is there. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Summary } from '../../src/shared/contract/types.ts';
import { oddFrames, ODD_NAMES } from '../../src/shared/export/testing/oddNames.ts';
import { TABLES } from '../../src/shared/export/tables/tables.ts';
import { longSchedule } from '../../src/shared/model/testing/schedule.ts';
import { everywhere, file, gilscope, GILSCOPE, newest, record, recordingOf, ROOT, start, work } from './helpers.ts';

const script = file(
  'work.py',
  `import threading, time
def burn(n):
    x = 0
    for i in range(n): x += i
watched = [1]
threads = [threading.Thread(target=burn, args=(600_000,), name='say "%d", 🧵' % i) for i in range(3)]
for t in threads: t.start()
for _ in range(10): time.sleep(0.002)
for t in threads: t.join()
`,
);
const recorded = await record(newest.path, [script], ['--functions', '--watch', '__main__:watched']);

const odd = await recordingOf('odd.gilscope', oddFrames());

interface Read {
  columns: Record<string, string[]>;
  rows: Record<string, string[][]>;
  holds: Record<string, [ns: number, count: number]>;
  waits: Record<string, [ns: number, count: number]>;
  switches: number;
}

/** As exportArrow.py tells it; by thread id. */
interface ArrowRead {
  columns: Record<string, Record<string, string>>;
  holds: Record<string, [seconds: number, count: number]>;
  waits: Record<string, [seconds: number, count: number]>;
  switches: number;
  blame: number;
  threads: Record<string, Record<string, unknown>>;
  functions: number;
  refcounts: string[];
}

const READ = join(ROOT, 'test', 'integration', 'exportRead.py');
const read = (folder: string, kind: string): Read =>
  JSON.parse(
    execFileSync(newest.path, ['-I', READ, folder, kind], { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 60_000 }),
  ) as Read;

async function exported(from: string, to: string, name: string, ...options: string[]): Promise<string> {
  const out = join(work, name);
  const ran = await gilscope(['export', from, '--to', to, '-o', out, ...options]);
  expect(ran).toMatchObject({ status: 0, stdout: '' });
  return out;
}

/** Numbers are written differently; nothing else is. */
const alike = (rows: string[][]): string[][] =>
  rows.map((row) => row.map((cell) => (/^-?\d+(\.\d+)?(E-\d+|e-\d+)?$/.test(cell) ? String(Number(cell)) : cell)));

describe('tables, read back by Python', () => {
  it('add up to what gilscope stats says, to the nanosecond', async () => {
    const stats = await gilscope(['stats', '--json', recorded.file]);
    const summary = JSON.parse(stats.stdout) as Summary;
    const csv = read(await exported(recorded.file, 'csv', 'csv'), 'csv');
    const jsonl = read(await exported(recorded.file, 'jsonl', 'jsonl'), 'jsonl');
    for (const { threads, gils } of summary.processes) {
      for (const { tid, held_s, takes, wait_s, waits } of threads) {
        expect(csv.holds[tid] ?? [0, 0]).toEqual([Math.round(held_s * 1e9), takes]);
        expect(csv.waits[tid] ?? [0, 0]).toEqual([Math.round(wait_s * 1e9), waits]);
      }
      expect(csv.switches).toBe(gils.reduce((sum, { switches }) => sum + switches, 0));
    }
    expect(csv.switches).toBeGreaterThan(0);
    expect(Object.keys(csv.columns).sort()).toEqual(TABLES.map(({ name }) => name).sort());
    for (const { name, columns } of TABLES) {
      expect(csv.columns[name]).toEqual(columns.map((column) => column.name));
      expect(jsonl.columns[name]).toEqual(csv.columns[name]);
      expect(alike(jsonl.rows[name])).toEqual(alike(csv.rows[name]));
    }
  });

  it('bring odd names back', async () => {
    for (const kind of ['csv', 'jsonl'] as const) {
      const { columns, rows } = read(await exported(odd, kind, `odd-${kind}`), kind);
      const at = columns.functions.indexOf('function');
      const functions = new Set(rows.functions.map((row) => row[at]));
      for (const name of ODD_NAMES.slice(0, 7)) expect(functions).toContain(name);
      expect(functions).toContain('cut in two \uFFFD');
      expect(new Set(rows.threads.map((row) => row[columns.threads.indexOf('thread')]))).toEqual(
        new Set(ODD_NAMES.slice(0, 4)),
      );
    }
  });

  it('of a range and a thread hold only these', async () => {
    const folder = await exported(odd, 'csv', 'part', '--from', '0.001', '--until', '0.006', '--thread', '1001');
    const { holds, waits, rows } = read(folder, 'csv');
    expect([holds, waits]).toEqual([{ 1001: [3_000_000, 0] }, { 1001: [2_000_000, 1] }]);
    expect(rows.threads).toHaveLength(1);
  });

  it('one of them is a file, or goes to standard output', async () => {
    const path = await exported(odd, 'csv', 'one.csv', '--table', 'holds');
    const ran = await gilscope(['export', odd, '--to', 'csv', '--table', 'holds', '-o', '-']);
    expect(ran).toMatchObject({ status: 0, stderr: '', stdout: readFileSync(path, 'utf8') });
  });
});

describe('Arrow files, read in another process', () => {
  const reader = file(
    'read.mjs',
    `import { readFileSync } from 'node:fs';
import { tableFromIPC } from ${JSON.stringify(join(ROOT, 'node_modules', 'apache-arrow', 'Arrow.node.mjs'))};
const rows = tableFromIPC(readFileSync(process.argv[2])).toArray().map((row) => row.toJSON());
process.stdout.write(JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? Number(value) : value)));
`,
  );

  it('say the same as JSON lines', async () => {
    const arrow = await exported(recorded.file, 'arrow', 'arrow');
    const jsonl = await exported(recorded.file, 'jsonl', 'jsonl-beside-arrow');
    const files = readdirSync(arrow).filter((name) => name.endsWith('.arrow'));
    expect(files).toHaveLength(TABLES.length);
    for (const name of files) {
      const text = execFileSync(process.execPath, [reader, join(arrow, name)], {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      });
      const lines = readFileSync(join(jsonl, name.replace('.arrow', '.jsonl')), 'utf8')
        .trim()
        .split('\n');
      expect(JSON.parse(text)).toEqual(lines.map((line) => JSON.parse(line) as unknown));
    }
  });

  it('are read by pyarrow, where there is one, as is told in docs/exports.md', async (context) => {
    const able = everywhere.find(({ path }) => {
      const tried = spawnSync(path, ['-c', 'import pyarrow.feather'], { stdio: 'ignore', timeout: 60_000 });
      return tried.status === 0;
    });
    if (able === undefined) context.skip('no Python here has pyarrow');
    const folder = await exported(recorded.file, 'arrow', 'run-arrow');
    const python = (...args: string[]) =>
      execFileSync(able!.path, args, { encoding: 'utf8', cwd: work, timeout: 60_000 });
    const said = JSON.parse(python(join(ROOT, 'test', 'integration', 'exportArrow.py'), folder)) as ArrowRead;
    const types = { seconds: 'double', number: 'double', integer: 'int64', text: 'text', flag: 'bool' };
    for (const [name, columns] of Object.entries(said.columns)) {
      const table = TABLES.find((one) => one.name === name)!;
      expect(columns).toEqual(Object.fromEntries(table.columns.map((column) => [column.name, types[column.type]])));
    }
    const [{ threads, gils, functions }] = recorded.summary.processes;
    for (const { tid, held_s, wait_s, takes, wait_p95_s } of threads) {
      expect(said.holds[tid]?.[0] ?? 0).toBeCloseTo(held_s, 9);
      expect(said.holds[tid]?.[1] ?? 0).toBe(takes);
      expect(said.waits[tid]?.[0] ?? 0).toBeCloseTo(wait_s, 9);
      expect(said.threads[tid]).toMatchObject({ hold_s: held_s, wait_s, holds: takes, wait_p95_s });
    }
    expect(said.switches).toBe(gils[0].switches);
    expect(said.blame).toBeCloseTo(
      threads.reduce((sum, { wait_s }) => sum + wait_s, 0),
      9,
    );
    expect(said.functions).toBe(functions!.calls);
    expect(said.refcounts).toEqual(['__main__:watched']);
    // The example of the docs, as it stands there.
    const docs = readFileSync(join(ROOT, 'docs', 'exports.md'), 'utf8');
    const [, example = ''] = /```python\n(import pyarrow[^]*?)```/.exec(docs) ?? [];
    const [most] = [...threads].sort((one, two) => two.wait_s - one.wait_s);
    expect(python('-c', example)).toContain(most.name);
  });
});

/** What is left in a folder of what was not finished. */
const parts = (folder: string): string[] => readdirSync(folder).filter((name) => name.includes('.part'));

describe('what goes wrong', () => {
  const bad = join(work, 'bad');
  mkdirSync(join(bad, 'mine'), { recursive: true });
  writeFileSync(join(bad, 'mine', 'precious.txt'), 'precious');
  writeFileSync(join(bad, 'there.csv'), 'earlier');
  symlinkSync('there.csv', join(bad, 'link.csv'));
  const holds = ['--to', 'csv', '--table', 'holds'];

  it.each<[string, string[], string]>([
    ['an unknown format', ['--to', 'xls'], 'there is no format "xls"; choose one of '],
    ['an unknown table', ['--to', 'csv', '--table', 'x'], 'there is no table "x"; choose one of threads, blame,'],
    ['a range the wrong way round', [...holds, '--from', '2', '--until', '1'], 'is an empty range'],
    ['a range after the end', [...holds, '--from', '100'], 'the session ends at'],
    ['no such process', [...holds, '--process', '1'], 'there is no process 1 in this session; it has 4242'],
    ['no such thread', [...holds, '--thread', 'x'], 'there is no thread "x" here; there are say "hello"'],
    [
      'a file that is there',
      [...holds, '-o', 'there.csv'],
      'there.csv exists already; choose another name (-o), or add',
    ],
    ['a folder for a file', [...holds, '-o', 'mine', '--force'], 'mine is a folder; name a file'],
    ['somebody’s folder', ['--to', 'csv', '-o', 'mine', '--force'], 'mine is a folder that holds other things'],
    ['a file for a folder', ['--to', 'csv', '-o', 'there.csv', '--force'], 'this format is written as a folder'],
    ['a missing folder', [...holds, '-o', 'no/such.csv'], 'there is no folder'],
    ['a file as a folder', [...holds, '-o', 'there.csv/x.csv'], 'is a file, not a folder'],
    ['a device', [...holds, '-o', '/dev/null', '--force'], '/dev/null: it is no regular file'],
    ['the recording itself', [...holds, '-o', odd, '--force'], 'it is the recording itself'],
    ['several tables for one output', ['--to', 'csv', '-o', '-'], 'csv has several tables'],
  ])('%s is one line, and nothing is written', async (_, args, said) => {
    const before = readFileSync(odd);
    const ran = await gilscope(['export', odd, ...args], { cwd: bad });
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toContain(said);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
    expect(readdirSync(bad).sort()).toEqual(['link.csv', 'mine', 'there.csv']);
    expect(readFileSync(join(bad, 'there.csv'), 'utf8')).toBe('earlier');
    expect(readdirSync(join(bad, 'mine'))).toEqual(['precious.txt']);
    expect(readFileSync(odd).equals(before)).toBe(true);
  });

  it('--force replaces an earlier file, through a link too, and an earlier export', async () => {
    const place = join(work, 'force');
    mkdirSync(place);
    writeFileSync(join(place, 'there.csv'), 'earlier');
    symlinkSync('there.csv', join(place, 'link.csv'));
    expect(await gilscope(['export', odd, ...holds, '-o', 'link.csv', '--force'], { cwd: place })).toMatchObject({
      status: 0,
    });
    expect(readFileSync(join(place, 'there.csv'), 'utf8')).toMatch(/^start_s,/);
    const again = (...more: string[]) => gilscope(['export', odd, '--to', 'csv', '-o', 'all', ...more], { cwd: place });
    expect(await again()).toMatchObject({ status: 0 });
    expect(await again()).toMatchObject({ status: 2 });
    expect(await again('--force', '--thread', '1002')).toMatchObject({ status: 0 });
    expect(Object.keys(read(join(place, 'all'), 'csv').holds)).toEqual(['1002']);
    expect(readdirSync(place).sort()).toEqual(['all', 'link.csv', 'there.csv']);
  });

  it('where the disk takes no more, the earlier file stays', async () => {
    const place = join(work, 'full');
    mkdirSync(place);
    writeFileSync(join(place, 'old.csv'), 'earlier');
    const command = `ulimit -f 1; exec "${process.execPath}" "${GILSCOPE}" export "${recorded.file}" --to csv --table functions -o old.csv --force`;
    const ran = await start('sh', ['-c', command], { cwd: place }).done;
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('the file would grow past the limit for files here');
    expect(readFileSync(join(place, 'old.csv'), 'utf8')).toBe('earlier');
    expect(readdirSync(place)).toEqual(['old.csv']);
  });

  it('a damaged session is exported as far as it can be read, with a warning', async () => {
    const cut = join(work, 'cut.gilscope');
    // A block is written four times a second: this is several, of which the last one is cut.
    const ticks = file('ticks.py', 'import time\nfor _ in range(20): time.sleep(0.05)\n');
    const bytes = readFileSync((await record(newest.path, [ticks])).file);
    writeFileSync(cut, bytes.subarray(0, -1));
    const ran = await gilscope(['export', cut, '--to', 'csv', '-o', 'from-cut']);
    expect(ran).toMatchObject({ status: 0 });
    expect(ran.stderr).toMatch(/^gilscope: warning: .*cannot be read; everything up to/);
    expect(readFileSync(join(work, 'from-cut', 'README.md'), 'utf8')).toContain('The recording is damaged');
    const notes = file('notes.txt', 'no session');
    expect(await gilscope(['export', notes, '--to', 'csv'])).toMatchObject({ status: 2 });
    expect(existsSync(join(work, 'notes.txt-csv'))).toBe(false);
  });

  it('Ctrl-C takes back what was written', async () => {
    const { recording, endNs } = longSchedule(5, 400_000);
    const long = await recordingOf('long.gilscope', recording.frames({ watermarks: [endNs], endNs }));
    const place = join(work, 'interrupted');
    mkdirSync(place);
    const begun = new Promise<void>((done) => {
      const watcher = watch(place, (_, name) => {
        if (name?.endsWith('.part') !== true) return;
        watcher.close();
        done();
      });
    });
    const { child, done } = start(process.execPath, [GILSCOPE, 'export', long, '--to', 'jsonl', '-o', 'out'], {
      cwd: place,
    });
    await begun;
    expect(parts(place)).toHaveLength(1);
    child.kill('SIGINT');
    expect(await done).toMatchObject({ status: 130, signal: null });
    expect(readdirSync(place)).toEqual([]);
  });
});
