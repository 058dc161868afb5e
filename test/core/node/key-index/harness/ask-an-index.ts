import { pack } from '../../../../../src/core/key-index/packed.ts'

// The index is in a separate chunk, in another folder than the entry.
const { KeyIndexWorker } = await import('../../../../../src/core/node/key-index/key-index-worker.ts')
const index = new KeyIndexWorker()
await index.add(pack([Uint8Array.of(97), Uint8Array.of(98)]))
for await (const { found, total } of index.search({ kind: 'substring', text: 'b', limit: 10 }))
  console.log(`${found} of ${total} keys`)
await index.close()
