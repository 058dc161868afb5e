import { describe, expect, it } from 'vitest'
import type { RangeOptions } from '../../../src/core/datastore.ts'
import { DatastoreError } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { TRANSPORT_NAMES } from './channels.ts'
import { bytesOf, eventually, openSession, type TestPage, textOf } from './test-host.ts'

const MIB = 1024 * 1024

/** Generates values as they are read, and counts what was pulled. */
class EndlessStore extends MemoryDatastore {
  pulled = 0
  open = 0
  size = 1000 * MIB
  chunk = 64 * 1024
  etag = 'e1'
  failsAt = Number.POSITIVE_INFINITY

  override stat = async () => ({ size: this.size, etag: this.etag })

  override async *getStream(_key: Key, options: RangeOptions = {}): AsyncIterable<Uint8Array> {
    const end = Math.min(options.end ?? this.size, this.size)
    this.open++
    try {
      for (let offset = options.start ?? 0; offset < end; offset += this.chunk) {
        options.signal?.throwIfAborted()
        if (offset >= this.failsAt) throw new DatastoreError('IO', 'Cannot get "/a": the disk is gone')
        const bytes = new Uint8Array(Math.min(this.chunk, end - offset)).fill((offset / this.chunk) & 255)
        this.pulled += bytes.length
        yield bytes
      }
    } finally {
      this.open--
    }
  }
}

async function readAll(page: TestPage, stream: string, maxBytes?: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for (;;) {
    const { bytes, isLast } = await page.call('streams.next', { stream, maxBytes })
    if (maxBytes !== undefined) expect(bytes.length).toBeLessThanOrEqual(maxBytes)
    pieces.push(bytes)
    if (isLast) return new Uint8Array(Buffer.concat(pieces))
  }
}

