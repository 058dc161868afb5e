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

/** Shards of shards, both of which have moved keys: to another shard below, and nowhere above. */
async function bothMoved() {
  const [first, second] = memories(2) as [MemoryDatastore, MemoryDatastore]
  const inner = new ShardedDatastore([first])
  const outer = new ShardedDatastore([inner])
  await outer.put(key, utf8('1'))
  await inner.reshard([second])
  return outer
}

describe('shards of shards', () => {
  it('S3 Q9 a value has one etag, whichever way it is asked for', async () => {
    const outer = await bothMoved()
    await outer.reshard([...outer.shards])
    const [entry] = await collect(outer.query({ withStat: true }))
    expect(entry?.stat?.etag).toBe(await etagIn(outer))
    const { etag } = await outer.put(key, utf8('2'), { ifMatch: entry?.stat?.etag })
    expect(etag).toBe(await etagIn(outer))
    await outer.delete(key, { ifMatch: etag })
  })

  it('S3 an etag from before a reshard fits while keys move, where the value stays', async () => {
    const outer = await bothMoved()
    const before = await etagIn(outer)
    const moved = outer.reshard([...outer.shards, ...memories(1)], { by: () => 0 })
    expect(outer.isSettled).toBe(false)
    expect(await etagIn(outer)).toBe(before)
    await outer.put(key, utf8('2'), { ifMatch: before })
    await moved
  })

  it('S3 the etag of a shard below never fits a version of another shard', async () => {
    const outer = await bothMoved()
    const before = await etagIn(outer)
    await outer.reshard([new ShardedDatastore(memories(1))])
    await expect(outer.put(key, utf8('2'), { ifMatch: before })).rejects.toMatchObject({ code: 'CONFLICT' })
  })
})
