/**
 * Every benchmark that makes a table, one after the other: `npm run bench`. Tables are Markdown for docs/performance.md, on standard output; progress is
 * on standard error. Each is a part of its own (`node bench/run.mjs NAME`), with its own arguments; those given here go to the parts that know them.
 *
 *   npm run bench -- [--only peers,sizes,...] [--rounds N] [--python PATH] [--json FILE]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** What of the arguments each understands. `scale` needs a browser and some minutes: by name only. */
const PARTS = {
  peers: ['rounds', 'python', 'programs', 'tools'],
  sizes: ['events'],
  blame: [],
  attach: ['python'],
  export: [],
  scale: ['python'],
};
const USUAL = 'peers,sizes,blame,attach,export';

let given;
try {
  const option = { type: 'string' };
  const names = ['json', ...new Set(Object.values(PARTS).flat())];
  const options = Object.fromEntries([...names.map((name) => [name, option]), ['only', { ...option, default: USUAL }]]);
  given = parseArgs({ options }).values;
  for (const part of given.only.split(',')) if (!(part in PARTS)) throw new Error(`there is no ${part}`);
} catch (error) {
  console.error(
    `${error.message}; npm run bench -- [--only ${Object.keys(PARTS).join(',')}] [--rounds N] [--python PATH]`,
  );
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), 'gilscope-suite-'));
let stopped = null;
// A terminal's Ctrl-C reaches the part as well, which ends what it started; we only wait for it.
for (const name of ['SIGINT', 'SIGTERM'])
  process.on(name, () => {
    if (stopped === null && name === 'SIGTERM') current?.kill(name);
    stopped ??= name;
  });
let current = null;
const results = {};
try {
  for (const part of given.only.split(',')) {
    if (stopped !== null) break;
    const json = join(scratch, `${part}.json`);
    const args = PARTS[part].flatMap((name) => (given[name] === undefined ? [] : [`--${name}`, given[name]]));
    console.log(`\n## ${part}\n`);
    current = spawn(process.execPath, [join(import.meta.dirname, 'run.mjs'), part, ...args, '--json', json], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const [status] = await once(current, 'close');
    if (status !== 0) process.exitCode = status ?? 1;
    if (existsSync(json)) results[part] = JSON.parse(readFileSync(json, 'utf8'));
  }
  if (given.json !== undefined && stopped === null) writeFileSync(given.json, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
if (stopped !== null) process.exitCode = 128 + constants.signals[stopped];
