import { Key } from '../../src/core/key.ts'
import { MemoryDatastore } from '../../src/core/stores/memory.ts'

/** A store in memory with these keys; each value is the text of its key. */
export async function memoryStore(keys: Iterable<string>): Promise<MemoryDatastore> {
  const store = new MemoryDatastore()
  const encoder = new TextEncoder()
  for (const key of keys) await store.put(Key.parse(key), encoder.encode(key))
  return store
}
