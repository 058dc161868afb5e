import { describe, expect, it } from 'vitest'
import { NamespaceDatastore } from '../../../../src/core/adapters/namespace.ts'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import { Key } from '../../../../src/core/key.ts'
import { fault } from '../../../../src/core/layers/fault.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { NullDatastore } from '../../../../src/core/stores/null.ts'
import { collect, listAll, walkKeys } from '../../../../src/testkit/suite.ts'
import { bytes } from '../../../text.ts'
import { BreakableDatastore } from '../breakable.ts'

const keys = Array.from({ length: 3000 }, (_, index) => Key.of('orders', `2026-${index}`))
const memories = (count: number) => Array.from({ length: count }, () => new MemoryDatastore())

/** A key that shard `index` of `sharded` holds. */
function keyOf(sharded: ShardedDatastore, index: number, label: string): Key {
  const key = keys.map(each => each.child(label)).find(each => sharded.shardIndex(each) === index)
  if (key === undefined) throw new Error(`No key falls to shard ${index}`)
  return key
}

describe('ShardedDatastore', () => {
  it('S1 put() writes only to the shard that the function selects', async () => {
    const shards = memories(3)
    const sharded = new ShardedDatastore(shards)
    for (const key of keys.slice(0, 100)) await sharded.put(key, bytes(key.name))
    for (const key of keys.slice(0, 100)) {
      const holders = await Promise.all(shards.map(shard => shard.has(key)))
      expect(holders.map((holds, index) => (holds ? index : -1)).filter(index => index >= 0)).toEqual([
        sharded.shardIndex(key),
      ])
    }
  })

  it('D17 capabilities do not declare atomic batches, even if each shard has them', async () => {
    const shard = new NullDatastore()
    expect(shard.capabilities.batch).toBe('atomic')
    for (const shards of [[shard], [shard, new NullDatastore()]])
      expect(new ShardedDatastore(shards).capabilities.batch).toBe('ordered')
  })

  it('S1 a custom function selects the shard; a result that is not an index is rejected and names the key', async () => {
    const shards = memories(2)
    const byDepth = new ShardedDatastore(shards, { by: key => key.depth % 2 })
    await byDepth.put(Key.parse('/a'), bytes('odd'))
    expect(await shards[1]!.has(Key.parse('/a'))).toBe(true)
    const broken = new ShardedDatastore(memories(2), { by: () => 2 })
    await expect(broken.put(Key.parse('/a'), bytes('x'))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      key: Key.parse('/a'),
    })
  })

  it('S2 list() merges the shards in key order, page by page, and applies limit and cursor after the merge', async () => {
    const sharded = new ShardedDatastore(memories(4))
    const whole = new MemoryDatastore()
    for (const key of keys.slice(0, 300)) {
      await sharded.put(key, bytes('x'))
      await whole.put(key, bytes('x'))
    }
    const orders = Key.parse('/orders')
    for (const limit of [1, 7, 100, 299, 300, 301]) {
      const merged = await listAll(sharded, orders, { limit })
      expect(merged.map(child => child.name)).toEqual(
        (await listAll(whole, orders, { limit: 1000 })).map(child => child.name),
      )
      const backwards = await listAll(sharded, orders, { limit, reverse: true })
      expect(backwards.map(child => child.name)).toEqual(merged.map(child => child.name).reverse())
    }
    expect(await walkKeys(sharded)).toEqual(await walkKeys(whole))
  })

  it('S2 list() shows a name once when one shard has its value and another one keys below it', async () => {
    const sharded = new ShardedDatastore(memories(2), { by: key => (key.depth > 1 ? 1 : 0) })
    await sharded.put(Key.parse('/a'), bytes('value'))
    await sharded.put(Key.parse('/a/b'), bytes('below'))
    const { children } = await sharded.list(Key.root)
    expect(children).toMatchObject([{ name: 'a', isValue: true, isBranch: true, size: 5 }])
  })

  it('S8 rename() across shards copies, syncs, then deletes: there is always at least one copy', async () => {
    const shards = [new BreakableDatastore(), new BreakableDatastore()]
    const sharded = new ShardedDatastore<Uint8Array>(shards)
    const [from, to] = [keyOf(sharded, 0, 'from'), keyOf(sharded, 1, 'to')]
    await sharded.put(from, bytes('precious'))
    shards[0]!.breakOn('delete')
    await expect(sharded.rename(from, to)).rejects.toMatchObject({ code: 'IO' })
    expect(await shards[0]!.has(from)).toBe(true)
    shards[0]!.mend()
    shards[1]!.breakOn('put')
    await expect(sharded.rename(from, to)).rejects.toMatchObject({ code: 'IO' })
    expect(await shards[0]!.has(from)).toBe(true)
    shards[1]!.mend()
    await sharded.rename(from, to)
    expect([await sharded.has(from), await sharded.has(to)]).toEqual([false, true])
  })

  it('S8 rename() across shards copies again if the value changed during the copy', async () => {
    const shards = [new BreakableDatastore(), new BreakableDatastore()]
    const sharded = new ShardedDatastore<Uint8Array>(shards)
    const [from, to] = [keyOf(sharded, 0, 'from'), keyOf(sharded, 1, 'to')]
    await sharded.put(from, bytes('old'))
    const hold = shards[0]!.holdNext('delete')
    const renamed = sharded.rename(from, to)
    await hold.reached
    await shards[0]!.below.put(from, bytes('newer, by someone else'))
    hold.go()
    await renamed
    expect(new TextDecoder().decode(await sharded.get(to))).toBe('newer, by someone else')
    expect(await sharded.has(from)).toBe(false)
  })

  it('S8 D22 rename() between two shards of the same data, with the same key in both, leaves the value unchanged', async () => {
    const data = new MemoryDatastore()
    const open = () => new NamespaceDatastore(data, Key.of('data'))
    const sharded = new ShardedDatastore([data, open()], { by: key => (key.segments[0] === 'data' ? 0 : 1) })
    await data.put(Key.parse('/data/a'), bytes('x'))
    const before = await data.stat(Key.parse('/data/a'))
    await sharded.rename(Key.parse('/data/a'), Key.parse('/a'))
    expect(await data.stat(Key.parse('/data/a'))).toEqual(before)
    expect(await walkKeys(data)).toEqual(['/data/a'])
  })

  it('S8 D22 rename() between shards puts only the value, also when it fails', async () => {
    const shards = memories(2)
    const faulty = shards.map(shard => fault(shard))
    const sharded = new ShardedDatastore<Uint8Array>(faulty)
    const [from, to] = [keyOf(sharded, 0, 'from'), keyOf(sharded, 1, 'to')]
    await sharded.put(from, bytes('x'))
    Object.assign(faulty[0]!.faults, { errorRate: 1, verbs: ['delete'] })
    await expect(sharded.rename(from, to)).rejects.toMatchObject({ code: 'IO', key: from })
    expect((await Promise.all(shards.map(shard => walkKeys(shard)))).flat()).toEqual([from, to].map(String))
  })

  it('S1 D22 two stores over the same shards with the same function have one id, others do not', () => {
    const shards = memories(2)
    const idOf = (...given: ConstructorParameters<typeof ShardedDatastore<Uint8Array>>) =>
      new ShardedDatastore(...given).info.id
    expect(idOf(shards)).toBe(idOf(shards, { by: 'jump' }))
    const others = [idOf(shards.toReversed()), idOf(shards, { by: 'modulo' }), idOf(shards, { by: () => 0 })]
    expect(new Set([idOf(shards), ...others]).size).toBe(4)
  })

  it('D60 close() closes a shard that is listed twice only once', async () => {
    const shared = new BreakableDatastore()
    await new ShardedDatastore<Uint8Array>([shared, shared]).close()
    expect(shared.closes).toBe(1)
  })

  it('D10 stats() counts a shard that is listed twice only once', async () => {
    const shared = new MemoryDatastore()
    await shared.put(Key.parse('/a'), bytes('abc'))
    expect(await new ShardedDatastore([shared, shared]).stats()).toEqual({
      entries: 1,
      bytes: 3,
      accuracy: 'exact',
    })
  })

  it('S3 an empty list of shards and duplicate shard ids are CONFIG_INVALID', () => {
    expect(() => new ShardedDatastore([])).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(() => new ShardedDatastore(memories(2), { ids: ['a', 'a'] })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
  })

  it('D8 getMany() keeps the order of the keys across shards', async () => {
    const sharded = new ShardedDatastore(memories(3))
    const some = keys.slice(0, 20)
    for (const key of some) await sharded.put(key, bytes(key.name))
    const pairs = await collect(sharded.getMany(some))
    expect(pairs.map(pair => pair.key.toString())).toEqual(some.map(String))
  })
})
