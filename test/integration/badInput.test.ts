/** Wrong arguments: one line that says what is wrong and how to put it right, status 2, nothing written. */
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { file, gilscope, home, newest, testEnv, tooOld, work } from './helpers.ts';

const python = newest.path;
const script = file('ok.py', 'print("ran")\n');
const notes = file('notes.txt', 'precious\n');
mkdirSync(join(work, 'folder'));
writeFileSync(
  join(work, 'newer.gilscope'),
  Buffer.concat([Buffer.from('GILSCOPE'), Buffer.from([2, 0, 0, 0, 0, 0, 0, 0])]),
);
writeFileSync(
  join(work, 'empty.gilscope'),
  Buffer.concat([Buffer.from('GILSCOPE'), Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])]),
);
/** Answers what PyPy answers; PyPy itself is rarely at hand. */
const pypy = file(
  'pypy3',
  `#!/bin/sh
echo '{"version": "3.10.14", "implementation": "pypy", "prefix": "/p", "basePrefix": "/p", "executable": "/p/bin/pypy3", "gilEnabled": true}'
`,
);
chmodSync(pypy, 0o755);
const tool = file('tool', `#!/usr/bin/env python3\nprint("tool")\n`);
chmodSync(tool, 0o755);

/** "~" stands for the folder of the test. */
const table: [string, string[], string][] = [
  [
    'no program',
    ['record'],
    'there is nothing to record; name the interpreter and the program: gilscope record -- python3 script.py',
  ],
  [
    'no program after --',
    ['record', '--'],
    'there is nothing to record; name the interpreter and the program: gilscope record -- python3 script.py',
  ],
  ['no such script', ['record', '--', python, 'nope.py'], 'there is no script ~/nope.py; check its path'],
  [
    'a folder for a script',
    ['record', '--', python, 'folder'],
    '~/folder is a folder without a __main__.py; name a script',
  ],
  [
    'no such interpreter',
    ['record', '--', './python9', 'ok.py'],
    'there is no file ~/python9; check the path of the interpreter',
  ],
  [
    'no such command',
    ['record', '--', 'python99', 'ok.py'],
    'no command python99 is on the PATH; name a Python interpreter that is installed, or its full path',
  ],
  [
    'a script on no PATH',
    ['record', '--', 'ok.py'],
    'no command ok.py is on the PATH; put the interpreter before the script: python3 ok.py',
  ],
  [
    'a script for the interpreter',
    ['record', '--', './tool'],
    '~/tool is a script, not an interpreter; put the interpreter before it: python3 ~/tool, or python3 -m tool',
  ],
  [
    'not executable',
    ['record', '--', './notes.txt'],
    '~/notes.txt is not executable; name a Python interpreter, then its arguments',
  ],
  [
    'not Python',
    ['record', '--', '/bin/ls', '-l'],
    '/bin/ls is not a Python interpreter: it does not answer as Python does; name a CPython 3.8 or later',
  ],
  [
    'PyPy',
    ['record', '--', './pypy3', 'ok.py'],
    '~/pypy3 is PyPy: only CPython can be recorded; name a CPython 3.8 or later',
  ],
  [
    'isolated',
    ['record', '--', python, '-I', 'ok.py'],
    '-I (isolated mode) keeps PYTHONPATH out, which gilscope needs to enter the program; leave -I out',
  ],
  [
    'isolated, grouped',
    ['record', '--', python, '-BE', 'ok.py'],
    '-E keeps PYTHONPATH out, which gilscope needs to enter the program; leave -E out',
  ],
  [
    'without site',
    ['record', '--', python, '-X', 'dev', '-S', 'ok.py'],
    '-S keeps sitecustomize out, which gilscope needs to enter the program; leave -S out',
  ],
  [
    'unknown option of Python',
    ['record', '--', python, '-Z', 'ok.py'],
    "Python has no option -Z; check the interpreter's options",
  ],
  [
    'unknown option',
    ['record', '--nonsense', '--', python, 'ok.py'],
    "unknown option '--nonsense'; see gilscope --help",
  ],
  [
    'unknown engine',
    ['record', '--engine', 'magic', '--', python, 'ok.py'],
    "option '--engine <engine>' argument 'magic' is invalid: allowed choices are auto, exact, estimated; see gilscope --help",
  ],
  ['-o onto a folder', ['record', '-o', 'folder', '--', python, 'ok.py'], '~/folder is a folder; name a file in it'],
  [
    '-o into no folder',
    ['record', '-o', 'no/x.gilscope', '--', python, 'ok.py'],
    'cannot write ~/no/x.gilscope: there is no such file or folder; check the path',
  ],
  [
    '-o into a file',
    ['record', '-o', 'notes.txt/x', '--', python, 'ok.py'],
    'cannot write ~/notes.txt/x: a part of the path is a file, not a folder; check the path',
  ],
  [
    "-o onto somebody's work",
    ['record', '-o', 'notes.txt', '--', python, 'ok.py'],
    '~/notes.txt exists and is no gilscope session; choose another name, so that nothing is lost',
  ],
  [
    '-o onto a full disk',
    ['record', '-o', '/dev/full', '--', python, 'ok.py'],
    'cannot write /dev/full: the disk is full; free some space, or choose another place',
  ],
  [
    '--summary onto a folder',
    ['record', '--summary', 'folder', '--', python, 'ok.py'],
    '~/folder is a folder; name a file in it',
  ],
  [
    'stats of nothing',
    ['stats', 'nope.gilscope'],
    'cannot open ~/nope.gilscope: there is no such file or folder; check the path',
  ],
  ['stats of a folder', ['stats', 'folder'], 'cannot open ~/folder: it is a folder; name a file'],
  [
    'stats of something else',
    ['stats', 'notes.txt'],
    '~/notes.txt is not a gilscope session; name a .gilscope file, or a chrome or perfetto trace that gilscope wrote',
  ],
  [
    'stats of a newer format',
    ['stats', 'newer.gilscope'],
    '~/newer.gilscope is written in format 2, newer than the 1 this gilscope reads; open it with a newer gilscope',
  ],
  [
    'stats of a head alone',
    ['stats', 'empty.gilscope'],
    '~/empty.gilscope holds no readable session: it was cut off before anything was recorded; it cannot be recovered; record again',
  ],
  ['stats without a file', ['stats'], "missing required argument 'file'; see gilscope --help"],
  [
    'open of nothing',
    ['open', 'nope.gilscope'],
    'cannot open ~/nope.gilscope: there is no such file or folder; check the path',
  ],
  ['an unknown command', ['recrod'], 'cannot open ~/recrod: there is no such file or folder; check the path'],
  [
    'a port that is none',
    ['serve', '--port', '70000'],
    "option '--port <n>' argument '70000' is invalid: a port is a number from 0 to 65535; see gilscope --help",
  ],
];

