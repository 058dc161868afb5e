import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SpanHub } from '../../../../src/core/adapters/trace/open-span.ts'
import type { Span } from '../../../../src/core/adapters/trace/span.ts'
import { bytesOf, connect, eventually, type TestPage, tempFolder, testHost, textOf } from '../test-host.ts'

const folder = (id: string, label: string) => ({ kind: 'fs', id, label, path: id })
const root = {
  kind: 'tiered',
  id: 'tiers',
  tiers: [
    { kind: 'memory', id: 'cache', label: 'Cache' },
    { kind: 'sharded', id: 'shards', shards: [folder('shard-a', 'Shard A'), folder('shard-b', 'Shard B')] },
  ],
}

async function openStack(document: object = root) {
  const directory = await tempFolder()
  for (const name of ['shard-a', 'shard-b', 'near']) await mkdir(join(directory, name))
  const path = join(directory, 'test.stack.json')
  await writeFile(path, JSON.stringify({ strata: 1, root: document }))
  const host = await testHost()
  const page = await connect(host)
  const { id: session } = await host.open({ type: 'stackFile', path })
  return { directory, host, page, session }
}

/** Puts the only value of the shards, as another program does. */
async function overwrite(directory: string, text: string): Promise<void> {
  for (const shard of ['shard-a', 'shard-b']) {
    const all = await readdir(join(directory, shard), { recursive: true, withFileTypes: true })
    const file = all.find(entry => entry.isFile() && !entry.name.startsWith('.'))
    if (file !== undefined) await writeFile(join(file.parentPath, file.name), text)
  }
}

async function waysOf(page: TestPage, count: number): Promise<readonly (readonly string[])[]> {
  await eventually(() => page.eventsOf('readTraced').length >= count)
  return page
    .eventsOf('readTraced')
    .map(({ steps }) => steps.map(({ node, outcome }) => `${node} ${outcome}`))
}

describe('residency of the host', () => {
  it('O7 residency.of returns the places of several keys, and residency.value the value in one of them', async () => {
    const { page, session } = await openStack()
    await page.call('store.put', { session, key: '/a', bytes: bytesOf('one') })
    const { looks } = await page.call('residency.of', { session, keys: ['/a', '/none'], compare: true })
    expect(looks.map(({ key, agreement }) => [key, agreement])).toEqual([
      ['/a', 'same'],
      ['/none', 'single'],
    ])
    const [cache, shard] = looks[0]?.places ?? []
    expect(cache).toMatchObject({
      node: 'cache',
      isCopy: true,
      state: 'present',
      content: 0,
      stat: { size: 3 },
    })
    expect(shard).toMatchObject({ isCopy: false, state: 'present', content: 0, stat: { size: 3 } })
    const { bytes } = await page.call('residency.value', { session, node: shard?.node ?? '', key: '/a' })
    expect(textOf(bytes)).toBe('one')
  })

  it('O7 residency.of marks a copy that another program changed', async () => {
    const { page, session, directory } = await openStack()
    await page.call('store.put', { session, key: '/a', bytes: bytesOf('one') })
    await overwrite(directory, 'two')
    const { looks } = await page.call('residency.of', { session, keys: ['/a'], compare: true })
    expect(looks[0]?.agreement).toBe('different')
    expect(looks[0]?.places.map(({ content }) => content)).toEqual([0, 1])
  })

  it('O22 residency.counts returns the key count of each leaf store', async () => {
    const { page, session } = await openStack()
    for (const key of ['/a', '/b', '/c'])
      await page.call('store.put', { session, key, bytes: bytesOf('one') })
    const { counts } = await page.call('residency.counts', { session })
    expect(counts.map(({ node }) => node)).toEqual(['cache', 'shard-a', 'shard-b'])
    const [cache, ...shards] = counts
    expect(cache).toMatchObject({ entries: 3, bytes: 9 })
    expect(shards.reduce((sum, { entries = 0 }) => sum + entries, 0)).toBe(3)
  })

  it('O7 residency.of refuses too many keys', async () => {
    const { page, session } = await openStack()
    const keys = Array.from({ length: 65 }, (_, index) => `/k${index}`)
    await expect(page.call('residency.of', { session, keys })).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })
})

