import { describe, expect, it } from 'vitest'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import type { Key } from '../../../../src/core/key.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { collect, walkKeys } from '../../../../src/testkit/suite.ts'
import { BreakableDatastore } from '../breakable.ts'
import { expectEachOnceAtHome, fill, memories, textOf, utf8 } from './shards.ts'

/** A store with one misplaced key of each kind, and their keys. */
async function withMisplaced() {
  const shards = memories(3)
  const sharded = new ShardedDatastore(shards, { ids: ['a', 'b', 'c'] })
  const keys = await fill(sharded, 60)
  const [lost, copied, differing] = keys as [Key, Key, Key]
  const away = (key: Key) => shards[(sharded.shardIndex(key) + 1) % 3] as MemoryDatastore
  const idAway = (key: Key) => sharded.shardIds[(sharded.shardIndex(key) + 1) % 3]
  const idHome = (key: Key) => sharded.shardIds[sharded.shardIndex(key)]
  for (const key of [lost, copied]) await away(key).put(key, utf8(key.name))
  await away(differing).put(differing, utf8('something else'))
  await shards[sharded.shardIndex(lost)]!.delete(lost)
  return { sharded, keys, lost, copied, differing, away, idAway, idHome }
}

describe('verify and repair', () => {
  it('S6 verify() lists each misplaced key with its shard, its home shard and the state there', async () => {
    const { sharded, lost, copied, differing, idAway, idHome } = await withMisplaced()
    const found = await collect(sharded.verify())
    const expected = [
      { key: lost, atHome: 'absent' },
      { key: copied, atHome: 'same' },
      { key: differing, atHome: 'different' },
    ].map(({ key, atHome }) => ({ key: key.toString(), shard: idAway(key), home: idHome(key), atHome }))
    expect(found.map(each => ({ ...each, key: each.key.toString() })).sort(byKey)).toEqual(
      expected.sort(byKey),
    )
    await expect(sharded.get(lost)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('S6 verify() of a store without misplaced keys is empty, also after a reshard', async () => {
    const sharded = new ShardedDatastore(memories(3))
    await fill(sharded, 50)
    expect(await collect(sharded.verify())).toEqual([])
    await sharded.reshard(memories(2))
    expect(await collect(sharded.verify())).toEqual([])
  })

  it.each(['home', 'misplaced'] as const)(
    'S3 repair() repairs each key, and of two values keeps the one at %s',
    async keep => {
      const { sharded, keys, differing } = await withMisplaced()
      for await (const misplaced of sharded.verify()) {
        if (misplaced.atHome === 'different') {
          await expect(sharded.repair(misplaced)).rejects.toMatchObject({ code: 'CONFLICT', key: differing })
          await sharded.repair(misplaced, { keep })
        } else await sharded.repair(misplaced)
      }
      expect(await collect(sharded.verify())).toEqual([])
      await expectEachOnceAtHome(sharded, keys, [], false)
      expect(textOf(await sharded.get(differing))).toBe(keep === 'home' ? differing.name : 'something else')
    },
  )

  it('S6 reshard() to the current list moves misplaced keys home', async () => {
    const shards = memories(3)
    const sharded = new ShardedDatastore(shards)
    const keys = await fill(sharded, 100)
    // Under another function, keys are in their home shard only by chance.
    const other = new ShardedDatastore(shards, { by: 'modulo' })
    const misplaced = await collect(other.verify())
    expect(misplaced.length).toBeGreaterThan(30)
    const { moved } = await other.reshard(shards)
    expect(moved).toBe(misplaced.length)
    await expectEachOnceAtHome(other, keys)
  })

  it('S6 repair() of a key in its home shard, or with an unknown shard, is CONFIG_INVALID; repeating a repair has no effect', async () => {
    const { sharded, lost, idHome } = await withMisplaced()
    const [found] = (await collect(sharded.verify())).filter(({ key }) => key.equals(lost))
    await sharded.repair(found!)
    await sharded.repair(found!)
    for (const shard of ['nowhere', idHome(lost)!]) {
      const wrong = sharded.repair({ ...found!, shard })
      await expect(wrong).rejects.toMatchObject({ code: 'CONFIG_INVALID', key: lost })
    }
  })

  it('S3 plan(), verify() and reshard() name a shard that cannot be read', async () => {
    const broken = new BreakableDatastore()
    const sharded = new ShardedDatastore<Uint8Array>([new MemoryDatastore(), broken], { ids: ['a', 'b'] })
    broken.breakOn('list')
    const named = { code: 'IO', message: expect.stringContaining('shard "b"') as string }
    await expect(sharded.plan(memories(1)).count()).rejects.toMatchObject(named)
    await expect(collect(sharded.verify())).rejects.toMatchObject(named)
    await expect(sharded.reshard(memories(1))).rejects.toMatchObject(named)
  })

  it('S3 D13 plan() and verify() end when they are aborted', async () => {
    const sharded = new ShardedDatastore(memories(2))
    await fill(sharded, 10)
    const signal = AbortSignal.abort()
    const aborted = { name: 'AbortError', code: 'ABORTED' }
    await expect(sharded.plan(memories(1), { signal }).count()).rejects.toMatchObject(aborted)
    await expect(collect(sharded.verify({ signal }))).rejects.toMatchObject(aborted)
    await expect(sharded.reshard(memories(1), { signal })).rejects.toMatchObject(aborted)
    expect(await walkKeys(sharded)).toHaveLength(10)
  })
})

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1
}
