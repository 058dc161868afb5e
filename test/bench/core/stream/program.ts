import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import { TieredDatastore } from '../../../../src/core/adapters/tiered/tiered.ts'
import { transformed } from '../../../../src/core/adapters/transformed.ts'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import { FsDatastore } from '../../../../src/core/node/fs/fs-datastore.ts'
import { brotli } from '../../../../src/core/node/serializers/brotli.ts'
import { zstd } from '../../../../src/core/node/serializers/zstd.ts'
import { gzip } from '../../../../src/core/serializers/gzip.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import type { StreamedStore, StreamFigures } from './figures.ts'

/*
 * Puts one value of a given size in MiB into a store as a stream, reads it back as a stream, and prints time
 * and memory as JSON: STORE FOLDER MIB.
 */
const MIB = 1024 * 1024
const CHUNK = 64 * 1024
const [name = 'fs', folder = '', mebibytes = '64'] = process.argv.slice(2)
const size = Number(mebibytes) * MIB
const key = Key.of('large', 'value')
const files = (part: string) => {
  mkdirSync(join(folder, part), { recursive: true })
  return FsDatastore.open(join(folder, part))
}

const stores: Readonly<Record<StreamedStore, () => Promise<BinaryDatastore>>> = {
  memory: async () => new MemoryDatastore(),
  fs: () => files('a'),
  tiered: async () => new TieredDatastore([new MemoryDatastore({ maxBytes: 8 * MIB }), await files('a')]),
  sharded: async () => new ShardedDatastore([await files('a'), await files('b')]),
  gzip: async () => transformed(await files('a'), gzip),
  brotli: async () => transformed(await files('a'), brotli),
  zstd: async () => transformed(await files('a'), zstd),
}

// `maxRSS` would start with the maximum of the parent process.
let peak = 0
function sample(): void {
  peak = Math.max(peak, process.memoryUsage.rss() / MIB)
}

const source = new Uint8Array(CHUNK)
for (let index = 0, state = 1; index < CHUNK; index++) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  // Half of it is noise, so that there is data to compress and data to pass on.
  source[index] = index % 2 === 0 ? state >>> 24 : 0
}

async function* produce(bytes: number, sum: { update(chunk: Uint8Array): unknown }) {
  for (let sent = 0; sent < bytes; sent += CHUNK) {
    new DataView(source.buffer).setFloat64(0, sent)
    sum.update(source)
    yield source
    if (sent % MIB !== 0) continue
    sample()
    // A source that waits for a disk or a network yields the thread.
    await new Promise(resolve => setImmediate(resolve))
  }
}

/** Puts and gets; returns the seconds of each. */
async function roundTrip(store: BinaryDatastore, bytes: number): Promise<readonly [number, number]> {
  const [sent, received] = [createHash('sha1'), createHash('sha1')]
  const start = performance.now()
  await store.put(key, produce(bytes, sent))
  const middle = performance.now()
  for await (const chunk of store.getStream(key)) {
    received.update(chunk)
    sample()
  }
  const end = performance.now()
  if (sent.digest('hex') !== received.digest('hex')) throw new Error(`${name} gave back other bytes`)
  return [(middle - start) / 1000, (end - middle) / 1000]
}

const open = stores[name as StreamedStore]
const store = await open()
// The memory of compiled code is not part of the value.
await roundTrip(store, 4 * MIB)
const before = peak
const [put, get] = await roundTrip(store, size)
// A tier is filled in the background.
await store.close()
sample()
const figures: StreamFigures = { put, get, before, peak }
console.log(JSON.stringify(figures))