const traces = (): string[] =>
  [...readdirSync(work), ...(existsSync(home) ? readdirSync(home, { recursive: true, encoding: 'utf8' }) : [])]
    .filter((name) => name.endsWith('.gilscope') || name.endsWith('.json'))
    .filter((name) => !name.endsWith('interpreters.json'))
    .sort();

describe('bad input', () => {
  it.each(table)('%s', async (_what, args, line) => {
    const before = traces();
    const { status, stdout, stderr } = await gilscope(args);
    expect(stderr).toBe(`gilscope: ${line.replaceAll('~', work)}\n`);
    expect([status, stdout]).toEqual([2, '']);
    expect(traces()).toEqual(before);
  });

  it.runIf(tooOld.length > 0)('an interpreter older than 3.8', async () => {
    for (const { path, version } of tooOld) {
      const { status, stdout, stderr } = await gilscope(['record', '--', path, script]);
      expect(stderr).toBe(`gilscope: ${path} is Python ${version}: 3.8 is the oldest supported; name a newer one\n`);
      expect([status, stdout]).toEqual([2, '']);
    }
  });

  it('a library folder that cannot be made', async () => {
    const { status, stdout, stderr } = await gilscope(['record', '--', python, script], {
      env: testEnv({ GILSCOPE_HOME: notes }),
    });
    expect(stderr).toBe(
      `gilscope: cannot make the folder ${notes}/sessions: a part of the path is a file, not a folder; check the path\n`,
    );
    expect([status, stdout]).toEqual([2, '']);
  });

  it('a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => other.once('listening', done));
    const { port } = other.address() as { port: number };
    const { status, stdout, stderr } = await gilscope(['serve', '--port', String(port)]);
    other.close();
    expect(stderr).toBe(`gilscope: port ${port} is in use; choose another with --port, or leave --port out\n`);
    expect([status, stdout]).toEqual([2, '']);
  });

  it('help and version are no errors', async () => {
    const help = await gilscope(['--help']);
    expect([help.status, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toMatch(/record[\s\S]*stats[\s\S]*serve[\s\S]*doctor/);
    expect((await gilscope(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await gilscope(['record', '--help'])).stdout).toContain('-- PYTHON ARGS...');
  });

  it('a program in which nothing can be recorded runs all the same, and is told why', async () => {
    const { status, stdout, stderr } = await gilscope(['record', '-o', 'none.gilscope', '--', python, '--version']);
    expect([status, stdout]).toEqual([0, `Python ${newest.version}\n`]);
    expect(stderr).toBe(
      'gilscope: nothing was recorded: the agent inside the program never reported (Python only printed something and ended)\n',
    );
    expect(existsSync(join(work, 'none.gilscope'))).toBe(false);
  });
});
