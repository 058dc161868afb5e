import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import threads from 'node:worker_threads'
import { bundleWorker } from '../../scripts/worker-files.mjs'

const sources = ['core/node/key-index/worker', 'main/host/query/worker', 'main/host/values/worker'].map(
  file => join(import.meta.dirname, '../../src', file),
)

/**
 * Lets the host of these tests, which runs from source, start its workers: Node runs no TypeScript, and
 * Playwright compiles nothing for a worker.
 */
export async function startWorkersFromSource(): Promise<void> {
  const bundles = new Map<string, URL>()
  for (const source of sources)
    bundles.set(pathToFileURL(`${source}.js`).href, pathToFileURL(await bundleWorker(`${source}.ts`)))
  const { Worker } = threads
  threads.Worker = class extends Worker {
    constructor(file: string | URL, options?: threads.WorkerOptions) {
      super(bundles.get(String(file)) ?? file, options)
    }
  }
  syncBuiltinESMExports()
}