describe.each(TRANSPORT_NAMES)('streams over %s', transport => {
  it('return a value in pieces, whole and in order', async () => {
    const store = new MemoryDatastore()
    const value = new Uint8Array(3 * MIB + 17).map((_, index) => (index * 31) & 255)
    await store.put(Key.of('a'), value)
    const { page, session } = await openSession(store, transport)
    for (const maxBytes of [undefined, 1000, 65_536, 100_000, 16 * MIB]) {
      const { stream, stat } = await page.call('streams.open', { session, key: '/a' })
      expect(stat.size).toBe(value.length)
      expect(Buffer.compare(await readAll(page, stream, maxBytes), value)).toBe(0)
    }
    const ranged = await page.call('streams.open', { session, key: '/a', start: 5, end: 70_000 })
    expect(Buffer.compare(await readAll(page, ranged.stream), value.subarray(5, 70_000))).toBe(0)
  })

  it('pull from the store only what was requested', async () => {
    const store = new EndlessStore()
    const { page, session } = await openSession(store, transport)
    const { stream } = await page.call('streams.open', { session, key: '/a' })
    expect(store.pulled).toBe(0)
    await page.call('streams.next', { stream, maxBytes: MIB })
    expect(store.pulled).toBe(MIB)
    await page.call('streams.next', { stream, maxBytes: 1 })
    expect(store.pulled).toBe(MIB + store.chunk)
    await page.call('streams.next', { stream, maxBytes: store.chunk - 1 })
    expect(store.pulled).toBe(MIB + store.chunk)
    await page.call('streams.close', { stream })
    expect(store.open).toBe(0)
    await page.call('streams.close', { stream })
    await expect(page.call('streams.next', { stream })).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('end with their page', async () => {
    const store = new EndlessStore()
    const { page, session } = await openSession(store, transport)
    for (let count = 0; count < 5; count++) {
      const { stream } = await page.call('streams.open', { session, key: '/a' })
      await page.call('streams.next', { stream })
    }
    expect(store.open).toBe(5)
    page.pair.page.close()
    await eventually(() => store.open === 0)
  })
})

describe('streams', () => {
  it('an empty value is one last, empty piece', async () => {
    const store = new MemoryDatastore()
    await store.put(Key.of('a'), new Uint8Array())
    const { page, session } = await openSession(store)
    const { stream } = await page.call('streams.open', { session, key: '/a' })
    expect(await page.call('streams.next', { stream })).toEqual({ bytes: new Uint8Array(), isLast: true })
  })

  it('concurrent pulls are answered in turn', async () => {
    const store = new MemoryDatastore()
    await store.put(Key.of('a'), bytesOf('abcdefghij'))
    const { page, session } = await openSession(store)
    const { stream } = await page.call('streams.open', { session, key: '/a' })
    const pieces = await Promise.all(
      Array.from({ length: 5 }, () => page.call('streams.next', { stream, maxBytes: 2 })),
    )
    expect(pieces.map(piece => textOf(piece.bytes))).toEqual(['ab', 'cd', 'ef', 'gh', 'ij'])
    expect(pieces.map(piece => piece.isLast)).toEqual([false, false, false, false, true])
  })

  it('a cancelled pull loses nothing', async () => {
    const store = new EndlessStore()
    store.size = 10 * store.chunk
    const { page, session } = await openSession(store)
    const { stream } = await page.call('streams.open', { session, key: '/a' })
    const abort = new AbortController()
    const pull = page.call('streams.next', { stream, maxBytes: 4 * store.chunk }, { signal: abort.signal })
    abort.abort()
    const [outcome] = await Promise.allSettled([pull])
    const before = outcome.status === 'fulfilled' ? outcome.value.bytes.length : 0
    const rest = await readAll(page, stream)
    expect(before + rest.length).toBe(store.size)
    expect(rest[0]).toBe(before / store.chunk)
  })

  it('end with CONFLICT if the value was changed meanwhile', async () => {
    const store = new EndlessStore()
    store.size = 3 * store.chunk
    const { page, session } = await openSession(store)
    const { stream } = await page.call('streams.open', { session, key: '/a' })
    await page.call('streams.next', { stream, maxBytes: store.chunk })
    store.etag = 'e2'
    await expect(readAll(page, stream)).rejects.toMatchObject({ code: 'CONFLICT', key: '/a' })
  })

  it('a failure of the store reaches the page and ends the stream', async () => {
    const store = new EndlessStore()
    store.failsAt = 2 * store.chunk
    const { page, session } = await openSession(store)
    const { stream } = await page.call('streams.open', { session, key: '/a' })
    await expect(readAll(page, stream)).rejects.toMatchObject({ code: 'IO' })
    await expect(page.call('streams.next', { stream })).rejects.toMatchObject({ code: 'CLOSED' })
    expect(store.open).toBe(0)
  })

  it('a stream that is not pulled is ended', async () => {
    const store = new EndlessStore()
    const { page, session } = await openSession(store, undefined, { idleLimit: 20 })
    const { stream } = await page.call('streams.open', { session, key: '/a' })
    await page.call('streams.next', { stream })
    await eventually(() => store.open === 0)
    await expect(page.call('streams.next', { stream })).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('are limited in number, and closing one makes room', async () => {
    const { page, session } = await openSession(new EndlessStore())
    const opened = await Promise.allSettled(
      Array.from({ length: 40 }, () => page.call('streams.open', { session, key: '/a' })),
    )
    const streams = opened.flatMap(result => (result.status === 'fulfilled' ? [result.value.stream] : []))
    expect(streams).toHaveLength(32)
    for (const result of opened) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CONFLICT' })
    }
    await page.call('streams.close', { stream: streams[0]! })
    await page.call('streams.open', { session, key: '/a' })
  })

  it('end with their session, which does not wait for them', async () => {
    const store = new EndlessStore()
    const { page, session } = await openSession(store)
    const { stream } = await page.call('streams.open', { session, key: '/a' })
    await page.call('streams.next', { stream })
    await page.call('sessions.close', { session })
    await expect(page.call('streams.next', { stream })).rejects.toMatchObject({ code: 'CLOSED' })
    expect(store.open).toBe(0)
  })

  it('opening an absent key or one of an unknown session is refused', async () => {
    const { page, session } = await openSession([])
    const absent = page.call('streams.open', { session, key: '/a' })
    await expect(absent).rejects.toMatchObject({ code: 'NOT_FOUND', key: '/a' })
    const unknown = page.call('streams.open', { session: 'nobody', key: '/a' })
    await expect(unknown).rejects.toMatchObject({ code: 'CLOSED' })
  })
})
