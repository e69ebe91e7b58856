/** Programs as people run them, attached to and left in the middle of their work: every answer right, every switch captured. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/contract.ts';
import type { SessionInfo, StatsReply, Summary } from '../../src/shared/contract/types.ts';
import { sessionUntil } from './attach/recording.ts';
import { file, pythons, start, testEnv, untilOutput, work } from './helpers.ts';
import { expectWhole, LONG_MS, recorded, three } from './trees.ts';

let engine: Engine;
beforeAll(() => (engine = createEngine({ shell: 'server', dataFolder: join(work, 'engine') })));
afterAll(() => engine.close());
afterEach(async () => {
  for (const { id } of await engine.call('session.list', {})) await engine.call('session.close', { id });
});

interface Visit {
  summary: Summary;
  threads: (StatsReply['threads'][number] & { name: string })[];
}

/** In, until the session has seen enough, and out again; with a whole recording of everything that was recorded. */
async function visit(pid: number, enough: (session: SessionInfo) => boolean, what: string): Promise<Visit> {
  const { id } = await engine.call('session.attach', { pid, engine: 'auto' });
  await sessionUntil(engine, id, enough, what);
  const { threads } = await engine.call('session.stop', { id });
  const stats = await engine.call('stats.query', { id });
  recorded(stats).forEach(expectWhole);
  return {
    summary: stats.summary,
    threads: stats.threads.map((one) => ({ ...one, name: threads[one.thread].name })),
  };
}

const switches = (least: number) => (session: SessionInfo) => (session.gils[0]?.switches ?? 0) > least;

/** Asks a server on 127.0.0.1 from four threads until its input ends; tells of every hundredth answer. */
const CLIENT = `
import http.client, sys, threading
port = int(sys.argv[1])
lock, stop, counts = threading.Lock(), [], {"right": 0, "wrong": 0}
def ask(first):
    n = first
    while not stop:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/%d" % n)
        answer = connection.getresponse()
        right = answer.status == 200 and answer.read() == b"%d" % sum(range(n))
        connection.close()
        with lock:
            counts["right" if right else "wrong"] += 1
            if sum(counts.values()) % 100 == 0: print("hundred", flush=True)
        n = first + (n + 7) % 5000
threads = [threading.Thread(target=ask, args=(i * 1000,)) for i in range(4)]
for t in threads: t.start()
sys.stdin.read()
stop.append(1)
for t in threads: t.join()
print("wrong", counts["wrong"], flush=True)
`;

const HTTP_SERVER = `
import http.server, sys, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"%d" % sum(range(int(self.path[1:])))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, name="server").start()
print("port", server.server_port, flush=True)
sys.stdin.read()
server.shutdown()
print("closed", flush=True)
`;

const FLASK_APP = `
import sys, threading
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server
class Quiet(WSGIRequestHandler):
    def log(self, *args):
        pass
app = Flask("answers")
@app.route("/<int:n>")
def answer(n):
    return str(sum(range(n)))
server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
threading.Thread(target=server.serve_forever, name="server").start()
print("port", server.server_port, flush=True)
sys.stdin.read()
server.shutdown()
print("closed", flush=True)
`;

/** A server under load is visited twice; the load goes on in between and afterwards. */
async function serveUnderLoad(python: string, source: string): Promise<void> {
  const server = start(python, ['-c', source]);
  const port = (await untilOutput(server.child, /port (\d+)\n/))[1];
  const client = start(python, [file('client.py', CLIENT), port]);
  for (let round = 0; round < 2; round++) {
    await untilOutput(client.child, /hundred\n/);
    const { summary } = await visit(server.child.pid!, switches(200), 'switches');
    const names = summary.processes[0].threads.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['MainThread', 'server', expect.stringMatching(/^Thread-\d+/)]));
  }
  await untilOutput(client.child, /hundred\n/);
  client.child.stdin!.end();
  expect(await client.done).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/wrong 0\n$/) as string,
    stderr: '',
  });
  server.child.stdin!.end();
  expect(await server.done).toMatchObject({ status: 0, stdout: `port ${port}\nclosed\n`, stderr: '' });
}

