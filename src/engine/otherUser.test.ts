/**
 * Another user of this machine, really: a child process with another uid looks for our sockets, recordings, settings and copies, reads,
 * writes and plants. Only root can start one; elsewhere these tests are skipped, and that is told.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordingOfArt } from '../shared/model/testing/ascii.ts';
import { AgentDoor } from './agentDoor.ts';
import { copyGoods, putText, stages, type Stage } from './discovery/stage.ts';
import { listenFor } from './discovery/relay.ts';
import { sweepDoors } from './doorSweep.ts';
import { FileSession } from './fileSession.ts';
import { locked } from './fileLock.ts';
import { Library } from './library.ts';
import { Recorder } from './recorder.ts';
import { fileHead, frameBlock } from './sessionFile.ts';
import { SettingsStore } from './settings.ts';

const NOBODY = 65534;
const THIRD = 65533;
const can = process.getuid?.() === 0 && process.platform === 'linux';

/** What that user meets: 'ok', or the code of the error. Actions of Node, in a process of its own. */
function as(uid: number, action: string, ...paths: string[]): string {
  const program = `
    const fs = require('node:fs'), net = require('node:net');
    const [a, b] = process.argv.slice(1);
    const say = (error) => { process.stdout.write(error ? error.code : 'ok'); process.exit(0); };
    try { ${action} } catch (error) { say(error); }`;
  const run = spawnSync(process.execPath, ['-e', program, ...paths], {
    uid,
    gid: uid,
    cwd: '/',
    encoding: 'utf8',
    env: {},
  });
  expect([run.stderr, run.status]).toEqual(['', 0]);
  return run.stdout;
}

const LIST = 'fs.readdirSync(a); say();';
const READ = 'fs.readFileSync(a); say();';
const CREATE = 'fs.writeFileSync(a, "x"); say();';
const LINK = 'fs.symlinkSync(b, a); say();';
const REMOVE = 'fs.rmSync(a, { recursive: true }); say();';
const RENAME = 'fs.renameSync(a, b); say();';
const CONNECT = 'net.connect(a).once("connect", () => say()).once("error", say);';

