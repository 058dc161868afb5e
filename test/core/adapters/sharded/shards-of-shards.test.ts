import { describe, expect, it } from 'vitest'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import type { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { collect } from '../../../../src/testkit/suite.ts'
import { memories, utf8 } from './shards.ts'

const key = Key.parse('/film')

async function etagIn(store: BinaryDatastore): Promise<string> {
  return (await store.stat(key)).etag
}

/** Nested shards whose inner store has moved its key to another shard. */
async function withMovedKey() {
  const [first, second] = memories(2) as [MemoryDatastore, MemoryDatastore]
  const inner = new ShardedDatastore([first])
  const outer = new ShardedDatastore([inner])
  await outer.put(key, utf8('1'))
  await inner.reshard([second])
  return outer
}

describe('shards of shards', () => {
  it('S3 Q9 stat, put and query give a value the same etag', async () => {
    const outer = await withMovedKey()
    await outer.reshard([...outer.shards])
    const [entry] = await collect(outer.query({ withStat: true }))
    expect(entry?.stat?.etag).toBe(await etagIn(outer))
    const { etag } = await outer.put(key, utf8('2'), { ifMatch: entry?.stat?.etag })
    expect(etag).toBe(await etagIn(outer))
    await outer.delete(key, { ifMatch: etag })
  })

  it('S3 an etag from before a reshard matches while keys move, if the value stays in its shard', async () => {
    const outer = await withMovedKey()
    const before = await etagIn(outer)
    const moved = outer.reshard([...outer.shards, ...memories(1)], { by: () => 0 })
    expect(outer.isSettled).toBe(false)
    expect(await etagIn(outer)).toBe(before)
    await outer.put(key, utf8('2'), { ifMatch: before })
    await moved
  })

  it('S3 the etag of an inner shard never matches a version in another shard', async () => {
    const outer = await withMovedKey()
    const before = await etagIn(outer)
    await outer.reshard([new ShardedDatastore(memories(1))])
    await expect(outer.put(key, utf8('2'), { ifMatch: before })).rejects.toMatchObject({ code: 'CONFLICT' })
  })
})
