import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cache } from '../../../../src/core/adapters/cache.ts'
import { directoryTree } from '../../../../src/core/adapters/directory/directory-tree.ts'
import { journal } from '../../../../src/core/adapters/journal/journal.ts'
import { memoryJournal } from '../../../../src/core/adapters/journal/memory-journal.ts'
import { MountDatastore } from '../../../../src/core/adapters/mount.ts'
import { NamespaceDatastore } from '../../../../src/core/adapters/namespace.ts'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import { SymlinkDatastore, symlink } from '../../../../src/core/adapters/symlink/symlink.ts'
import { TieredDatastore } from '../../../../src/core/adapters/tiered/tiered.ts'
import { KeyTransformDatastore, lowercase } from '../../../../src/core/adapters/transform/key-transform.ts'
import { transformed } from '../../../../src/core/adapters/transformed.ts'
import type { Entry } from '../../../../src/core/datastore.ts'
import { NotFoundError } from '../../../../src/core/errors.ts'
import { Key } from '../../../../src/core/key.ts'
import { LockableDatastore, readOnly } from '../../../../src/core/layers/lock.ts'
import { metrics } from '../../../../src/core/layers/metrics.ts'
import { retry } from '../../../../src/core/layers/retry.ts'
import { timeout } from '../../../../src/core/layers/timeout.ts'
import { Call } from '../../../../src/core/open/call.ts'
import { type Datastore, openStoreOf } from '../../../../src/core/open/datastore.ts'
import { gzip } from '../../../../src/core/serializers/gzip.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { noise } from '../../../../src/testkit/samples.ts'
import { collect, expectFailure, listAll, walkKeys } from '../../../../src/testkit/suite.ts'
import { bytes } from '../../../text.ts'
import { BreakableDatastore } from '../breakable.ts'
import { LinkModel, linkOperation, NAMES, runOnLinks, valueOperation } from './link-model.ts'

const key = (text: string) => Key.parse(text)
const [film, best, top, low] = [key('/films/Brazil'), key('/best'), key('/top'), key('/films/brazil')]

function open() {
  const [values, links] = [new MemoryDatastore(), new MemoryDatastore()]
  return { values, links, store: symlink(values, { links }) }
}

/** Over stores that answer with promises. */
function openSlow() {
  const [values, links] = [new BreakableDatastore(), new BreakableDatastore()]
  return { values, links, store: symlink(values, { links }) }
}

