/**
 * Modules that load each other. Of the cycles that an import is part of the tool reports one, which may lead through an
 * `import type` and be harmless; so cycles are looked for among the imports that are left after compilation.
 */
const { options } = require('./.dependency-cruiser.cjs')

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle has no order to be read in.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: { ...options, tsPreCompilationDeps: false },
}
