import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Key, ShardedDatastore } from '../../../../../src/core/index.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { heldMemory } from '../../../held-memory.ts'
import { bytesOf } from '../bytes-of.ts'
import { TempRoots } from '../temp-root.ts'

const MIB = 1024 * 1024
const roots = new TempRoots()
const key = Key.of('big')
let root: string
let store: FsDatastore

beforeEach(async () => {
  root = await roots.make()
  store = await FsDatastore.open(root)
})
afterEach(async () => {
  await store.close()
  await roots.remove()
})

it('D38 a value of 256 MiB passes through in both directions in bounded memory', {
  timeout: 120_000,
}, async () => {
  const chunk = new Uint8Array(MIB)
  const sent = createHash('sha1')
  const before = heldMemory()
  let highest = before
  const measure = () => {
    highest = Math.max(highest, heldMemory())
  }
  async function* source(): AsyncIterable<Uint8Array> {
    for (let index = 0; index < 256; index++) {
      chunk.fill(index)
      sent.update(chunk)
      if (index % 8 === 0) measure()
      yield chunk
    }
  }
  await store.put(key, source())
  expect((await store.stat(key)).size).toBe(256 * MIB)
  const received = createHash('sha1')
  let measured = 0
  let length = 0
  for await (const part of store.getStream(key)) {
    received.update(part)
    length += part.length
    if (length - measured < 8 * MIB) continue
    measured = length
    measure()
  }
  expect(received.digest('hex')).toBe(sent.digest('hex'))
  expect((highest - before) / MIB).toBeLessThan(32)
})

it('D7 Node streams can be put and returned', async () => {
  const path = join(root, 'outside')
  await store.put(key, [new Uint8Array(300_000).fill(1), bytesOf('end')].values())
  await pipeline(Readable.from(store.getStream(key)), createWriteStream(path))
  expect((await stat(path)).size).toBe(300_003)
  await store.put(Key.of('copy'), createReadStream(path))
  expect(await store.get(Key.of('copy'))).toEqual(await store.get(key))
})

it('D63 a hundred thousand tiny chunks take few writes', async () => {
  const tiny = bytesOf('0123456789')
  function* source(): Iterable<Uint8Array> {
    for (let index = 0; index < 100_000; index++) yield tiny
  }
  await store.put(key, source())
  expect((await store.stat(key)).size).toBe(1_000_000)
})

it('D7 a reader that began before a put, a rename or a delete continues with its version', async () => {
  await store.put(key, new Uint8Array(200_000).fill(1))
  const stream = store.getStream(key)[Symbol.asyncIterator]()
  const first = await stream.next()
  await store.put(key, bytesOf('new'))
  await store.rename(key, Key.of('else'))
  await store.delete(Key.of('else'))
  let length = (first.value as Uint8Array).length
  for (let next = await stream.next(); next.done !== true; next = await stream.next()) {
    expect(next.value.every(byte => byte === 1)).toBe(true)
    length += next.value.length
  }
  expect(length).toBe(200_000)
})

it('D63 D14 a refused put closes its source, so that the store of the source can close', async () => {
  await store.put(Key.of('from'), bytesOf('value'))
  await using plain = await FsDatastore.open(join(root, 'plain'), { layout: 'plain', create: true })
  await plain.put(Key.of('a'), bytesOf('value'))
  const shards = new ShardedDatastore([store])
  const put = plain.put(Key.of('a', 'b'), shards.getStream(Key.of('from')))
  await expect(put).rejects.toMatchObject({ code: 'CONFLICT' })
  await shards.close()
})
