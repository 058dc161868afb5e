import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Key } from '../../../../src/core/key.ts'
import { Datastore } from '../../../../src/core/open/datastore.ts'
import type { DriverInfo } from '../../../../src/core/ordered/driver.ts'
import { type OrderedOptions, openOrdered } from '../../../../src/core/ordered/open-ordered.ts'
import { expectFailure, listAll, walkKeys } from '../../../../src/testkit/suite.ts'
import { MemoryDriver, MemoryPlace } from '../memory-driver.ts'

const latin = (text: string) => Uint8Array.from(text, character => character.charCodeAt(0))

/** A place with data of another program. */
function foreignPlace(...keys: readonly string[]): MemoryPlace {
  const place = new MemoryPlace()
  for (const key of keys) place.rows.set({ key: latin(key), value: latin(`value of ${key}`) })
  return place
}

async function open(
  place: MemoryPlace,
  options: OrderedOptions = {},
  info: Partial<DriverInfo> = {},
): Promise<Datastore> {
  const driver = new MemoryDriver(place, { info, capabilities: { shared: false } })
  return new Datastore(await openOrdered(driver, options))
}

describe('a store in layout path', () => {
  it('E2 data of other programs are recognized as path, listed, edited, and otherwise left unchanged', async () => {
    const place = foreignPlace('/a/b', '/a-b', 'c', '/d\xff', '/e/')
    const store = await open(place)
    expect(await walkKeys(store)).toEqual(
      ['/a/b', '/a-b', '/\ufffd%-c', '/\ufffdd%FF', '/e/\ufffd'].sort((a, b) =>
        Key.compare(Key.parse(a), Key.parse(b)),
      ),
    )
    expect(await store.get(Key.of('\ufffdd%FF'))).toEqual(latin('value of /d\xff'))
    await store.put(Key.of('\ufffdd%FF'), latin('new'))
    await store.delete(Key.of('\ufffd%-c'))
    await store.put(Key.of('a', 'c'), latin('raw'))
    const rows = place.rows.all.map(({ key, value }) => [String.fromCharCode(...key), value])
    expect(rows).toEqual([
      ['/a-b', latin('value of /a-b')],
      ['/a/b', latin('value of /a/b')],
      ['/a/c', latin('raw')],
      ['/d\xff', latin('new')],
      ['/e/', latin('value of /e/')],
    ])
    await store.close()
  })

  it('D33 an etag is derived from the content: ifMatch matches the same bytes and no others', async () => {
    const digests: Uint8Array[] = []
    const digest = (bytes: Uint8Array) => {
      digests.push(bytes)
      return createHash('sha256').update(bytes).digest('hex')
    }
    const place = new MemoryPlace()
    const store = await open(place, { layout: 'path', digest })
    expect(store.capabilities.read.etag).toBe('content')
    const key = Key.of('a')
    const first = await store.put(key, latin('one'))
    await store.put(key, latin('two'))
    await expectFailure(store.put(key, latin('three'), { ifMatch: first.etag }), 'CONFLICT', key)
    expect(await store.put(key, latin('one'))).toEqual(first)
    await store.put(key, latin('three'), { ifMatch: first.etag })
    await store.close()
    const own = await open(place, { layout: 'path' })
    expect((await own.stat(key)).etag).toBe(
      (await open(place, { layout: 'path', digest }).then(one => one.stat(key))).etag,
    )
    digests.length = 0
    const other = await open(place, { layout: 'path', digest })
    expect(await other.get(key)).toEqual(latin('three'))
    expect(digests).toEqual([])
  })

  it('D18 a text engine rejects a key that is not text', async () => {
    const store = await open(new MemoryPlace(), { layout: 'path' }, { text: true })
    for (const key of [Key.of('nul\0'), Key.of('a', '\ufffd%FF')]) {
      await expectFailure(store.put(key, latin('x')), 'KEY_INVALID', key)
      expect(await store.has(key)).toBe(false)
    }
    const [slashed, other] = [
      Key.of('a:b'),
      await open(new MemoryPlace(), { layout: 'path', separator: ':' }),
    ]
    await store.put(slashed, latin('x'))
    const error = await other.put(slashed, latin('x')).catch(String)
    expect(error).toBe('DatastoreError: Cannot put "/a:b": layout path with separator ":" cannot hold it')
  })

  it('D26 odd names written in a transaction are listed inside at once, and outside after the commit', async () => {
    const store = await open(foreignPlace('/a', '/b\xff'))
    const names = async (one: Pick<Datastore, 'list'>) =>
      (await listAll(one as Datastore, Key.root)).map(({ name }) => name)
    const before = ['a', '\ufffdb%FF']
    const written = Key.of('\ufffdc%FF')
    expect(await names(store)).toEqual(before)
    const failed = store.transaction(async inside => {
      await inside.put(written, latin('x'))
      expect(await names(inside)).toEqual([...before, '\ufffdc%FF'])
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await names(store)).toEqual(before)
    await store.transaction(async inside => {
      await inside.put(written, latin('x'))
      expect(await names(inside)).toEqual([...before, '\ufffdc%FF'])
    })
    expect(await names(store)).toEqual([...before, '\ufffdc%FF'])
    const batch = store.batch()
    batch.delete(written)
    batch.put(Key.of('\ufffdd%FF', 'x'), latin('x'))
    await batch.commit()
    expect(await names(store)).toEqual([...before, '\ufffdd%FF'])
    await store.rename(Key.of('\ufffdd%FF', 'x'), Key.of('\ufffde%FF'))
    expect(await names(store)).toEqual([...before, '\ufffde%FF'])
    await store.close()
  })
})
