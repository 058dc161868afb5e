/** Who may import whom; `.dependency-cycles.cjs` adds that nobody imports itself. `test/rules` plants a violation of each rule. */
const src = {
  core: '^src/core/',
  shared: '^src/shared/',
  main: '^src/main/',
  preload: '^src/preload/',
  renderer: '^src/renderer/',
}

/** Packages that a program installs for the engines that it uses. */
const clients =
  'classic-level|lmdb|@photostructure/sqlite|@redis/client|mysql2|pg|@aws-sdk/[^/]+|etcd3|isomorphic-git|mongodb|bson'

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    forbid(
      'core-stands-alone',
      'The core is a library of its own.',
      { path: src.core },
      { path: '^src/(testkit|shared|main|preload|renderer)/' },
    ),
    forbid(
      'core-is-platform-free',
      'Only core/node knows Node.',
      { path: src.core, pathNot: '^src/core/node/' },
      { path: '^src/core/node/' },
    ),
    forbid(
      'core-has-no-node-modules',
      'Pure core runs wherever JavaScript does.',
      { path: src.core, pathNot: '^src/core/node/' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'shared-knows-core-only',
      'The contract is pure types and schemas.',
      { path: src.shared },
      { path: '^src/(main|preload|renderer)/' },
    ),
    forbid(
      'shared-is-platform-free',
      'The contract runs in the page too.',
      { path: src.shared },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'shared-not-node-core',
      'The contract runs in the page too.',
      { path: src.shared },
      { path: '^src/core/node/' },
    ),
    forbid(
      'main-not-page',
      'The host never imports the page.',
      { path: src.main },
      { path: '^src/(renderer|preload)/' },
    ),
    forbid(
      'host-knows-no-shell',
      'The host runs under any shell.',
      { path: '^src/main/host/' },
      { path: '^src/main/(?!host/)' },
    ),
    forbid(
      'web-not-electron',
      'Each shell works without the other.',
      { path: '^src/main/web/' },
      { path: '^src/main/electron/' },
    ),
    forbid(
      'electron-not-web',
      'Each shell works without the other.',
      { path: '^src/main/electron/' },
      { path: '^src/main/web/' },
    ),
    forbid(
      'electron-in-its-shell-only',
      'Everything else runs without Electron.',
      { path: '^src/', pathNot: ['^src/main/electron/', '^src/main/index\\.ts$', '^src/preload/'] },
      { path: '(^|/)node_modules/electron/|^electron$' },
    ),
    forbid(
      'preload-hands-over-a-port',
      'The preload holds no logic.',
      { path: src.preload },
      { path: '^src/(core|main|renderer)/' },
    ),
    forbid(
      'page-not-main',
      'The page sees the contract alone.',
      { path: src.renderer },
      { path: '^src/(main|preload)/' },
    ),
    forbid('page-not-node', 'The page is sandboxed.', { path: src.renderer }, { dependencyTypes: ['core'] }),
    forbid(
      'page-not-node-core',
      'The page is sandboxed.',
      { path: src.renderer },
      { path: '^src/core/node/' },
    ),
    forbid(
      'features-are-islands',
      'Features are composed by app, never by each other.',
      { path: '^src/renderer/features/([^/]+)/' },
      { path: '^src/renderer/features/', pathNot: '^src/renderer/features/$1/' },
    ),
    forbid(
      'features-not-app',
      'App composes features.',
      { path: '^src/renderer/(features|ui|api)/' },
      { path: '^src/renderer/app/' },
    ),
    forbid(
      'ui-and-api-below-features',
      'Widgets and client know no feature.',
      { path: '^src/renderer/(ui|api)/' },
      { path: '^src/renderer/features/' },
    ),
    forbid(
      'testkit-knows-core-only',
      'The suite comes with the library.',
      { path: '^src/testkit/' },
      { path: '^src/(shared|main|preload|renderer)/' },
    ),
    forbid(
      'testkit-is-for-tests',
      'The suite needs packages that only tests have.',
      { path: '^src/', pathNot: '^src/testkit/' },
      { path: '^src/testkit/' },
    ),
    forbid(
      'engines-own-their-clients',
      'The client of an engine is optional: only its folder loads it.',
      { path: '^src/', pathNot: '^src/core/node/engines/' },
      { path: `(^|/)node_modules/(${clients})/|^(${clients})$` },
    ),
    forbid('source-not-tests', 'What ships imports no test.', { path: '^src/' }, { path: '^test/' }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|out|\\.cache)/' },
    tsPreCompilationDeps: true,
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.css'] },
  },
}