// Two pools: the workers of the first are there before us, those of the second are born in the recording.
const POOL_JOB = `
import concurrent.futures, select, sys
def over():
    return bool(select.select([0], [], [], 0)[0])
def work(n):
    return sum(range(n * 100))
numbers = range(40)
want = [sum(range(n * 100)) for n in numbers]
if __name__ == "__main__":
    wrong = 0
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        assert list(pool.map(work, numbers)) == want
        print("ready", flush=True)
        while not over():
            wrong += list(pool.map(work, numbers)) != want
    sys.stdin.readline()
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        wrong += list(pool.map(work, numbers)) != want
        print("second", flush=True)
        sys.stdin.readline()
        wrong += list(pool.map(work, numbers)) != want
    print("wrong", wrong, flush=True)
`;

describe.each(three)('on $version', ({ path }) => {
  it('http.server under load', () => serveUnderLoad(path, HTTP_SERVER), LONG_MS);

  it(
    'a ProcessPoolExecutor in the middle of its job',
    async () => {
      const { child, done } = start(path, ['-W', 'ignore', file('job.py', POOL_JOB)]);
      await untilOutput(child, /ready\n/);
      const second = untilOutput(child, /second\n/);
      let told = false;
      const enough = (session: SessionInfo): boolean => {
        if (!told && switches(50)(session)) told = child.stdin!.write('next\n');
        const workers = session.processes.slice(1).filter((one) => one.engine === 'exact' && one.events > 0);
        return workers.length > 0;
      };
      const { summary } = await visit(child.pid!, enough, 'a worker of the second pool');
      expect(recorded({ summary }).map((one) => one.ppid)).toContain(child.pid!);
      await second;
      child.stdin!.end('next\n');
      expect(await done).toMatchObject({ status: 0, stdout: 'ready\nsecond\nwrong 0\n', stderr: '' });
    },
    LONG_MS,
  );
});

const MATRICES = `
import sys, threading
import numpy
stop, rounds = [], {}
def multiply(n):
    a = numpy.arange(160_000, dtype=float).reshape(400, 400) % (7 + n)
    want = (a @ a).sum()
    wrong = done = 0
    while not stop:
        wrong += (a @ a).sum() != want
        done += 1
    rounds[n] = (done, wrong)
threads = [threading.Thread(target=multiply, args=(n,), name="matrix %d" % n) for n in range(2)]
for t in threads: t.start()
print("ready", flush=True)
sys.stdin.read()
stop.append(1)
for t in threads: t.join()
print("result", "ok" if len(rounds) == 2 and all(d and not w for d, w in rounds.values()) else rounds, flush=True)
`;

const having = (module: string): string | undefined =>
  pythons.map(({ path }) => path).find((path) => spawnSync(path, ['-c', `import ${module}`]).status === 0);

describe('what is not on every machine', () => {
  it(
    'numpy, which computes without the GIL',
    async ({ skip }) => {
      const python = having('numpy');
      if (python === undefined) return skip('no Python here has numpy');
      const alone = { OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
      const { child, done } = start(python, ['-c', MATRICES], { env: testEnv(alone) });
      await untilOutput(child, /ready\n/);
      const { threads } = await visit(child.pid!, switches(100), 'switches');
      const working = threads.filter(({ name }) => name.startsWith('matrix'));
      expect(working.map(({ name }) => name).sort()).toEqual(['matrix 0', 'matrix 1']);
      // They compute while somebody else may have the GIL.
      for (const { name, runningS } of working) expect(runningS, name).toBeGreaterThan(0);
      child.stdin!.end();
      expect(await done).toMatchObject({ status: 0, stdout: 'ready\nresult ok\n', stderr: '' });
    },
    LONG_MS,
  );

  it(
    'a Flask app under load',
    async ({ skip }) => {
      const python = having('flask');
      if (python === undefined) return skip('no Python here has Flask');
      await serveUnderLoad(python, FLASK_APP);
    },
    LONG_MS,
  );
});
