/**
 * Before the integration tests: the command line they spawn is built from the sources they are about. vitest.config.ts names this.
 * Does nothing when the build is newer than every source. The native tracer is built by `npm ci` and `npm run build`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

function newest(folder: string, pattern: RegExp): number {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return Math.max(
    0,
    ...files.filter((name) => pattern.test(name)).map((name) => statSync(join(root, folder, name)).mtimeMs),
  );
}

const mtime = (path: string): number => (existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0);

function run(script: string): void {
  execFileSync('npm', ['run', '--silent', script], { cwd: root, stdio: 'inherit', timeout: 110_000 });
}

export default function setup(): void {
  const sources = ['shared', 'engine', 'server', 'cli'].map((name) => newest(`src/${name}`, /(?<!\.test)\.ts$/));
  const stale = () => mtime('out/main/cli.js') < Math.max(...sources);
  try {
    if (stale()) run('build:app');
  } catch (error) {
    // These tests need the command line, which is built first; a window that does not build is for its own tests to say.
    if (stale()) throw error;
  }
}
