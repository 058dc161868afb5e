import { defineConfig } from 'vitest/config'
import { workerFiles } from './scripts/worker-files.mjs'

export default defineConfig({
  plugins: [workerFiles()],
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    // The suite of js-stores names a build tool's wrapper of chai.
    alias: {
      'aegir/chai': new URL('./test/core/interop/mocha-globals.ts', import.meta.url).pathname,
      // The examples of the documentation name the library as its users do.
      'strata/core': new URL('./src/core/index.ts', import.meta.url).pathname,
      'strata/node': new URL('./src/core/node/index.ts', import.meta.url).pathname,
      'strata/engines': new URL('./src/core/node/engines', import.meta.url).pathname,
    },
    server: { deps: { inline: ['interface-datastore-tests'] } },
    exclude: ['test/e2e/**', 'test/bench/**', 'test/fixtures/**', 'node_modules/**'],
    setupFiles: ['test/key-equality.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    // A shared build machine may stall a browser or a child process; a test that fails twice is broken.
    retry: process.env['CI'] === undefined ? 0 : 1,
  },
})
