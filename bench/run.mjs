/**
 * Runs a TypeScript benchmark of this folder against the very sources: bundles it as the application is bundled, then starts it.
 *
 *   node bench/run.mjs ingest [its arguments]
 */
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { pageScript } from '../scripts/page-script.mjs';

const root = resolve(import.meta.dirname, '..');
const name = process.argv[2] ?? '';
if (!/^[a-z-]+$/.test(name)) {
  console.error('usage: node bench/run.mjs NAME [arguments]');
  process.exit(2);
}
// A folder of its own: the one is emptied before, and one part may start another.
const outDir = join(root, 'out', 'bench', name);
await build({
  root,
  configFile: false,
  logLevel: 'warn',
  plugins: [pageScript()],
  ssr: { external: true },
  build: {
    ssr: join(root, 'bench', `${name}.ts`),
    outDir,
    target: 'node20',
    rolldownOptions: { external: ['node-pty'], output: { entryFileNames: `${name}.js` } },
  },
});
process.argv.splice(1, 2, join(outDir, `${name}.js`));
await import(join(outDir, `${name}.js`));
