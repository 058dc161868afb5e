import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  MemoryDatastore as PeerMemory,
  ShardingDatastore as PeerSharding,
  shard as peerShard,
} from 'datastore-core'
import { FsDatastore as PeerFs } from 'datastore-fs'
import { Key as InterfaceKey } from 'interface-datastore'
import { describe, expect, it } from 'vitest'
import { asInterfaceDatastore } from '../../../src/core/interop/as-interface-datastore.ts'
import { fromInterfaceDatastore } from '../../../src/core/interop/from-interface-datastore.ts'
import { Key } from '../../../src/core/key.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import { MemoryDatastore, MemoryStore } from '../../../src/core/stores/memory.ts'
import { collect, walkKeys } from '../../../src/testkit/suite.ts'
import { describeDatastore, openedAt } from '../../contract/describe-datastore.ts'

const memory = () => new MemoryDatastore()

describeDatastore('fromInterfaceDatastore over the memory of js-stores', {
  ...openedAt(
    async () => new PeerMemory(),
    async theirs => fromInterfaceDatastore(theirs),
  ),
  runs: 5,
})
describeDatastore('fromInterfaceDatastore over our own, in both directions', {
  ...openedAt(
    async () => new MemoryStore(),
    async ours => fromInterfaceDatastore(asInterfaceDatastore(new Datastore(ours))),
  ),
  runs: 5,
})

describe('stores written by js-stores', () => {
  it('I1 a datastore-fs folder is read and edited here, and read back by datastore-fs', async () => {
    const path = await mkdtemp(join(tmpdir(), 'strata-interop-'))
    const theirs = new PeerFs(path)
    await theirs.open()
    await theirs.put(new InterfaceKey('/films/Brazil'), Uint8Array.of(1))
    const ours = fromInterfaceDatastore(theirs)
    expect(await ours.get(Key.parse('/films/Brazil'))).toEqual(Uint8Array.of(1))
    await ours.put(Key.parse('/films/Brazil'), Uint8Array.of(2))
    await ours.put(Key.parse('/films/Dune'), Uint8Array.of(3))
    expect(await walkKeys(ours)).toEqual(['/films/Brazil', '/films/Dune'])
    const again = new PeerFs(path)
    await again.open()
    expect([...(await again.get(new InterfaceKey('/films/Brazil')))]).toEqual([2])
    await rm(path, { recursive: true, force: true })
  })

  it('I1 a datastore-core sharding store is read and edited through it', async () => {
    const theirs = new PeerSharding(new PeerMemory(), new peerShard.NextToLast(2))
    await theirs.open()
    await theirs.put(new InterfaceKey('/CIQABCDEF'), Uint8Array.of(1))
    const ours = fromInterfaceDatastore(theirs)
    await ours.put(Key.parse('/CIQGHIJKL'), Uint8Array.of(2))
    expect(await walkKeys(ours)).toEqual(['/CIQABCDEF', '/CIQGHIJKL'])
    expect((await collect(theirs.queryKeys({}) as AsyncIterable<InterfaceKey>)).map(String).sort()).toEqual([
      '/CIQABCDEF',
      '/CIQGHIJKL',
    ])
  })
})

describe('fromInterfaceDatastore', () => {
  it('I1 a key that is invalid here does not hide other keys', async () => {
    const theirs = new PeerMemory()
    for (const text of ['/a', '/..', '/a/../b', '/.', '/a//b', '/']) {
      await theirs.put(new InterfaceKey(text, false), Uint8Array.of(1))
    }
    await theirs.put(new InterfaceKey('/a/c'), Uint8Array.of(1, 2))
    const ours = fromInterfaceDatastore(theirs)
    expect(await walkKeys(ours)).toEqual(['/a', '/a/c'])
    for (const text of await walkKeys(ours)) expect(await ours.has(Key.parse(text))).toBe(true)
    expect(await ours.stats()).toMatchObject({ entries: 2, bytes: 3 })
    expect(
      (await collect(ours.query({ keysOnly: true }, { scan: true }))).map(({ key }) => String(key)),
    ).toEqual(['/a', '/a/c'])
  })

  it('I1 D18 an error is an absence if its code says so, and otherwise a failure', async () => {
    const theirs = new PeerMemory()
    const ours = fromInterfaceDatastore(theirs)
    for (const [code, expected] of [
      ['ERR_NOT_FOUND', 'NOT_FOUND'],
      ['ERR_DB_READ_FAILED', 'IO'],
    ]) {
      theirs.get = () => {
        throw Object.assign(new Error('as of old'), { code })
      }
      await expect(ours.get(Key.of('a'))).rejects.toMatchObject({ code: expected })
    }
  })
})

describe('asInterfaceDatastore', () => {
  it('I1 corrects two faults of that family: batches in the order written, orders in the order listed', async () => {
    const shown = asInterfaceDatastore(memory())
    const key = new InterfaceKey('/a')
    const batch = shown.batch()
    batch.delete(key)
    batch.put(key, Uint8Array.of(1))
    await batch.commit()
    expect(await shown.has(key)).toBe(true)
    for (const name of ['/b1', '/a2', '/b2']) await shown.put(new InterfaceKey(name), Uint8Array.of(1))
    const by = (index: number) => (a: InterfaceKey, b: InterfaceKey) =>
      Math.sign(a.toString().charCodeAt(index) - b.toString().charCodeAt(index)) as -1 | 0 | 1
    const found = await collect(
      shown.queryKeys({ orders: [by(1), by(2)], filters: [each => each.toString().length === 3] }),
    )
    expect(found.map(String)).toEqual(['/a2', '/b1', '/b2'])
  })

  it('I1 D14 each holder of a store can close it', async () => {
    const store = memory()
    const shown = asInterfaceDatastore(store)
    await shown.open()
    await fromInterfaceDatastore(shown).close()
    await expect(store.has(Key.of('a'))).rejects.toMatchObject({ code: 'CLOSED' })
    await shown.close()
  })

  it('I1 D17 fromInterfaceDatastore() declares that it keeps whole values in memory', () => {
    const { read, write } = fromInterfaceDatastore(asInterfaceDatastore(memory())).capabilities
    expect([read.stream, read.range, write.stream]).toEqual([false, false, false])
  })
})
