import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { CacheDatastore } from '../../../src/core/adapters/cache.ts'
import { TieredDatastore } from '../../../src/core/adapters/tiered/tiered.ts'
import { Key } from '../../../src/core/key.ts'
import { compressedKind } from '../../../src/core/node/kinds/compressed.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import { Payload } from '../../../src/core/open/payload.ts'
import type { Found, Written } from '../../../src/core/open/store.ts'
import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import { defineKind } from '../../../src/core/stack/kind.ts'
import { pureKinds } from '../../../src/core/stack/pure-kinds.ts'
import { Registry } from '../../../src/core/stack/registry.ts'
import type { Residence, Residency } from '../../../src/core/stack/residency.ts'
import { openDocument } from '../../../src/core/stack/running-stack.ts'
import type { Stack } from '../../../src/core/stack/stack.ts'
import { MapStore } from '../open/map-store.ts'
import { bytesOf, textOf } from './stack-kinds.ts'

/** A leaf that counts its writes and whose values tests can read and change. */
class OpenBook extends MapStore {
  readonly entries = new Map<string, string>()
  changes = 0
  failure: Error | undefined
  isFull = false

  override read(key: Key): Found | undefined {
    if (this.failure !== undefined) throw this.failure
    return super.read(key) as Found | undefined
  }

  override write(key: Key, value: Payload): Written {
    if (this.isFull) throw new Error('the disk is full')
    this.changes++
    this.entries.set(key.toString(), textOf(value.bytes))
    return super.write(key, value) as Written
  }

  override remove(key: Key) {
    this.changes++
    this.entries.delete(key.toString())
    return super.remove(key)
  }
}

/** A stack whose leaves are of the kind `book`. */
async function opened(root: object) {
  const books = new Map<string, OpenBook>()
  const bookKind = defineKind({
    kind: 'book',
    label: 'Book',
    help: 'A leaf of a test.',
    schema: z.strictObject({}),
    children: 'none',
    open: async (_options, _children, { id }) => {
      const book = new OpenBook()
      books.set(id, book)
      return new Datastore(book)
    },
  })
  const registry = new Registry([...pureKinds, compressedKind, bookKind])
  const stack = await openDocument({ strata: 1, root }, registry)
  return { stack, books, book: (id: string) => books.get(id) as OpenBook }
}

const book = (id: string) => ({ kind: 'book', id })
const a = Key.parse('/films/a')

async function lookAt(stack: Stack, key = a): Promise<Residency> {
  const [residency] = await stack.residency([key])
  return residency as Residency
}

const describePlace = ({ node, key, state, isCopy }: Residence) =>
  `${node} ${key.toString()} ${state}${isCopy ? ', copy' : ''}`

const { node } = fc.letrec<{ node: StackNodeDocument; list: StackNodeDocument[] }>(tie => {
  const store = tie('node')
  const one = (kind: string, options: Record<string, unknown> = {}) =>
    store.map(below => ({ kind, ...options, store: below }))
  return {
    list: fc.array(store, { minLength: 1, maxLength: 3 }),
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constant({ kind: 'book' }),
      fc.record({
        kind: fc.constant('tiered'),
        tiers: tie('list'),
        mode: fc.constantFrom('write-through', 'write-around', 'write-back'),
      }),
      tie('list').map(shards => ({ kind: 'sharded', shards })),
      tie('list').map(([root, films = { kind: 'book' }]) => ({
        kind: 'mount',
        mounts: { '/': root, '/films': films },
      })),
      one('cache', { maxEntries: 3 }),
      one('namespace', { prefix: '/in' }),
      one('lowercase'),
      one('compressed'),
      one('nested-path', { depth: 2, length: 1 }),
      one('retry'),
      one('read-only'),
      one('fault'),
    ),
  }
})

const someKey = fc
  .tuple(fc.constantFrom('films', 'books'), fc.constantFrom('a', 'b', 'c', 'd', 'e'))
  .map(segments => Key.of(...segments))

/** Everything that residency() must not change. */
async function stateOf(stack: Stack, books: ReadonlyMap<string, OpenBook>) {
  return {
    books: [...books].map(([id, { entries, changes }]) => [id, [...entries], changes]),
    figures: await Promise.all(
      stack.nodes.map(async ({ store }) => [
        store instanceof TieredDatastore || store instanceof CacheDatastore
          ? structuredClone(store.metrics)
          : [],
        store instanceof CacheDatastore ? [store.cacheMetrics, await store.copies()] : [],
      ]),
    ),
  }
}

