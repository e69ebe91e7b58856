/** `gilscope examples` as a user types it, and Ctrl-C in every script of the gallery. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listExamples } from '../../src/engine/examples.ts';
import { isComparison } from '../../src/shared/examples.ts';
import { gilscope, newest, pythons, start, untilOutput } from './helpers.ts';

const examples = listExamples();

describe('gilscope examples', () => {
  it('lists them all, with their statements', async () => {
    const { status, stdout } = await gilscope(['examples']);
    expect(status).toBe(0);
    for (const { id, statement, title } of examples) {
      const line = stdout.split('\n').find((one) => one.startsWith(`${id} `))!;
      expect(line).toContain(title);
      expect(line).toContain(statement ?? '');
    }
  });

  it('tells where a script is, and runs nothing', async () => {
    for (const { id, variants } of [examples[0], examples.find(isComparison)!]) {
      const { status, stdout } = await gilscope(['examples', id, '--where']);
      expect([status, stdout]).toEqual([0, `${variants[0].script}\n`]);
    }
    const { stdout } = await gilscope(['examples', '--where']);
    expect(existsSync(`${stdout.trim()}/examples.json`)).toBe(true);
  });

  it('records one: its output, the table, what to look for', async () => {
    const { status, stdout, stderr } = await gilscope(['examples', 'references', '--python', newest.path, '--', '0.5']);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^two names .* gives 3$/m);
    const { text, look } = examples.find(({ id }) => id === 'references')!;
    const flat = stderr.replace(/\s+/g, ' ');
    for (const part of [text, `Python ${newest.version}`, '__main__:item list 1 12', `What to look for: ${look}`])
      expect(flat).toContain(part);
  });

  it('compares where there are several ways, with sizes of one’s own', async () => {
    const { status, stdout, stderr } = await gilscope([
      'examples',
      'countdown',
      '--python',
      newest.path,
      '--',
      '200000',
    ]);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/one after the other +two threads/);
    expect(stdout).toMatch(/^runs +4 +4$/m);
    expect(stderr).toMatch(/threads +200,000 counts/);
    expect(stderr).toContain('What to look for: Two lanes');
  });

  it.each([
    [['staving'], 'did you mean starving?'],
    [['b13'], 'did you mean io-bound or cpu-bound?'],
    [['nothing-like-it'], 'gilscope examples lists them'],
    [['references', '--python', '/no/such/python'], 'there is no file /no/such/python'],
    [['references', '--nowhere'], '--nowhere'],
  ])('%j is refused in one line', async (args, words) => {
    const { status, stdout, stderr } = await gilscope(['examples', ...args]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^gilscope: [^\n]*\n$/);
    expect(stderr).toContain(words);
  });

  it('says which version an example needs', async () => {
    const old = pythons.find(({ version }) => Number(version!.split('.')[1]) < 12);
    if (old === undefined) throw new Error('there is no Python before 3.12 to test with');
    const { status, stderr } = await gilscope(['examples', 'interpreters', '--python', old.path]);
    expect(status).toBe(2);
    expect(stderr).toContain(`has nothing to show on Python ${old.version}: it needs 3.12 or later`);
  });
});

/** Of each way the arguments that keep it busy for long. */
const LONG: Record<string, string[]> = {
  countdown: ['4_000_000_000'],
  processes: ['4_000_000_000'],
  squares: ['1_000_000_000'],
  starving: ['60'],
  turns: ['60'],
  interpreters: ['4'],
  waiting: ['400'],
  'io-bound': ['4000'],
  'cpu-bound': ['40_000_000'],
  released: ['1024'],
  'short-threads': ['60'],
  pipeline: ['20000'],
  counter: ['100_000'],
  readers: ['100_000_000'],
  references: ['60'],
};

/** Runs a script, and says so when its `main` is called: what is sent from then on is for the script to answer, not for Python's start. */
const RUN = `import os, runpy, sys
def profile(frame, event, arg):
    if event == "call" and frame.f_code.co_name == "main":
        sys.setprofile(None)
        print("runs", flush=True)
sys.argv = sys.argv[1:]
sys.path[0] = os.path.dirname(sys.argv[0])
sys.setprofile(profile)
runpy.run_path(sys.argv[0], run_name="__main__")`;

const SIGINT_BIT = 2n;
const POLL = { timeout: 30_000 };

/** In clock ticks: a tenth of a second. */
const COMPUTES = 10;
const ticksOf = (stat: string): number => Number(readFileSync(stat, 'utf8').split(' ')[13]);

/**
 * Until so many children of a process leave SIGINT to it and compute. Earlier it may still be setting up its pool, and a pool of
 * multiprocessing that is interrupted there may wait for ever, gilscope or not.
 */
async function untilIgnored(pid: number, count: number): Promise<void> {
  await expect
    .poll(() => {
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
      const ignoring = children.filter((child) => {
        const [, ignored] = /^SigIgn:\s+(\w+)$/m.exec(readFileSync(`/proc/${child}/status`, 'utf8'))!;
        return (BigInt(`0x${ignored}`) & SIGINT_BIT) !== 0n;
      });
      return ignoring.filter((child) => ticksOf(`/proc/${child}/stat`) >= COMPUTES).length;
    }, POLL)
    .toBe(count);
}

/** Until two threads of a process have computed for a tenth of a second each. */
async function untilTwoCompute(pid: number): Promise<void> {
  await expect
    .poll(() => {
      const tasks = readdirSync(`/proc/${pid}/task`).filter((task) => Number(task) !== pid);
      return tasks.filter((task) => ticksOf(`/proc/${pid}/task/${task}/stat`) >= COMPUTES).length;
    }, POLL)
    .toBe(2);
}

describe.each(examples.map((example) => [example.id, example] as const))(
  'Ctrl-C in %s',
  (id, { variants, minPython }) => {
    it.each(variants.map(({ name, script, args }) => [name, [script, ...args, ...LONG[id]]] as const))(
      '%s: ends it at once, in silence',
      async (_name, command) => {
        const python = minPython === null ? pythons[0] : newest;
        const { child, done } = start(python.path, ['-c', RUN, ...command], { detached: true });
        await untilOutput(child, /runs\n/);
        if (command.includes('processes')) await untilIgnored(child.pid!, 2);
        if (id === 'interpreters') {
          // While sub-interpreters run it is hardest to end.
          await untilOutput(child, /one GIL/);
          await untilTwoCompute(child.pid!);
        }
        process.kill(-child.pid!, 'SIGINT');
        expect(await done).toMatchObject({ status: 130, stderr: '' });
      },
    );
  },
);
