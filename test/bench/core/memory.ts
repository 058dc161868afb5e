import { MemoryDatastore as PeerMemory } from 'datastore-core'
import { Key as PeerKey } from 'interface-datastore'
import { Key, MemoryDatastore } from 'strata/core'
import { createStorage } from 'unstorage'
import memoryDriver from 'unstorage/drivers/memory'
import { type Benchmark, compareRates, type Result } from '../result.ts'
import { type Contender, sideBySide } from '../side-by-side.ts'

const COUNT = 100_000
const COPYING = 'datastore-core memory, copying'
const value = new Uint8Array(1024).fill(7)
const texts = Array.from({ length: COUNT }, (_, index) => `/films/${index % 100}/scene-${index}`)

/**
 * Puts and gets of 1 KB. Each library starts from texts, as an application does: creating its keys is part of
 * the work. datastore-core keeps the caller's buffer and returns its own; a variant that copies as well is
 * measured beside it.
 */
export const memoryBenchmark: Benchmark = {
  name: 'memory',
  processes: 5,
  async run() {
    const results: Result[] = []
    let ours = new MemoryDatastore()
    let peer = new PeerMemory()
    let storage = createStorage({ driver: memoryDriver() })
    const [put = 0, peerPut = 0, copyingPut = 0, storagePut = 0] = await byProcessor([
      {
        operations: COUNT,
        prepare: async () => void (ours = new MemoryDatastore()),
        run: async () => {
          for (const text of texts) await ours.put(Key.parse(text), value)
        },
      },
      {
        operations: COUNT,
        prepare: async () => void (peer = new PeerMemory()),
        run: async () => {
          for (const text of texts) await peer.put(new PeerKey(text), value)
        },
      },
      {
        operations: COUNT,
        prepare: async () => void (peer = new PeerMemory()),
        run: async () => {
          for (const text of texts) await peer.put(new PeerKey(text), value.slice())
        },
      },
      {
        operations: COUNT,
        prepare: async () => void (storage = createStorage({ driver: memoryDriver() })),
        run: async () => {
          for (const text of texts) await storage.setItemRaw(text, value)
        },
      },
    ])
    results.push(compareRates('memory put, new keys', 'op/s', put, 'datastore-core memory', peerPut))
    results.push(compareRates('memory put, new keys', 'op/s', put, COPYING, copyingPut, 1))
    results.push(compareRates('memory put, new keys', 'op/s', put, 'unstorage memory', storagePut))
    const keys = texts.map(text => Key.parse(text))
    const peerKeys = texts.map(text => new PeerKey(text))
    const [get = 0, peerGet = 0, copyingGet = 0, storageGet = 0] = await byProcessor([
      { operations: COUNT, run: () => drain(keys, key => ours.get(key)) },
      { operations: COUNT, run: () => drain(peerKeys, async key => peer.get(key)) },
      { operations: COUNT, run: () => drain(peerKeys, async key => (await peer.get(key)).slice()) },
      { operations: COUNT, run: () => drain(texts, text => storage.getItemRaw(text)) },
    ])
    results.push(compareRates('memory get', 'op/s', get, 'datastore-core memory', peerGet))
    results.push(compareRates('memory get', 'op/s', get, COPYING, copyingGet, 1.2))
    results.push(compareRates('memory get', 'op/s', get, 'unstorage memory', storageGet))
    const [replace = 0, peerReplace = 0, copyingReplace = 0] = await byProcessor([
      { operations: COUNT, run: () => drain(keys, key => ours.put(key, value)) },
      { operations: COUNT, run: () => drain(peerKeys, async key => peer.put(key, value)) },
      { operations: COUNT, run: () => drain(peerKeys, async key => peer.put(key, value.slice())) },
    ])
    results.push(
      compareRates('memory put, known keys', 'op/s', replace, 'datastore-core memory', peerReplace),
    )
    results.push(compareRates('memory put, known keys', 'op/s', replace, COPYING, copyingReplace, 1.25))
    return results
  },
}

async function drain<K>(keys: readonly K[], work: (key: K) => Promise<unknown>): Promise<void> {
  for (const key of keys) await work(key)
}

function byProcessor(contenders: readonly Contender[]): Promise<number[]> {
  return sideBySide(contenders, 'processor')
}