describe('residency()', () => {
  it('X5, O1 residency() reports exactly what leaves and caches hold, and changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        node,
        fc.array(someKey, { maxLength: 12 }),
        fc.array(someKey, { maxLength: 6 }),
        async (root, puts, gets) => {
          const { stack, books } = await opened(root)
          // Read-only nodes reject the put, and the nodes above them keep their values.
          for (const [index, key] of puts.entries()) {
            await stack.store.put(key, bytesOf(`value ${index}`)).catch(() => undefined)
          }
          for (const key of gets) await stack.store.get(key).catch(() => undefined)
          for (const { store } of stack.nodes) await store.sync()
          const before = await stateOf(stack, books)
          let spans = 0
          stack.trace(() => spans++)

          const keys = [...new Set([...puts, ...gets].map(String))].map(Key.parse)
          const looks = await stack.residency(keys)

          expect(spans).toBe(0)
          expect(await stateOf(stack, books)).toEqual(before)
          expect(looks.map(({ key }) => key.toString())).toEqual(keys.map(String))
          const places = looks.flatMap(look => look.places)
          const present = places.filter(({ state }) => state === 'present')
          const inBooks = new Set(
            present
              .filter(place => books.has(place.node))
              .map(place => `${place.node} ${place.key.toString()}`),
          )
          const held = [...books].flatMap(([id, { entries }]) =>
            [...entries.keys()].map(key => `${id} ${key}`),
          )
          expect([...inBooks].sort()).toEqual(held.sort())
          for (const { store, id } of stack.nodes) {
            if (!(store instanceof CacheDatastore)) continue
            const own = new Set(present.filter(place => place.node === id).map(place => place.key.toString()))
            expect(own.size).toBe(await store.copies())
          }
          // Every write updated or removed every copy.
          expect(looks.filter(({ agreement }) => agreement === 'different')).toEqual([])
          await stack.close()
        },
      ),
      { numRuns: 150 },
    )
  })

  it('X5, O1 residency() does not keep a value of a bounded memory from being evicted', async () => {
    const { stack } = await opened({ kind: 'memory', id: 'm', maxEntries: 2 })
    const [b, c] = [Key.parse('/b'), Key.parse('/c')]
    await stack.store.put(a, bytesOf('1'))
    await stack.store.put(b, bytesOf('2'))
    for (let time = 0; time < 5; time++) await lookAt(stack)
    await stack.store.put(c, bytesOf('3'))
    expect((await stack.residency([a, b, c])).map(({ places }) => places[0]?.state)).toEqual([
      'absent',
      'present',
      'present',
    ])
    await stack.close()
  })

  it('O2 residency() names the key as each node knows it, and omits nodes that cannot hold it', async () => {
    const { stack, book: of } = await opened({
      kind: 'mount',
      mounts: {
        '/books': book('other'),
        '/films': {
          kind: 'tiered',
          tiers: [
            { kind: 'cache', id: 'cache', store: book('near') },
            {
              kind: 'sharded',
              shards: [{ kind: 'namespace', prefix: '/in', store: book('s0') }, book('s1')],
            },
          ],
        },
      },
    })
    await stack.store.put(a, bytesOf('1'))
    const { places } = await lookAt(stack)
    const shard = of('s1').entries.has('/a') ? 's1 /a' : 's0 /in/a'
    expect(places.map(describePlace)).toEqual([
      'cache /a present, copy',
      'near /a present, copy',
      `${shard} present`,
    ])
    await stack.close()
  })

  it('O3 residency() compares decoded values, whatever form they are stored in', async () => {
    const { stack, book: of } = await opened({
      kind: 'tiered',
      tiers: [book('near'), { kind: 'compressed', id: 'gzip', store: book('far') }],
    })
    await stack.store.put(a, bytesOf('a'.repeat(500)))
    const same = await lookAt(stack)
    expect(same.agreement).toBe('same')
    expect(same.places.map(({ content }) => content)).toEqual([0, 0])
    expect(same.places.at(1)).toMatchObject({ valueSize: 500 })
    expect(same.places.at(1)?.stat?.size).toBeLessThan(100)

    of('near').write(a, Payload.kept(bytesOf('b'.repeat(500))))
    const different = await lookAt(stack)
    expect(different.agreement).toBe('different')
    expect(different.places.map(({ content }) => content)).toEqual([0, 1])
    await stack.close()
  })

  it('O3 residency() reports agreement as unknown if values are too large to be compared', async () => {
    const { stack, book: of } = await opened({ kind: 'tiered', tiers: [book('near'), book('far')] })
    await stack.store.put(a, bytesOf('12345'))
    const [large] = await stack.residency([a], { compareBytes: 4 })
    expect(large?.agreement).toBe('unknown')
    of('near').write(a, Payload.kept(bytesOf('123456')))
    const [sizes] = await stack.residency([a], { compareBytes: 4 })
    expect(sizes?.agreement).toBe('different')
    await stack.close()
  })

  it('O3 residency() decodes no more than the limit of a value that decompresses to a large one', async () => {
    const { stack } = await opened({
      kind: 'tiered',
      tiers: [book('near'), { kind: 'compressed', store: book('far') }],
    })
    await stack.store.put(a, new Uint8Array(8 * 1024 * 1024))
    const [large] = await stack.residency([a], { compareBytes: 64 * 1024 })
    expect(large?.agreement).toBe('unknown')
    expect(large?.places.map(({ content }) => content)).toEqual([undefined, undefined])
    await stack.close()
  })

  it('O4 residency() reports the failure of a place, and still reports the others', async () => {
    const { stack, book: of } = await opened({ kind: 'tiered', tiers: [book('near'), book('far')] })
    await stack.store.put(a, bytesOf('1'))
    of('near').failure = new Error('the disk is gone')
    const { places, agreement } = await lookAt(stack)
    expect(places.map(describePlace)).toEqual(['near /films/a failed, copy', 'far /films/a present'])
    expect(String(places[0]?.error)).toContain('the disk is gone')
    expect(agreement).toBe('single')
    await stack.close()
  })

  it('O5 residency() shows an unflushed write', async () => {
    const { stack, book: of } = await opened({
      kind: 'tiered',
      id: 'tiers',
      mode: 'write-back',
      tiers: [book('near'), book('far')],
    })
    await stack.store.put(a, bytesOf('old'))
    await stack.store.sync()
    of('far').isFull = true
    await stack.store.put(a, bytesOf('new'))
    await expect(stack.store.sync()).rejects.toMatchObject({ code: 'IO' })
    const { places } = await lookAt(stack)
    expect(places.map(describePlace)).toEqual([
      'tiers /films/a unflushed',
      'near /films/a present, copy',
      'far /films/a present',
    ])
    of('far').isFull = false
    await stack.store.sync()
    expect((await lookAt(stack)).places.map(describePlace)).not.toContain('tiers /films/a unflushed')
    expect((await lookAt(stack)).agreement).toBe('same')
    await stack.close()
  })

  it('O2 residency() follows a link without reading it into a cache', async () => {
    const { stack } = await opened({
      kind: 'symlink',
      stores: [book('values'), { kind: 'cache', id: 'cache', store: book('links') }],
    })
    const links = stack.node('cache').store
    if (!(links instanceof CacheDatastore)) throw new Error('it is a cache')
    await stack.node('values').store.put(Key.parse('/b'), bytesOf('1'))
    await stack.node('links').store.put(a, bytesOf('/b'))
    expect((await lookAt(stack)).places.map(describePlace)).toEqual(['values /b present'])
    expect(await links.copies()).toBe(0)
    await stack.close()
  })

  it('O6 readAt() returns the value of one place, decoded, and does not use the others', async () => {
    const { stack, book: of } = await opened({
      kind: 'cache',
      id: 'cache',
      store: {
        kind: 'compressed',
        id: 'gzip',
        store: { kind: 'namespace', id: 'n', prefix: '/in', store: book('b') },
      },
    })
    await stack.store.put(a, bytesOf('one'))
    await stack.store.get(a)
    of('b').entries.set('/in/films/a', 'seen by nobody')
    const changes = of('b').changes
    expect(textOf((await stack.readAt('b', a)).bytes)).toBe('one')
    expect(textOf((await stack.readAt('cache', a)).bytes)).toBe('one')
    expect(of('b').changes).toBe(changes)
    await expect(stack.readAt('b', Key.parse('/none'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(stack.readAt('b', a, { maxBytes: 2 })).rejects.toMatchObject({ code: 'VALUE_INVALID' })
    await expect(stack.readAt('none', a)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await stack.close()
  })

  it('O4 residency() reports a place that does not answer in time, and does not wait for it', async () => {
    const { stack, book: of } = await opened({ kind: 'tiered', tiers: [book('near'), book('far')] })
    await stack.store.put(a, bytesOf('1'))
    of('near').read = (() => new Promise(() => undefined)) as unknown as () => undefined
    const [look] = await stack.residency([a], { placeWait: 5 })
    expect(look?.places.map(describePlace)).toEqual(['near /films/a failed, copy', 'far /films/a present'])
    expect(look?.places[0]?.error).toMatchObject({ code: 'TIMEOUT' })
  })

  it('O4 residency() ends when it is aborted, even if a place never answers', async () => {
    const { stack, book: of } = await opened(book('b'))
    of('b').read = (() => new Promise(() => undefined)) as unknown as () => undefined
    const aborter = new AbortController()
    const looking = expect(stack.residency([a], { signal: aborter.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    })
    aborter.abort()
    await looking
  })
})