describe('reads that a page follows', () => {
  it('O8 readTraced reports what each node did, and where the value was copied to', async () => {
    const { page, session } = await openStack()
    await page.call('store.put', { session, key: '/a', bytes: bytesOf('one') })
    await page.call('reads.follow', { session, isFollowed: true })
    await page.call('store.get', { session, key: '/a' })
    await page.call('reads.again', { session, key: '/a' })
    expect(await waysOf(page, 2)).toEqual([['cache hit'], ['cache hit']])
    expect(page.eventsOf('readTraced').at(-1)?.steps[0]).toMatchObject({ bytes: 3 })
  })

  it('O8 readTraced reports a miss before a hit, and a copy that another folder gets later', async () => {
    const { page, session } = await openStack({
      kind: 'tiered',
      id: 'tiers',
      mode: 'write-around',
      tiers: [folder('near', 'Near'), folder('shard-a', 'Far')],
    })
    await page.call('store.put', { session, key: '/a', bytes: bytesOf('one') })
    await page.call('reads.follow', { session, isFollowed: true })
    await page.call('reads.again', { session, key: '/a' })
    expect(await waysOf(page, 1)).toEqual([['near miss', 'shard-a hit', 'near copied']])
  })

  it('O8 readTraced reports the memory of a cache, which is not a node', async () => {
    const { page, session } = await openStack({
      kind: 'cache',
      id: 'quick',
      store: folder('near', 'Near'),
    })
    await page.call('store.put', { session, key: '/a', bytes: bytesOf('one') })
    await page.call('reads.follow', { session, isFollowed: true })
    await page.call('store.get', { session, key: '/a' })
    await page.call('reads.again', { session, key: '/a' })
    expect(await waysOf(page, 2)).toEqual([['quick hit'], ['quick hit']])
  })

  it('O18 opening a key reads it as a program does: the copy that is filled answers the next read', async () => {
    const { page, session, directory } = await openStack()
    await page.call('store.put', { session, key: '/a', bytes: bytesOf('one') })
    // Another host has an empty cache.
    const path = join(directory, 'test.stack.json')
    const host = await testHost()
    const other = await connect(host)
    const { id } = await host.open({ type: 'stackFile', path })
    await other.call('reads.follow', { session: id, isFollowed: true })
    for (let count = 0; count < 2; count++) {
      const { bytes } = await other.call('store.get', { session: id, key: '/a' })
      expect(textOf(bytes)).toBe('one')
    }
    const [first, second] = await waysOf(other, 2)
    const shard = first?.[1]?.split(' ')[0]
    expect(first).toEqual(['cache miss', `${shard} hit`, 'cache copied'])
    expect(second).toEqual(['cache hit'])
    expect(other.eventsOf('readTraced').every(({ differs }) => differs === undefined)).toBe(true)
  })

  it('O19 an opened key has the value of the store with its etag, and the copy stays unchanged', async () => {
    const { page, session, directory } = await openStack()
    await page.call('store.put', { session, key: '/a', bytes: bytesOf('one') })
    await overwrite(directory, 'two')
    await page.call('reads.follow', { session, isFollowed: true })
    const { bytes, stat } = await page.call('store.get', { session, key: '/a' })
    expect(textOf(bytes)).toBe('two')
    expect(await waysOf(page, 1)).toEqual([['cache hit']])
    expect(page.eventsOf('readTraced')[0]?.differs).toBe(true)
    const { looks } = await page.call('residency.of', { session, keys: ['/a'], compare: true })
    expect(looks[0]?.agreement).toBe('different')
    const beginning = await page.call('store.get', { session, key: '/a', start: 1, end: 2 })
    expect(textOf(beginning.bytes)).toBe('w')
    await page.call('store.put', { session, key: '/a', bytes: bytesOf('three'), ifMatch: stat.etag })
    const after = await page.call('residency.of', { session, keys: ['/a'], compare: true })
    expect(after.looks[0]?.agreement).toBe('same')
  })

  it('O19 an opened key shows a value that write-back has not flushed yet', async () => {
    const { page, session } = await openStack({
      kind: 'tiered',
      id: 'tiers',
      mode: 'write-back',
      tiers: [{ kind: 'memory', id: 'near' }, folder('shard-a', 'Far')],
    })
    await page.call('store.put', { session, key: '/a', bytes: bytesOf('one') })
    await page.call('reads.follow', { session, isFollowed: true })
    const { bytes } = await page.call('store.get', { session, key: '/a' })
    expect(textOf(bytes)).toBe('one')
    expect(await waysOf(page, 1)).toEqual([[expect.stringMatching(/^(tiers|near) hit$/)]])
    expect(page.eventsOf('readTraced')[0]?.differs).toBeUndefined()
  })

  it('O8 readTraced reports a read that found nothing', async () => {
    const { page, session } = await openStack()
    await page.call('reads.follow', { session, isFollowed: true })
    await expect(page.call('reads.again', { session, key: '/none' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    const [way] = await waysOf(page, 1)
    expect(way).toHaveLength(2)
    expect(way?.map(step => step.split(' ')[1])).toEqual(['miss', 'miss'])
  })

  it('O9 reads are traced only while a page follows them', async () => {
    const { page, session } = await openStack()
    const listened: unknown[] = []
    const { listen } = SpanHub.prototype
    SpanHub.prototype.listen = function (this: SpanHub, listener: (span: Span) => void) {
      listened.push(listener)
      return listen.call(this, listener)
    }
    try {
      await page.call('store.put', { session, key: '/a', bytes: bytesOf('one') })
      await page.call('store.get', { session, key: '/a' })
      await page.call('residency.of', { session, keys: ['/a'], compare: true })
      expect(listened).toHaveLength(0)
      await page.call('reads.follow', { session, isFollowed: true })
      await page.call('store.get', { session, key: '/a' })
      expect(listened).toHaveLength(1)
      await page.call('reads.follow', { session, isFollowed: false })
      await page.call('store.get', { session, key: '/a' })
      expect(listened).toHaveLength(1)
    } finally {
      SpanHub.prototype.listen = listen
    }
    await eventually(() => page.eventsOf('readTraced').length === 1)
  })

  it('O9 another page gets no traces', async () => {
    const { host, page, session } = await openStack()
    const other = await connect(host)
    await page.call('store.put', { session, key: '/a', bytes: bytesOf('one') })
    await page.call('reads.follow', { session, isFollowed: true })
    await other.call('store.get', { session, key: '/a' })
    await page.call('store.get', { session, key: '/a' })
    await eventually(() => page.eventsOf('readTraced').length === 1)
    expect(other.eventsOf('readTraced')).toEqual([])
  })
})
