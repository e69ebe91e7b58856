/**
 * Vite plugin: `import { code, hash } from './page/main.ts?page-script'` is a script for a page that stands alone, bundled to one text, and what a
 * Content-Security-Policy calls it. Used by electron.vite.config.ts and vitest.config.ts for the exported report.
 */
import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { build } from 'vite';

const QUERY = '?page-script';

async function bundle(entry) {
  const [output] = [
    await build({
      configFile: false,
      logLevel: 'error',
      build: {
        write: false,
        target: 'chrome100',
        minify: true,
        modulePreload: false,
        rolldownOptions: { input: entry, output: { format: 'iife' } },
      },
    }),
  ].flat();
  return output.output[0].code.trim();
}

export function pageScript() {
  return {
    name: 'gilscope-page-script',
    enforce: 'pre',
    resolveId: {
      filter: { id: /\?page-script$/ },
      handler: (source, importer) =>
        importer ? resolve(dirname(importer), source.slice(0, -QUERY.length)) + QUERY : null,
    },
    load: { filter: { id: /\?page-script$/ }, handler: script },
  };
}

async function script(id) {
  const code = await bundle(id.slice(0, -QUERY.length));
  const hash = `sha256-${createHash('sha256').update(code).digest('base64')}`;
  return `export const code = ${JSON.stringify(code)};\nexport const hash = ${JSON.stringify(hash)};\n`;
}
