/** Too little memory, for the program or for gilscope: the program has what it has without gilscope, and what is not recorded is told. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { file, gilscope, newest, pythons, record, start, untilOutput, work } from '../integration/helpers.ts';

const PROGRAM = join(import.meta.dirname, 'programs', 'limited.py');
const oldest = pythons.find((one) => one.path !== newest.path) ?? newest;

describe.each([oldest, newest])('$version', ({ path, version }) => {
  it('a Python that a recorded one starts with a limit on its memory', async () => {
    // One cannot have gilscope beside it, the other can.
    const args = [PROGRAM, join(work, `limited-${version}`), '72', '500'];
    const plain = await start(path, args).done;
    const ran = await record(path, args);
    expect(ran.stdout).toBe(plain.stdout);
    expect(ran.stdout.match(/b'ok\\n'/g)).toHaveLength(2);
    expect(ran.stderr).toMatch(
      /^gilscope: not recorded: its limit on memory \(address space, ulimit\) leaves it \d+ MiB/,
    );
    expect(ran.summary.processes.map((one) => one.engine).sort()).toEqual(['estimated', 'exact', 'exact']);
  });

  it('attaching to one that has little left: refused, whatever there is, and it goes on', async () => {
    for (const mib of [0, 1, 4]) {
      const script = file(
        'little.py',
        `
import resource, sys
used = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (used + (${mib} << 20), -1))
print("ready", flush=True)
print("read", sys.stdin.read(), flush=True)
`,
      );
      const { child, done } = start(path, [script]);
      await untilOutput(child, /ready/);
      const refused = await gilscope(['attach', '-q', String(child.pid)]);
      expect(refused.stderr).toMatch(/^gilscope: .+\n$/);
      expect(refused.status).toBe(2);
      child.stdin!.end('on');
      expect(await done).toMatchObject({ status: 0, stdout: 'ready\nread on\n', stderr: '' });
    }
  });
});
