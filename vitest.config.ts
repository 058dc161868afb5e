import { defineConfig } from 'vitest/config'
import { workerFiles } from './scripts/worker-files.mjs'

const TESTS = 'test/**/*.test.{ts,tsx}'
const NO_TESTS = ['test/e2e/**', 'test/bench/**', 'test/fixtures/**', 'node_modules/**']

/**
 * Tests without servers, child processes, browsers and limits of memory. A worker runs many of their files, and loads each
 * module once, which saves a second a file.
 */
const LIGHT = [
  'test/core/*.test.ts',
  'test/core/{changes,concurrency,hash,key-index,layers,open,ordered,query,serializers,stack,stores,values}/**/*.test.ts',
  'test/core/adapters/*.test.ts',
  'test/core/adapters/!(over-engines)/**/*.test.ts',
  'test/main/host/*.test.ts',
  'test/main/host/!(many|killed)/**/*.test.ts',
  'test/main/host/many/*.test.ts',
  'test/renderer/{api,app,ui}/**/*.test.{ts,tsx}',
  'test/shared/**/*.test.ts',
]

export default defineConfig({
  plugins: [workerFiles()],
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'isolated',
          include: [TESTS],
          exclude: [...NO_TESTS, ...LIGHT],
          // Two workers would leave a third of two cores idle, because they wait for servers and child processes.
          maxWorkers: 3,
        },
      },
      {
        extends: true,
        test: {
          name: 'light',
          include: LIGHT,
          isolate: false,
          maxWorkers: 2,
          // After the others, so that no worker ends between two files of this project.
          sequence: { groupOrder: 1 },
        },
      },
    ],
    // The suite of js-stores names a build tool's wrapper of chai.
    alias: {
      'aegir/chai': new URL('./test/core/interop/mocha-globals.ts', import.meta.url).pathname,
      // The examples of the documentation name the library as its users do.
      'strata/core': new URL('./src/core/index.ts', import.meta.url).pathname,
      'strata/node': new URL('./src/core/node/index.ts', import.meta.url).pathname,
      'strata/engines': new URL('./src/core/node/engines', import.meta.url).pathname,
    },
    server: { deps: { inline: ['interface-datastore-tests'] } },
    setupFiles: ['test/key-equality.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // A shared build machine may stall a browser or a child process; a test that fails twice is broken.
    retry: process.env['CI'] === undefined ? 0 : 1,
  },
})
