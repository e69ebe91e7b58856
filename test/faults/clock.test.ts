/** A process that lives by another clock, as one restored from another boot or in another time namespace: it is told, and not mixed with ours. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { file, gilscope, newest, record, start, untilOutput } from '../integration/helpers.ts';

const AHEAD = ['--time', '--monotonic', '100000'];
const possible = spawnSync('unshare', [...AHEAD, 'true']).status === 0;

/** Its children are born with a clock of their own. */
const CHILD = file(
  'elsewhen.py',
  `
import ctypes, subprocess, sys
CLONE_NEWTIME = 0x80
if ctypes.CDLL(None).unshare(CLONE_NEWTIME): sys.exit("no time namespace")
with open("/proc/self/timens_offsets", "w") as file: file.write("monotonic 100000 0")
sys.exit(subprocess.run([sys.executable, "-c", "import time; print(time.monotonic() > 100000)"]).returncode)
`,
);

describe.runIf(possible)('another time namespace (root)', () => {
  it('a child in one is not recorded, which is said; the session keeps its own time', async () => {
    const ran = await record(newest.path, [CHILD]);
    expect([ran.status, ran.stdout]).toEqual([0, 'True\n']);
    expect(ran.stderr).toMatch(/^gilscope: process \d+ is not recorded: its clock is \d+ s ahead of ours/);
    expect(ran.summary.wall_s).toBeLessThan(1000);
    expect(ran.summary.processes[0]).toMatchObject({ engine: 'exact', exit_code: 0, lost: null });
  });

  it('attaching to one is refused with the reason, and it goes on', async () => {
    const script = file('reads.py', 'import sys\nprint("ready", flush=True)\nsys.stdin.read()\nprint("done")\n');
    const { child, done } = start('unshare', [...AHEAD, newest.path, script]);
    await untilOutput(child, /ready/);
    const refused = await gilscope(['attach', '-q', String(child.pid)]);
    expect([refused.status, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(/^gilscope: process \d+ lives by another clock \(a time namespace\).*nsenter/);
    child.stdin!.end();
    expect(await done).toMatchObject({ status: 0, stdout: 'ready\ndone\n', stderr: '' });
  });
});