describe.runIf(can)('another user of this machine', () => {
  /** Others may come in here: what keeps them out further in is ours. */
  let open: string;
  let umask: number;
  beforeAll(() => {
    umask = process.umask(0o022);
    open = mkdtempSync(join(tmpdir(), 'gilscope-users-'));
    chmodSync(open, 0o777);
    // The machine's own temporary folder lets them in; else these tests would pass for the wrong reason.
    expect(as(NOBODY, CREATE, join(open, 'theirs'))).toBe('ok');
  });
  afterAll(() => {
    process.umask(umask);
    rmSync(open, { recursive: true });
  });

  it('can neither reach the agents’ socket, nor see it, nor put one in its place', async () => {
    const refused: string[] = [];
    const door = await AgentDoor.open(
      () => refused.push('somebody was let in'),
      (why) => refused.push(why),
    );
    try {
      const folder = dirname(door.path);
      expect([as(NOBODY, LIST, folder), as(NOBODY, CONNECT, door.path), as(NOBODY, READ, door.path)]).toEqual([
        'EACCES',
        'EACCES',
        'EACCES',
      ]);
      expect([as(NOBODY, CREATE, join(folder, 'agent')), as(NOBODY, REMOVE, door.path)]).toEqual(['EACCES', 'EACCES']);
      expect(as(NOBODY, RENAME, folder, `${folder}-theirs`)).toMatch(/EPERM|EACCES/);
      expect(refused).toEqual([]);
    } finally {
      door.close();
    }
  });

  it('can read nothing of what gilscope keeps: recordings, settings, lists, locks', async () => {
    const home = join(open, 'home');
    const library = new Library(home);
    new SettingsStore(home).set({ theme: 'dark' });
    const recording = library.newPath('a.py');
    const recorder = await Recorder.create(recording, false, () => undefined);
    for (const frame of recordingOfArt('A: HHHH').recording.frames()) recorder.add(frame);
    await recorder.close();
    // Were the folder open to all, the files still would not be.
    const shared = join(open, 'shared.gilscope');
    await (await Recorder.create(shared, false, () => undefined)).close();
    expect(as(NOBODY, READ, shared)).toBe('EACCES');
    for (const mode of [0o700, 0o755]) {
      expect(statSync(home).mode & 0o777).toBe(mode);
      for (const path of [recording, join(home, 'settings.json')]) expect(as(NOBODY, READ, path)).toBe('EACCES');
      expect(as(NOBODY, CREATE, join(home, 'settings.json.lock'))).toBe('EACCES');
      locked(join(home, 'settings.json'), () =>
        expect(as(NOBODY, REMOVE, join(home, 'settings.json.lock'))).toMatch(/EACCES|EPERM/),
      );
      chmodSync(home, 0o755);
    }
    expect(as(NOBODY, LIST, library.folder)).toBe('EACCES');
  });

  it('cannot have a recording written where they like, or into a file of theirs, by planting names', async () => {
    const victim = join(open, 'victim');
    writeFileSync(victim, 'precious', { mode: 0o600 });
    const source = join(open, 'source.gilscope');
    const frames = Buffer.concat([...recordingOfArt('A: HHHH').recording.frames()]);
    writeFileSync(source, Buffer.concat([fileHead(), frameBlock(gzipSync(frames))]), { mode: 0o600 });
    const [link, plain] = ['linked.gilscope', 'planted.gilscope'].map((name) => join(open, name));
    expect(as(NOBODY, LINK, `${link}.part`, victim)).toBe('ok');
    expect(as(NOBODY, 'fs.writeFileSync(a, "x"); fs.chmodSync(a, 0o666); say();', `${plain}.part`)).toBe('ok');
    for (const target of [link, plain]) {
      const session = await FileSession.open(source, null);
      await session.loaded;
      await session.saveAs(target, false);
      await session.close();
      expect([lstatSync(target).isFile(), statSync(target).uid, statSync(target).mode & 0o777]).toEqual([
        true,
        0,
        0o600,
      ]);
    }
    expect(as(NOBODY, LINK, `${link}2.part`, victim)).toBe('ok');
    const recorder = await Recorder.create(join(open, 'live.gilscope'), false, () => undefined);
    await recorder.moveTo(`${link}2`, false);
    await recorder.close();
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });

  it('cannot have a folder swept away by making it look like ours', async () => {
    const temporary = join(open, 'temporary');
    const precious = join(open, 'precious');
    for (const folder of [temporary, precious]) mkdirSync(folder);
    chmodSync(temporary, 0o777);
    writeFileSync(join(precious, 'agent'), '');
    expect(as(NOBODY, LINK, join(temporary, 'gilscope-aaaaaa'), precious)).toBe('ok');
    expect(
      as(NOBODY, 'fs.mkdirSync(a); fs.writeFileSync(a + "/agent", ""); say();', join(temporary, 'gilscope-bbbbbb')),
    ).toBe('ok');
    await sweepDoors([temporary]);
    expect(existsSync(join(precious, 'agent'))).toBe(true);
    expect(existsSync(join(temporary, 'gilscope-bbbbbb', 'agent'))).toBe(true);
  });

  it('whose program is attached to cannot change what root puts there for it, and a third one cannot read it', async () => {
    const program = spawn('sleep', ['1000'], { uid: NOBODY, gid: NOBODY, cwd: '/', stdio: 'ignore' });
    const owner = { uid: NOBODY, gid: NOBODY };
    const made: Stage[] = [];
    try {
      const stage = stages(program.pid!, owner).next().value as Stage;
      made.push(stage);
      const { library, agent } = copyGoods(stage);
      putText(stage, 'attach.json', '{"token":"secret"}');
      const door = await listenFor(join(stage.here, 'report'), owner, (socket) => socket.destroy());
      const secret = join(stage.here, 'attach.json');
      const report = join(stage.here, 'report');
      const code = join(agent, 'gilscope_agent', 'enter.py');
      // All that it is for.
      for (const path of [secret, library, code]) expect(as(NOBODY, READ, path)).toBe('ok');
      expect(as(NOBODY, LIST, stage.here)).toBe('ok');
      expect(as(NOBODY, CONNECT, report)).toBe('ok');
      // Nothing by which root could be led elsewhere.
      for (const path of [join(stage.here, 'planted'), code, library, join(dirname(code), 'planted.py')])
        expect(as(NOBODY, CREATE, path)).toBe('EACCES');
      for (const path of [secret, code, library, dirname(code)]) {
        expect(as(NOBODY, RENAME, path, join(stage.here, 'elsewhere'))).toBe('EACCES');
        expect(as(NOBODY, REMOVE, path)).toBe('EACCES');
      }
      expect([as(THIRD, READ, secret), as(THIRD, CONNECT, report)]).toEqual(['EACCES', 'EACCES']);
      // What is there already is not written through.
      symlinkSync(join(open, 'nothing-yet'), join(stage.here, 'enter.py'));
      expect(() => putText(stage, 'enter.py', 'x')).toThrow(/EEXIST/);
      expect(existsSync(join(open, 'nothing-yet'))).toBe(false);
      door.close();
    } finally {
      for (const stage of made) stage.remove();
      program.kill();
    }
    expect(made.map(({ here }) => existsSync(here))).toEqual([false]);
  });
});
