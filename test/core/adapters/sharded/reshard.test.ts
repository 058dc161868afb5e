import { describe, expect, it } from 'vitest'
import { NamespaceDatastore } from '../../../../src/core/adapters/namespace.ts'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import { TieredDatastore } from '../../../../src/core/adapters/tiered/tiered.ts'
import type { BinaryDatastore, CallOptions, Change } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import { walkValues } from '../../../../src/core/list-page.ts'
import { Datastore, serialized } from '../../../../src/core/open/datastore.ts'
import { json } from '../../../../src/core/serializers/json.ts'
import { MemoryDatastore, MemoryStore } from '../../../../src/core/stores/memory.ts'
import { NullDatastore } from '../../../../src/core/stores/null.ts'
import { noise } from '../../../../src/testkit/samples.ts'
import { collect, walkKeys } from '../../../../src/testkit/suite.ts'
import { BreakableDatastore } from '../breakable.ts'
import { expectEachOnceAtHome, fill, keysOf, memories, textOf, utf8 } from './shards.ts'

describe('reshard', () => {
  const changes: Record<
    string,
    (shards: MemoryDatastore[]) => readonly [MemoryDatastore[], ('modulo' | 'rendezvous' | 'prefix')?]
  > = {
    'a shard added at the end': shards => [[...shards, new MemoryDatastore()]],
    'a shard added at the front': shards => [[new MemoryDatastore(), ...shards]],
    'the last shard removed': shards => [shards.slice(0, -1)],
    'the first two shards removed': shards => [shards.slice(2)],
    'the same shards in another order': shards => [shards.toReversed()],
    'another function': shards => [shards, 'modulo'],
    'other shards and another function': shards => [[...memories(2), ...shards.slice(1)], 'rendezvous'],
    'nothing but other shards': () => [memories(2), 'prefix'],
  }

  it.each(Object.entries(changes))(
    'S3 reshard() with %s leaves each key once, in its home shard',
    async (_, change) => {
      const shards = memories(3)
      const sharded = new ShardedDatastore(shards)
      const keys = await fill(sharded, 300)
      const [target, by] = change(shards)
      const { removed, examined, moved } = await sharded.reshard(target, { by })
      expect(sharded.isSettled).toBe(true)
      expect(sharded.shards).toEqual(target)
      expect(removed).toEqual(shards.filter(shard => !target.includes(shard)))
      expect(examined).toBeGreaterThanOrEqual(300)
      expect(moved).toBeGreaterThan(0)
      await expectEachOnceAtHome(sharded, keys, removed)
      for (const shard of removed) expect(await walkKeys(shard)).toEqual([])
      const reopened = new ShardedDatastore(target, { by })
      for (const key of keys) expect(textOf(await reopened.get(key))).toBe(key.name)
    },
  )

  it('S3 D18 reshard() out of tiers fails if the last tier fails, and can be resumed', async () => {
    const disk = new BreakableDatastore()
    const tiers = new TieredDatastore([new MemoryDatastore(), disk])
    const sharded = new ShardedDatastore<Uint8Array>([tiers])
    const keys = await fill(sharded, 20)
    disk.breakOn('stat')
    const target = [new MemoryDatastore()]
    await expect(sharded.reshard(target)).rejects.toMatchObject({ code: 'IO' })
    const [key = Key.root] = keys
    const ifMatch = await disk.below.stat(key).then(({ etag }) => etag)
    await expect(sharded.put(key, utf8('new'), { ifMatch })).rejects.toMatchObject({ code: 'IO' })
    disk.mend()
    await sharded.reshard(target)
    await expectEachOnceAtHome(sharded, keys, [tiers])
  })

  it('S5 reshard() by jump moves only keys to a shard added at the end, as plan() predicts', async () => {
    const shards = memories(4)
    const sharded = new ShardedDatastore(shards)
    const keys = await fill(sharded, 500)
    const target = [...shards, new MemoryDatastore()]
    const plan = sharded.plan(target)
    const moves = await collect(plan)
    expect(await walkKeys(target[4]!)).toEqual([])
    const { counts } = plan
    expect(counts).toMatchObject({ keys: 500, moves: moves.length })
    expect(counts.bytes).toBe(moves.reduce((sum, { key }) => sum + key.name.length, 0))
    expect(counts.pairs.reduce((sum, pair) => sum + pair.moves, 0)).toBe(moves.length)
    expect(await sharded.plan(target).count()).toEqual(counts)
    for (const { key, from, to } of moves) {
      expect([to, from]).toEqual(['4', String(sharded.shardIndex(key))])
    }
    const progress: number[] = []
    const { moved, bytes } = await sharded.reshard(target, {
      onProgress: ({ moved }) => progress.push(moved),
    })
    expect({ moved, bytes }).toEqual({ moved: counts.moves, bytes: counts.bytes })
    expect(progress).toEqual([...moves.map((_, index) => index + 1), moves.length])
    await expectEachOnceAtHome(sharded, keys)
    expect((await sharded.plan(target).count()).moves).toBe(0)
  })

  it('S3 an empty list, duplicate shard ids and an unknown function are CONFIG_INVALID, and change nothing', async () => {
    const sharded = new ShardedDatastore(memories(2))
    const wrong = [
      () => sharded.reshard([]),
      () => sharded.reshard(memories(2), { ids: ['a', 'a'] }),
      () => sharded.reshard(memories(2), { by: '/repo/flatfs/shard/v1/prefix/0' }),
      async () => sharded.plan([]),
    ]
    for (const call of wrong) await expect(call()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(sharded.reshard(memories(2), { concurrency: 0 })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    expect([sharded.isSettled, sharded.shards.length]).toEqual([true, 2])
  })

  it('S3 during a reshard, reads find every key, lists show it once, and writes go to the new shard and stay', async () => {
    const shards = [new BreakableDatastore(), new BreakableDatastore()]
    const added = new BreakableDatastore()
    const sharded = new ShardedDatastore<Uint8Array>(shards)
    const keys = await fill(sharded, 60)
    const hold = added.holdNext('put')
    const resharded = sharded.reshard([added, ...shards], { concurrency: 3 })
    await hold.reached
    expect(sharded.isSettled).toBe(false)
    await expect(sharded.reshard(shards)).rejects.toMatchObject({ code: 'CONFLICT' })
    const still = keys.filter(key => sharded.shards[sharded.shardIndex(key)] !== added)
    const isArriving = (key: Key) => sharded.shards[sharded.shardIndex(key)] === added
    const met = await collect(walkValues(shards[0]!, Key.root, {}))
    const held = met.map(({ key }) => key).find(isArriving) as Key
    const arriving = keys.filter(key => isArriving(key) && !key.equals(held))
    for (const key of still) expect(textOf(await sharded.get(key))).toBe(key.name)
    const [changed, gone, renamed, stays] = arriving as [Key, Key, Key, Key]
    const { etag } = await sharded.stat(changed)
    await sharded.put(changed, utf8('changed'), { ifMatch: etag })
    await sharded.delete(gone)
    await sharded.rename(renamed, Key.of('renamed'))
    await expect(sharded.put(stays, utf8('x'), { replace: false })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    })
    await expect(sharded.put(stays, utf8('x'), { ifMatch: etag })).rejects.toMatchObject({ code: 'CONFLICT' })
    const left = [...keys.filter(key => key !== gone && key !== renamed), Key.of('renamed')]
    const expected = left.toSorted(Key.compare).map(String)
    expect(await walkKeys(sharded)).toEqual(expected)
    const entries = await collect(sharded.query({ keysOnly: true }))
    expect(entries.map(({ key }) => key.toString())).toEqual(expected)
    const streamed = await collect(sharded.getStream(stays))
    expect(textOf(streamed[0]!)).toBe(stays.name)
    hold.go()
    await resharded
    expect(textOf(await sharded.get(changed))).toBe('changed')
    expect(textOf(await sharded.get(Key.of('renamed')))).toBe(renamed.name)
    expect(await walkKeys(sharded)).toEqual(expected)
    await expectEachOnceAtHome(sharded, left, [], false)
  })

  it('S3 a put that began before the reshard is moved, even if the walk might have passed its position', async () => {
    const shards = [new BreakableDatastore(), new BreakableDatastore()]
    const sharded = new ShardedDatastore<Uint8Array>(shards)
    const key = keysOf(200).find(each => sharded.shardIndex(each) === 0) as Key
    const hold = shards[0]!.holdNext('put')
    const put = sharded.put(key, utf8('late'))
    await hold.reached
    const resharded = sharded.reshard([new MemoryDatastore()])
    hold.go()
    await Promise.all([put, resharded])
    expect(textOf(await sharded.get(key))).toBe('late')
  })

  it('S3 a query that began before the reshard returns every key once', async () => {
    for (const orderBy of [[], [{ field: 'size' }]]) {
      const sharded = new ShardedDatastore(memories(3))
      const keys = await fill(sharded, 400)
      const seen: string[] = []
      for await (const { key } of sharded.query({ orderBy })) {
        seen.push(key.toString())
        if (seen.length === 100) await sharded.reshard(memories(2))
      }
      expect(seen.toSorted()).toEqual(keys.map(String).toSorted())
    }
  })

  it('S3 a listing in progress keeps the keys that it may look up in their old shard', async () => {
    const [old, added] = [new BreakableDatastore(), new BreakableDatastore()]
    const sharded = new ShardedDatastore<Uint8Array>([old])
    await sharded.put(Key.of('a'), utf8('x'))
    const held = added.holdNext('list')
    const abort = new AbortController()
    const begun = sharded.reshard([added], { signal: abort.signal })
    abort.abort()
    await expect(begun).rejects.toMatchObject({ name: 'AbortError' })
    const listed = sharded.list(Key.root)
    await held.reached
    const resharded = sharded.reshard([added])
    // Once a put of the same key has had its turn, the copy exists, but the old value is not deleted.
    while (!(await added.has(Key.of('a')))) await new Promise(resolve => setImmediate(resolve))
    expect(await old.has(Key.of('a'))).toBe(true)
    held.go()
    expect((await listed).children.map(child => child.name)).toEqual(['a'])
    await resharded
    expect(await old.has(Key.of('a'))).toBe(false)
  })

  it('S3 D12 a watch continues with the new shards, and does not report a move as a deletion', async () => {
    const sharded = new ShardedDatastore(memories(2))
    const keys = await fill(sharded, 20)
    const seen: string[] = []
    const changes = sharded.watch(Key.root)[Symbol.asyncIterator]()
    const [last, gone] = [Key.of('last'), keys[3] as Key]
    const read = async () => {
      for (let next = await changes.next(); next.done !== true; next = await changes.next()) {
        seen.push(`${next.value.type} ${next.value.key.toString()}`)
        // The order of the changes of two shards is not defined.
        if (seen.includes(`delete ${gone.toString()}`) && seen.includes(`put ${last.toString()}`)) return
      }
    }
    const all = read()
    await sharded.reshard(memories(3))
    await sharded.delete(gone)
    await sharded.put(last, utf8('x'))
    await all
    const deleted = seen.filter(text => text.startsWith('delete'))
    expect([...new Set(deleted)]).toEqual([`delete ${gone.toString()}`])
    await changes.return?.()
  })

  it('S3 D12 a watch created before a reshard and read after it follows the current shards', async () => {
    const sharded = new ShardedDatastore(memories(1))
    const changes = sharded.watch(Key.root)[Symbol.asyncIterator]()
    await sharded.reshard(memories(1))
    const next = changes.next()
    await sharded.put(Key.of('a'), utf8('x'))
    expect((await next).value).toEqual({ type: 'put', key: Key.of('a') })
    await changes.return?.()
  })

  it('S3 D12 a watch reports the deletion of a key that its shard never reported', async () => {
    /** Like a folder that is polled, with a poll that never comes. */
    class SilentDatastore extends BreakableDatastore {
      override watch(_prefix: Key, { signal }: CallOptions = {}): AsyncIterable<Change> {
        return new MemoryDatastore().watch(Key.root, { signal })
      }
    }
    const [first, second] = [new MemoryDatastore(), new SilentDatastore()]
    const sharded = new ShardedDatastore<Uint8Array>([first])
    const [key] = (await fill(sharded, 1)) as [Key]
    const changes = sharded.watch(Key.root)[Symbol.asyncIterator]()
    const moved = changes.next()
    await sharded.reshard([second])
    expect((await moved).value).toEqual({ type: 'put', key })
    await sharded.delete(key)
    expect((await changes.next()).value).toEqual({ type: 'delete', key })
    await changes.return?.()
  })

  it('D40 S3 a watch ends when its store closes, even with changes left to report', async () => {
    const sharded = new ShardedDatastore(memories(1))
    const [key] = (await fill(sharded, 1)) as [Key]
    await sharded.reshard(memories(2))
    const changes = sharded.watch(Key.root)[Symbol.asyncIterator]()
    const first = changes.next()
    await sharded.put(Key.of('other'), utf8('x'))
    expect((await first).value).toEqual({ type: 'put', key: Key.of('other') })
    await sharded.delete(key)
    await sharded.close()
    // The store can no longer find out whether the key is in another shard.
    expect((await changes.next()).value).toEqual({ type: 'resync', key })
    expect(await changes.next()).toEqual({ done: true, value: undefined })
  })

  it('S3 an aborted reshard keeps every key reachable, and is resumed when called again', async () => {
    const shards = memories(2)
    const sharded = new ShardedDatastore(shards)
    const keys = await fill(sharded, 300)
    const target = memories(3)
    const abort = new AbortController()
    const onProgress = ({ moved }: { moved: number }) => {
      if (moved === 100) abort.abort(new Error('enough'))
    }
    const aborted = sharded.reshard(target, { signal: abort.signal, onProgress, concurrency: 2 })
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError', cause: new Error('enough') })
    expect(sharded.isSettled).toBe(false)
    for (const key of keys) expect(textOf(await sharded.get(key))).toBe(key.name)
    expect(await walkKeys(sharded)).toEqual(keys.toSorted(Key.compare).map(String))
    const { moved } = await sharded.reshard(target)
    expect(moved).toBeLessThan(250)
    await expectEachOnceAtHome(sharded, keys, shards)
  })

  it('S3 a partial reshard can be reverted by resharding to the old list', async () => {
    const shards = memories(2)
    const sharded = new ShardedDatastore(shards)
    const keys = await fill(sharded, 200)
    const abort = new AbortController()
    const onProgress = ({ moved }: { moved: number }) => {
      if (moved === 50) abort.abort()
    }
    const target = memories(3)
    await sharded.reshard(target, { signal: abort.signal, onProgress }).catch(() => undefined)
    const { removed } = await sharded.reshard(shards)
    expect(removed).toEqual(target)
    await expectEachOnceAtHome(sharded, keys, target)
  })

  it('S3 a failure names the key and both shards, loses nothing, and can be resumed', async () => {
    const [old, added] = [new BreakableDatastore(), new BreakableDatastore()]
    const sharded = new ShardedDatastore<Uint8Array>([old], { ids: ['old'] })
    const keys = await fill(sharded, 20)
    for (const verb of ['put', 'get'] as const) {
      added.breakOn(verb)
      const failed = sharded.reshard([added], { ids: ['new'] })
      await expect(failed).rejects.toMatchObject({
        code: 'IO',
        message: expect.stringMatching(/^Cannot reshard "\/.*from shard "old" to shard "new"/) as string,
      })
      added.mend()
      expect(await walkKeys(sharded)).toEqual(keys.toSorted(Key.compare).map(String))
    }
    old.breakOn('delete')
    await expect(sharded.reshard([added], { ids: ['new'] })).rejects.toMatchObject({ code: 'IO' })
    old.mend()
    for (const key of keys) expect([await old.has(key), await added.has(key)]).toContain(true)
    await sharded.reshard([added], { ids: ['new'] })
    await expectEachOnceAtHome(sharded, keys, [old])
  })

  it('S7 a value that its home shard does not keep is CORRUPT, and stays where it was', async () => {
    const old = new MemoryDatastore()
    const sharded = new ShardedDatastore<Uint8Array>([old])
    const keys = await fill(sharded, 5)
    await expect(sharded.reshard([new NullDatastore()])).rejects.toMatchObject({ code: 'CORRUPT' })
    for (const key of keys) expect(textOf(await old.get(key))).toBe(key.name)
  })

  it('S3 a value that others change during the copy is copied again', async () => {
    const [old, added] = [new BreakableDatastore(), new MemoryDatastore()]
    const sharded = new ShardedDatastore<Uint8Array>([old])
    await sharded.put(Key.of('a'), utf8('before'))
    const hold = old.holdNext('delete')
    const resharded = sharded.reshard([added])
    await hold.reached
    await old.below.put(Key.of('a'), utf8('after'))
    hold.go()
    await resharded
    expect(textOf(await sharded.get(Key.of('a')))).toBe('after')
  })

  it('S3 a shard that is open twice is rejected before anything is lost', async () => {
    const data = new MemoryDatastore()
    const open = () => new NamespaceDatastore(data, Key.of('data')) as BinaryDatastore
    const sharded = new ShardedDatastore([open()])
    const keys = await fill(sharded, 20)
    const again = sharded.reshard([open()])
    await expect(again).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    for (const key of keys) expect(textOf(await sharded.get(key))).toBe(key.name)
  })

  it('S7 two different values of one key are CONFLICT, and both stay', async () => {
    const [old, added] = memories(2) as [MemoryDatastore, MemoryDatastore]
    const sharded = new ShardedDatastore([old])
    await sharded.put(Key.of('a'), utf8('served'))
    await added.put(Key.of('a'), utf8('foreign'))
    await expect(sharded.reshard([added])).rejects.toMatchObject({ code: 'CONFLICT', key: Key.of('a') })
    expect([textOf(await old.get(Key.of('a'))), textOf(await added.get(Key.of('a')))]).toEqual([
      'served',
      'foreign',
    ])
  })

  it('S3 large values are moved as streams, and objects as values', async () => {
    const sharded = new ShardedDatastore(memories(1))
    const large = noise(300_000)
    await sharded.put(Key.of('large'), large)
    await sharded.reshard(memories(2))
    expect(Buffer.compare(await sharded.get(Key.of('large')), large)).toBe(0)
    const objects = () => serialized(new MemoryDatastore(), json)
    const sharedObjects = new ShardedDatastore([objects()])
    const value = { name: 'Brazil', tags: ['a', { b: [1, null] }] }
    await sharedObjects.put(Key.of('film'), value)
    await sharedObjects.reshard([objects(), objects()])
    expect(await sharedObjects.get(Key.of('film'))).toEqual(value)
  })

  it('S3 D22 the etag of a version in another shard never matches a new version', async () => {
    const [a, b] = memories(2) as [MemoryDatastore, MemoryDatastore]
    const sharded = new ShardedDatastore([a])
    const key = Key.of('a')
    const { etag: first } = await sharded.put(key, utf8('in a'))
    await sharded.reshard([b])
    expect((await b.stat(key)).etag).not.toBe(first)
    await expect(sharded.put(key, utf8('x'), { ifMatch: first })).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(sharded.delete(key, { ifMatch: first })).rejects.toMatchObject({ code: 'CONFLICT' })
    const { etag: second } = await sharded.stat(key)
    const [entry] = await collect(sharded.query({ withStat: true }))
    expect(entry?.stat?.etag).toBe(second)
    const { etag: third } = await sharded.put(key, utf8('y'), { ifMatch: second })
    await sharded.delete(key, { ifMatch: third })
    expect(await sharded.has(key)).toBe(false)
  })

  it('S3 D14 close() ends it with CLOSED, and the next process can resume it', async () => {
    const stores = Array.from({ length: 3 }, () => new MemoryStore())
    const open = () => stores.map(store => new Datastore(store))
    const kept = open()
    const sharded = new ShardedDatastore(kept.slice(0, 2))
    const keys = await fill(sharded, 200)
    let closed: Promise<void> | undefined
    const resharded = sharded.reshard(kept, {
      onProgress: () => {
        closed ??= sharded.close()
      },
    })
    await expect(resharded).rejects.toMatchObject({ code: 'CLOSED' })
    await closed
    const shards = open()
    const next = new ShardedDatastore(shards.slice(0, 2))
    const resumed = next.reshard(shards)
    for (const key of keys) expect(textOf(await next.get(key))).toBe(key.name)
    await resumed
    await expectEachOnceAtHome(next, keys)
  })
})
