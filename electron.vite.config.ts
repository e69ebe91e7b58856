import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { pageScript } from './scripts/page-script.mjs';

const root = import.meta.dirname;
const at = (path: string) => resolve(root, path);

// One build for both shells: `main` holds Electron's entry and the command line (which is also the local server), both run by
// Node >= 20.19 or Electron's own Node; `preload` must be CommonJS because it runs in Electron's sandbox.
// `dependencies` of package.json stay outside the bundles (electron-vite); node-pty is optional, so it is named here. zod and commander
// are bundled: reading their many small files took a quarter of the time in which `gilscope record` starts a program.
export default defineConfig({
  main: {
    plugins: [pageScript()],
    build: {
      target: 'node20',
      outDir: at('out/main'),
      externalizeDeps: { exclude: ['zod', 'commander'] },
      rolldownOptions: {
        input: { index: at('src/main/index.ts'), cli: at('src/cli/index.ts') },
        external: ['node-pty'],
        output: { format: 'es' },
      },
    },
  },
  preload: {
    build: {
      target: 'node20',
      outDir: at('out/preload'),
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: at('src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('src/renderer'),
    plugins: [react()],
    build: {
      target: 'chrome120',
      outDir: at('out/renderer'),
      minify: true,
      chunkSizeWarningLimit: 2000, // one local page: nothing is downloaded
      rolldownOptions: { input: { index: at('src/renderer/index.html') } },
    },
  },
});
