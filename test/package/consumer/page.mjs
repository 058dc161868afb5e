// Runs in a page, and in a worker that the page starts.
import { cbor, gzip, Key, MemoryDatastore, openStack, pipe, serialized } from 'strata/core'

async function use() {
  const objects = serialized(new MemoryDatastore(), pipe(cbor, gzip))
  await objects.put(Key.of('films', 'Brazil'), { year: 1985 })
  const { year } = await objects.get(Key.of('films', 'Brazil'))

  const memory = { kind: 'memory' }
  const stack = await openStack({
    strata: 1,
    name: 'Tiers',
    root: { kind: 'tiered', tiers: [memory, { kind: 'sharded', shards: [memory, memory] }] },
  })
  await stack.store.put(Key.of('a'), new Uint8Array([1, 2]))
  const { children } = await stack.store.list(Key.root)
  await stack.close()
  await objects.close()
  return { year, names: children.map(({ name }) => name) }
}

const isWorker = globalThis.document === undefined
globalThis.outcome = use()
if (isWorker) globalThis.outcome.then(outcome => globalThis.postMessage(outcome))
