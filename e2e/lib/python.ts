/** The interpreter the browser tests launch: GILSCOPE_TEST_PYTHON, else what `python3` is here. */
import { execFileSync } from 'node:child_process';

const ASK = 'import sys; print(sys.executable); print("%d.%d" % sys.version_info[:2])';

function ask(name: string): { path: string; version: string } | null {
  try {
    const [path, version] = execFileSync(name, ['-c', ASK], { encoding: 'utf8', timeout: 30_000 }).split('\n');
    return path && version ? { path, version } : null;
  } catch {
    return null;
  }
}

function find(): { path: string; version: string } {
  const names = [process.env.GILSCOPE_TEST_PYTHON, 'python3', 'python'];
  for (const name of names) {
    const found = name ? ask(name) : null;
    if (found !== null) return found;
  }
  throw new Error('No Python to test with: put python3 in PATH, or set GILSCOPE_TEST_PYTHON');
}

export const PYTHON = find();
