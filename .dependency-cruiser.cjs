/** Imports point one way: shared <- engine <- (main | server | cli); shared <- renderer. docs/architecture.md. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: allowed },
});
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    only('shared-stands-alone', '^src/shared/', '^src/shared/'),
    {
      name: 'shared-is-pure',
      severity: 'error',
      from: { path: '^src/shared/', pathNot: '\\.test\\.ts$|/testing/|^src/shared/(export|import)/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional'], pathNot: '/zod/' },
    },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$|/testing/' },
      to: { path: '/testing/' },
    },
    {
      name: 'exports-write-by-libraries',
      severity: 'error',
      from: { path: '^src/shared/(export|import)/', pathNot: '\\.test\\.ts$|/testing/' },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional'],
        pathNot: '/zod/|/apache-arrow/|/@bufbuild/protobuf/|^(node:)?zlib$',
      },
    },
    only('engine-sees-shared', '^src/engine/', '^src/(shared|engine)/'),
    only('server-sees-engine', '^src/server/', '^src/(shared|engine|server)/'),
    only('cli-sees-engine-and-server', '^src/cli/', '^src/(shared|engine|server|cli)/'),
    only('main-sees-engine', '^src/main/', '^src/(shared|engine|main)/'),
    only('preload-sees-contract', '^src/preload/', '^src/(shared/contract|preload)/'),
    only('renderer-sees-shared', '^src/renderer/', '^src/(shared|renderer)/'),
    {
      name: 'renderer-is-a-web-page',
      severity: 'error',
      from: { path: '^src/renderer/', pathNot: '\\.test\\.tsx?$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'renderer-knows-no-electron',
      severity: 'error',
      from: { path: '^src/renderer/' },
      to: { path: 'node_modules/electron/' },
    },
    {
      name: 'panels-stand-apart',
      severity: 'error',
      from: { path: '^src/renderer/panels/([^/]+)/' },
      to: { path: '^src/renderer/panels/', pathNot: '^src/renderer/panels/$1/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