describe('symlink', () => {
  it('Y4 get, getStream, put, has and stat follow links, also several in a row', async () => {
    const { store, values } = open()
    await store.put(film, bytes('1985'))
    await store.link(best, film)
    await store.link(top, best)
    expect(await store.get(top)).toEqual(bytes('1985'))
    expect(Buffer.concat(await collect(store.getStream(top, { start: 2 })))).toEqual(Buffer.from('85'))
    expect(await store.has(top)).toBe(true)
    const { etag } = await store.put(top, bytes('Gilliam'))
    expect(await store.stat(best)).toMatchObject({ size: 7, etag })
    expect(await values.get(film)).toEqual(bytes('Gilliam'))
    expect(await walkKeys(values)).toEqual(['/films/Brazil'])
    expect(String(await store.readLink(top))).toBe('/best')
    expect(await store.readLink(film)).toBeUndefined()
    expect(await store.readLink(key('/absent'))).toBeUndefined()
  })

  it('Y4 delete removes the link and rename renames it; neither changes the target', async () => {
    const { store } = open()
    await store.put(film, bytes('1985'))
    await store.link(best, film)
    await store.rename(best, top)
    expect(await store.has(best)).toBe(false)
    expect(String(await store.readLink(top))).toBe('/films/Brazil')
    await store.delete(top)
    await expectFailure(store.delete(top), 'NOT_FOUND', top)
    await store.delete(top, { missingOk: true })
    expect(await store.get(film)).toEqual(bytes('1985'))
  })

  it('Y4 renaming a value to a link replaces the link, not its target', async () => {
    const { store } = open()
    await store.put(film, bytes('1985'))
    await store.put(key('/new'), bytes('new'))
    await store.link(best, film)
    await expectFailure(store.rename(key('/new'), best, { replace: false }), 'ALREADY_EXISTS', best)
    await expectFailure(store.rename(key('/none'), best, { replace: false }), 'NOT_FOUND', key('/none'))
    await store.rename(key('/new'), best)
    expect(await store.readLink(best)).toBeUndefined()
    expect(await store.get(best)).toEqual(bytes('new'))
    expect(await store.get(film)).toEqual(bytes('1985'))
    await store.delete(best)
    expect(await store.has(best)).toBe(false)
  })

  it('Y5 a link that would close a circle is rejected, naming the keys', async () => {
    const { store } = open()
    await store.link(best, top)
    await store.link(top, film)
    await expectFailure(store.link(film, best), 'CONFLICT', film)
    await expect(store.link(film, best)).rejects.toThrow(
      '"/films/Brazil" → "/best" → "/top" → "/films/Brazil"',
    )
    await expectFailure(store.link(best, best), 'CONFLICT', best)
    await expectFailure(store.rename(best, top), 'CONFLICT', top)
    expect(await store.readLink(film)).toBeUndefined()
    const both = await Promise.allSettled([
      store.link(key('/x'), key('/y')),
      store.link(key('/y'), key('/x')),
    ])
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  it('Y5 a circle made past the store is CONFLICT, naming the keys, and its links can be removed', async () => {
    const { store, links } = open()
    await links.put(best, bytes('/top'))
    await links.put(top, bytes('/best'))
    for (const call of [store.get(best), store.has(best), store.stat(best), store.put(best, bytes('x'))]) {
      await expectFailure(call, 'CONFLICT', best)
      await expect(call).rejects.toThrow('"/best" → "/top" → "/best"')
    }
    await store.delete(top)
    await store.put(best, bytes('x'))
    expect(await store.get(top)).toEqual(bytes('x'))
  })

  it('Y6 a link may be broken: NOT_FOUND names both keys, and a put creates the value', async () => {
    const { store } = open()
    await store.link(best, film)
    const error: unknown = await store.get(best).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ key: best })
    expect(String(error)).toContain('"/best" → "/films/Brazil"')
    await expectFailure(collect(store.getStream(best)), 'NOT_FOUND', best)
    await expectFailure(store.put(best, bytes('x'), { create: false }), 'NOT_FOUND', best)
    expect(await store.has(best)).toBe(false)
    await store.put(best, bytes('x'), { replace: false })
    await expectFailure(store.put(best, bytes('y'), { replace: false }), 'ALREADY_EXISTS', best)
    expect(await store.get(film)).toEqual(bytes('x'))
  })

  it('Y1 a value never becomes a link, and a link is replaced only on request', async () => {
    const { store } = open()
    await store.put(film, bytes('x'))
    await expectFailure(store.link(film, best), 'ALREADY_EXISTS', film)
    await store.link(best, film)
    await expectFailure(store.link(best, top, { replace: false }), 'ALREADY_EXISTS', best)
    await store.link(best, top)
    expect(String(await store.readLink(best))).toBe('/top')
    await expectFailure(store.link(Key.root, best), 'KEY_INVALID', Key.root)
    await expectFailure(store.link(best, Key.root), 'KEY_INVALID', Key.root)
  })

  it('Y1 links are listed, counted and queried like values', async () => {
    const { store } = open()
    await store.put(film, bytes('1985'))
    await store.link(key('/films/Best'), film)
    await store.link(key('/films/Brazil/same'), film)
    const children = await listAll(store, key('/films'))
    expect(children.map(({ name, isValue, isBranch, size }) => [name, isValue, isBranch, size])).toEqual([
      ['Best', true, false, undefined],
      ['Brazil', true, true, 4],
    ])
    expect(await store.stats()).toEqual({ entries: 3, bytes: 4, accuracy: 'exact' })
    const found: Entry<Uint8Array>[] = await collect(
      store.query({ prefix: '/films', where: { field: 'size', op: '=', value: 4 } }, { scan: true }),
    )
    expect(found.map(entry => entry.key.name)).toEqual(['Best', 'Brazil', 'same'])
    expect(found.map(entry => entry.value)).toEqual([bytes('1985'), bytes('1985'), bytes('1985')])
  })

  it('Y1 a value is never read as a link, whatever its bytes or its key', async () => {
    const { store } = open()
    await store.put(film, bytes('/best'))
    await store.put(key('/links/films/Brazil'), bytes('/best'))
    expect(await store.get(film)).toEqual(bytes('/best'))
    expect(await walkKeys(store)).toEqual(['/films/Brazil', '/links/films/Brazil'])
  })

  it('Y1 a value put past the store hides a link of the same name until it is deleted together with the link', async () => {
    const { store, values } = open()
    await store.link(best, film)
    await values.put(best, bytes('mine'))
    expect(await store.get(best)).toEqual(bytes('mine'))
    expect(await store.readLink(best)).toBeUndefined()
    await store.rename(best, top)
    expect(await store.has(best)).toBe(false)
    expect(await store.readLink(best)).toBeUndefined()
    await store.link(best, film)
    await values.put(best, bytes('mine'))
    await store.delete(best)
    expect(await store.readLink(best)).toBeUndefined()
  })

  it('Y1 a record without a valid key is CORRUPT, and stays', async () => {
    const { store, links } = open()
    for (const record of [bytes('no key'), bytes('/'), bytes('/a//b'), Uint8Array.of(0xff)]) {
      await links.put(best, record)
      await expectFailure(store.get(best), 'CORRUPT', best)
      expect(await links.get(best)).toEqual(record)
    }
  })

  it('Y1 D33 ifMatch applies to the value that the link leads to', async () => {
    const { store } = open()
    const { etag } = await store.put(film, bytes('1'))
    await store.link(best, film)
    const { etag: second } = await store.put(best, bytes('2'), { ifMatch: etag })
    await expectFailure(store.put(best, bytes('3'), { ifMatch: etag }), 'CONFLICT', best)
    await expectFailure(store.delete(best, { ifMatch: etag }), 'CONFLICT', best)
    await store.delete(best, { ifMatch: second })
    expect(await store.get(film)).toEqual(bytes('2'))
  })

  it('Y1 D17 links and values need separate stores, and closing the store closes both', async () => {
    const { store, values, links } = open()
    expect(() => new SymlinkDatastore(values, { links: values })).toThrow(/a store of their own/)
    expect(store.capabilities).toMatchObject({
      read: { stream: true },
      writable: true,
      watch: 'none',
      rename: 'copy',
    })
    const locked = symlink(readOnly(values), { links: new NamespaceDatastore(links, film) })
    expect(locked.capabilities.writable).toBe(false)
    await store.close()
    await expectFailure(values.get(best), 'CLOSED')
    await expectFailure(links.get(best), 'CLOSED')
    await expectFailure(store.link(best, film), 'CLOSED', best)
  })

  it('Y7 D16 a link made over a slow put waits for it, and later calls wait for the link', async () => {
    const { store } = open()
    let finish: () => void = () => undefined
    const gate = new Promise<void>(resolve => {
      finish = resolve
    })
    async function* slow(): AsyncIterable<Uint8Array> {
      yield noise(10)
      await gate
    }
    const put = store.put(best, slow())
    const link = store.link(best, film)
    const get = store.get(best)
    await store.put(top, bytes('others are not held up'))
    finish()
    await put
    await expectFailure(link, 'ALREADY_EXISTS', best)
    expect(await get).toHaveLength(10)
  })

  it('Y7 D16 a put called between two deletes takes effect before the second one', async () => {
    for (let round = 0; round < 20; round++) {
      const { store } = open()
      const calls = [
        store.delete(best),
        store.put(best, bytes('x')),
        store.delete(best),
        store.link(best, film),
        store.readLink(best),
      ]
      const outcomes = await Promise.allSettled(calls)
      expect(outcomes.map(({ status }) => status)).toEqual([
        'rejected',
        'fulfilled',
        'fulfilled',
        'fulfilled',
        'fulfilled',
      ])
      expect(outcomes[4]).toMatchObject({ value: film })
    }
  })

  it('Y7 D16 a put through a link takes effect after a put to the value itself that waits for a rename', async () => {
    const { store, values } = openSlow()
    await store.put(film, bytes('1'))
    await store.link(best, film)
    await store.link(top, key('/new'))
    const held = values.holdNext('put')
    const first = store.put(film, bytes('2'))
    await held.reached
    const renamed = store.rename(film, key('/new'))
    const read = store.get(top)
    const puts = [store.put(film, bytes('3')), store.put(best, bytes('4'))]
    held.go()
    await Promise.all([first, renamed, ...puts])
    expect(await read).toEqual(bytes('2'))
    expect(await store.get(film)).toEqual(bytes('4'))
  })

  it('Y1 D16 calls by several names of a value do not deadlock', async () => {
    const { store, values } = openSlow()
    await store.put(film, bytes('1'))
    const held = values.holdNext('has')
    const link = store.link(best, film)
    await held.reached
    const put = store.put(best, bytes('2'))
    const rename = store.rename(film, best)
    const get = store.get(best)
    held.go()
    await Promise.all([link, put, rename])
    expect(await get).toEqual(bytes('2'))
    expect(await store.readLink(best)).toBeUndefined()
    expect(await store.has(film)).toBe(false)
  })

  it('Y1 D13 a call that waits while another one follows its links ends when it is aborted', async () => {
    const { store, links } = openSlow()
    await store.link(best, film)
    const held = links.holdNext('get')
    const first = store.put(best, bytes('1'))
    await held.reached
    const abort = new AbortController()
    const second = store.put(best, bytes('2'), { signal: abort.signal })
    abort.abort()
    await expectFailure(second, 'ABORTED', best)
    held.go()
    await first
    expect(await store.get(film)).toEqual(bytes('1'))
  })

  it('Y1 D13 a rename of a link that is aborted while it runs is completed, and later calls wait for it', async () => {
    const { store, links } = openSlow()
    await store.link(best, film)
    const held = links.holdNext('put')
    const abort = new AbortController()
    const renamed = store.rename(best, top, { signal: abort.signal })
    await held.reached
    abort.abort()
    await expectFailure(renamed, 'ABORTED', best)
    const [from, to, closed] = [store.readLink(best), store.readLink(top), store.close()]
    held.go()
    expect(await from).toBeUndefined()
    expect(await to).toEqual(film)
    await closed
  })

  it('Y1 a put through a link passes on its time to live', async () => {
    const { store, values } = open()
    await store.link(best, film)
    await store.put(best, bytes('1'), { ttl: 60_000 })
    expect((await values.stat(film)).expires).toBeGreaterThan(Date.now())
  })

  it('Y3 all names of a value have one identity: a rename between them through a store above removes nothing', async () => {
    const { store, values } = open()
    await store.put(film, bytes('1'))
    await store.link(best, film)
    await store.link(top, best)
    const identity = await openStoreOf(values).identity(film)
    expect(await openStoreOf(store).identity(top)).toBe(identity)
    expect(await openStoreOf(store).identity(film)).toBe(identity)
    const mounts = new MountDatastore<Uint8Array>({ '/names': store, '/values': values })
    await mounts.rename(key('/values/films/Brazil'), key('/names/top'))
    expect(await values.get(film)).toEqual(bytes('1'))
  })

  const above: readonly [string, (links: Datastore) => Datastore | Promise<Datastore>, (name: Key) => Key][] =
    [
      ['the store', links => links, name => name],
      ['a namespace', links => new NamespaceDatastore(links, Key.root), name => name],
      ['a mount', links => new MountDatastore({ '/m': links }), name => key('/m').child(name)],
      ['a layer', links => metrics(links), name => name],
      ['retry', links => retry(links), name => name],
      ['timeout', links => timeout(links, 10_000), name => name],
      ['a lock', links => new LockableDatastore(links, false), name => name],
      ['a key transform', links => new KeyTransformDatastore(links, lowercase), name => name],
      ['compression', links => transformed(links, gzip), name => name],
      ['tiers', links => new TieredDatastore([new MemoryDatastore(), links]), name => name],
      [
        'a write-back',
        links => new TieredDatastore([new MemoryDatastore(), links], { mode: 'write-back' }),
        name => name,
      ],
      ['a cache', links => cache(links), name => name],
      ['a shard', links => new ShardedDatastore([links]), name => name],
      ['a journal', links => journal(links, { log: memoryJournal() }), name => name],
      ['a directory tree', links => directoryTree(links, { members: new MemoryDatastore() }), name => name],
    ]

  it.each(above)('Y6 a broken link stays when %s renames it to its own name', async (_, over, nameOf) => {
    const { store } = open()
    const upper = await over(store)
    await store.link(best, low)
    const name = nameOf(best)
    await upper.rename(name, name)
    await upper.rename(name, name, { replace: false })
    expect(await store.readLink(best)).toEqual(low)
    await upper.put(nameOf(low), bytes('1'))
    await upper.sync()
    await upper.rename(name, name, { replace: false })
    expect(await upper.get(name)).toEqual(bytes('1'))
    const gone = nameOf(top)
    await expectFailure(upper.rename(gone, gone), 'NOT_FOUND', gone)
  })

  it.each(above)('Y4 a broken link is renamed as a link through %s', async (_, over, nameOf) => {
    const { store } = open()
    const upper = await over(store)
    await store.link(best, low)
    await upper.rename(nameOf(best), nameOf(top))
    expect(await store.readLink(top)).toEqual(low)
    await upper.put(nameOf(low), bytes('1'))
    await upper.sync()
    expect(await upper.get(nameOf(top))).toEqual(bytes('1'))
    expect(await upper.has(nameOf(best))).toBe(false)
  })

  it.each(above)('Y4 a put through %s to a broken link creates the target', async (_, over, nameOf) => {
    const { store, values } = open()
    const upper = await over(store)
    await store.link(best, low)
    await upper.put(nameOf(best), bytes('1'), { replace: false })
    await upper.put(nameOf(best), bytes('2'))
    await upper.sync()
    expect(await upper.get(nameOf(low))).toEqual(bytes('2'))
    expect(await values.has(low)).toBe(true)
    expect(await store.readLink(best)).toEqual(low)
  })

  it.each([
    ['memory', open],
    ['stores that answer with promises', openSlow],
  ] as const)(
    'Y1 a read over %s answers without a promise if the value is available',
    async (_name, create) => {
      const { store } = create()
      await store.put(film, bytes('1'))
      await store.link(best, film)
      const found = openStoreOf(store).read(best, Call.plain)
      expect(found instanceof Promise).toBe(create === openSlow)
      expect((await found)?.bytes).toEqual(bytes('1'))
    },
  )

  describe.each([
    ['memory', open],
    ['stores that answer with promises', openSlow],
  ] as const)('over %s', (_name, create) => {
    it('Y1 random histories, one call after another, agree with a map of values and links', async () => {
      const run = async (operations: Parameters<typeof runOnLinks>[1][]) => {
        const { store } = create()
        const model = new LinkModel()
        for (const one of operations) expect(await runOnLinks(store, one)).toEqual(model.run(one))
        expect((await walkKeys(store)).sort()).toEqual(
          model
            .entries()
            .map(([name]) => name)
            .sort(),
        )
        for (const [name, value] of model.entries())
          expect(await runOnLinks(store, { verb: 'get', key: name })).toEqual(value)
      }
      await fc.assert(fc.asyncProperty(fc.array(linkOperation, { maxLength: 40 }), run), { numRuns: 150 })
    })

    it('Y7 D16 concurrent calls by any name of a value take effect in call order', async () => {
      const links = fc.array(fc.record({ from: fc.nat(4), to: fc.nat(4) }), { maxLength: 6 })
      const run = async (
        made: readonly { readonly from: number; readonly to: number }[],
        operations: Parameters<typeof runOnLinks>[1][],
      ) => {
        const { store } = create()
        const model = new LinkModel()
        for (const { from, to } of made) {
          const one = { verb: 'link', key: NAMES[from]!, to: NAMES[to]!, replace: true } as const
          expect(await runOnLinks(store, one)).toEqual(model.run(one))
        }
        const expected = operations.map(one => model.run(one))
        expect(await Promise.all(operations.map(one => runOnLinks(store, one)))).toEqual(expected)
      }
      await fc.assert(fc.asyncProperty(links, fc.array(valueOperation, { maxLength: 30 }), run), {
        numRuns: 100,
      })
    })

    it('Y5 D16 concurrent calls never create a circle or leave a name in an undefined state', async () => {
      const run = async (operations: Parameters<typeof runOnLinks>[1][]) => {
        const { store } = create()
        await Promise.all(operations.map(one => runOnLinks(store, one)))
        for (const name of NAMES) {
          expect(['number', 'string']).toContain(typeof (await runOnLinks(store, { verb: 'get', key: name })))
          expect(await runOnLinks(store, { verb: 'has', key: name })).not.toBe('CONFLICT')
        }
        await store.close()
      }
      await fc.assert(fc.asyncProperty(fc.array(linkOperation, { maxLength: 40 }), run), { numRuns: 100 })
    })
  })
})
