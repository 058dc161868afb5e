import { describe, expect, it } from 'vitest'
import type { PutOptions, PutResult, ValueSource } from '../../../src/core/datastore.ts'
import { DatastoreError } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { TRANSPORT_NAMES } from './channels.ts'
import { bytesOf, eventually, memoryWith, openSession, type TestPage, textOf } from './test-host.ts'

const A = Key.of('a')

/** A history reads a small value whole before the store gets it. */
async function unrecorded(page: TestPage, session: string): Promise<void> {
  await page.call('history.setOn', { session, isOn: false })
}

describe.each(TRANSPORT_NAMES)('uploads over %s', transport => {
  it('put a value in pieces, which is not visible before the commit', async () => {
    const { page, session, store } = await openSession(new SteppingStore(), transport)
    await store.put(A, bytesOf('old'))
    const { upload } = await page.call('uploads.open', { session, key: '/a' })
    for (const piece of ['one ', 'two ', 'three']) {
      await page.call('uploads.write', { upload, bytes: bytesOf(piece) })
    }
    expect(textOf(await store.get(A))).toBe('old')
    const { stat } = await page.call('uploads.commit', { upload })
    expect(textOf(await store.get(A))).toBe('one two three')
    expect(stat).toEqual(await store.stat(A))
    await expect(page.call('uploads.commit', { upload })).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('an aborted upload keeps the old value', async () => {
    const { page, session, store } = await openSession(new SteppingStore(), transport)
    await store.put(A, bytesOf('old'))
    const { upload } = await page.call('uploads.open', { session, key: '/a' })
    await page.call('uploads.write', { upload, bytes: bytesOf('new') })
    await page.call('uploads.abort', { upload })
    await page.call('uploads.abort', { upload })
    expect(textOf(await store.get(A))).toBe('old')
    const write = page.call('uploads.write', { upload, bytes: bytesOf('x') })
    await expect(write).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('an upload whose page disconnects keeps the old value', async () => {
    const stepping = new SteppingStore()
    const { page, session } = await openSession(stepping, transport)
    await stepping.put(A, bytesOf('old'))
    const { upload } = await page.call('uploads.open', { session, key: '/a' })
    await page.call('uploads.write', { upload, bytes: bytesOf('new') })
    page.pair.page.close()
    await eventually(() => stepping.running === 0)
    expect(textOf(await stepping.get(A))).toBe('old')
  })
})

describe('uploads', () => {
  it('a write resolves only when the store has read its piece', async () => {
    const stepping = new SteppingStore()
    stepping.isHeld = true
    const { page, session } = await openSession(stepping)
    await unrecorded(page, session)
    const { upload } = await page.call('uploads.open', { session, key: '/a' })
    let taken = 0
    const writes = ['1', '2', '3', '4'].map(async piece => {
      await page.call('uploads.write', { upload, bytes: bytesOf(piece) })
      taken++
    })
    for (let step = 1; step <= 4; step++) {
      await eventually(() => taken === step)
      // While the store holds on to this piece, it reads no other one.
      await page.call('store.has', { session, key: '/other' })
      expect(taken).toBe(step)
      stepping.step()
    }
    await Promise.all(writes)
    await page.call('uploads.commit', { upload })
    expect(textOf(await stepping.get(A))).toBe('1234')
  })

  it('D2 obey create, replace and ifMatch', async () => {
    const { page, session, store } = await openSession(await memoryWith(['/a']))
    const upload = async (key: string, rules: object) => {
      const opened = await page.call('uploads.open', { session, key, ...rules })
      await page.call('uploads.write', { upload: opened.upload, bytes: bytesOf('new') })
      return page.call('uploads.commit', { upload: opened.upload })
    }
    await expect(upload('/a', { replace: false })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    await expect(upload('/b', { create: false })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(upload('/a', { ifMatch: 'stale' })).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(upload('/a', { create: false, replace: false })).rejects.toMatchObject({ code: 'BAD_INPUT' })
    expect(textOf(await store.get(A))).toBe('/a')
    await upload('/a', { ifMatch: (await store.stat(A)).etag })
    expect(textOf(await store.get(A))).toBe('new')
  })

  it('an upload without a piece puts an empty value', async () => {
    const { page, session, store } = await openSession([])
    const { upload } = await page.call('uploads.open', { session, key: '/a' })
    const { stat } = await page.call('uploads.commit', { upload })
    expect(stat.size).toBe(0)
    expect(await store.get(A)).toEqual(new Uint8Array())
  })

  it('a put that fails half-way rejects the write, and ends', async () => {
    const stepping = new SteppingStore()
    stepping.failsAfter = 2
    const { page, session } = await openSession(stepping)
    await unrecorded(page, session)
    const { upload } = await page.call('uploads.open', { session, key: '/a' })
    const write = () => page.call('uploads.write', { upload, bytes: bytesOf('x') })
    const feed = async () => {
      for (let piece = 0; piece < 10; piece++) await write()
    }
    await expect(feed()).rejects.toMatchObject({ code: 'IO', key: '/a' })
    await expect(write()).rejects.toMatchObject({ code: 'CLOSED' })
    expect(await stepping.has(A)).toBe(false)
  })

  it('a cancelled write ends the upload, because it is unknown what was read', async () => {
    const stepping = new SteppingStore()
    stepping.isHeld = true
    const { page, session } = await openSession(stepping)
    await unrecorded(page, session)
    const { upload } = await page.call('uploads.open', { session, key: '/a' })
    await page.call('uploads.write', { upload, bytes: bytesOf('1') })
    const abort = new AbortController()
    const write = page.call('uploads.write', { upload, bytes: bytesOf('2') }, { signal: abort.signal })
    // It may be answered before the call that is awaited below.
    const ended = expect(write).rejects.toMatchObject({ code: 'ABORTED' })
    abort.abort()
    // Messages keep their order: once this is answered, the cancel has arrived.
    await page.call('store.has', { session, key: '/other' })
    stepping.isHeld = false
    stepping.step()
    await ended
    await expect(page.call('uploads.commit', { upload })).rejects.toMatchObject({ code: 'CLOSED' })
    expect(await stepping.has(A)).toBe(false)
  })

  it('an idle upload is ended, which frees the key', async () => {
    const { page, session } = await openSession(await memoryWith(['/a']), undefined, { idleLimit: 50 })
    const { upload } = await page.call('uploads.open', { session, key: '/a' })
    // The store answers reads of this key after the put, because it was called after it.
    const read = await page.call('store.get', { session, key: '/a' })
    expect(textOf(read.bytes)).toBe('/a')
    const write = page.call('uploads.write', { upload, bytes: bytesOf('x') })
    await expect(write).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('are limited in number', async () => {
    const { page, session } = await openSession([])
    const opened = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) => page.call('uploads.open', { session, key: `/${n}` })),
    )
    expect(opened.filter(result => result.status === 'fulfilled')).toHaveLength(8)
  })

  it('end with their session, which does not wait for them', async () => {
    const stepping = new SteppingStore()
    const { page, session } = await openSession(stepping)
    const { upload } = await page.call('uploads.open', { session, key: '/a' })
    await page.call('sessions.close', { session })
    const write = page.call('uploads.write', { upload, bytes: bytesOf('x') })
    await expect(write).rejects.toMatchObject({ code: 'CLOSED' })
    expect(stepping.running).toBe(0)
  })
})

/** Reads streams piece by piece without blocking the key, on demand one step at a time. */
class SteppingStore extends MemoryDatastore {
  isHeld = false
  running = 0
  failsAfter = Number.POSITIVE_INFINITY
  #step: () => void = () => undefined

  step(): void {
    this.#step()
  }

  override async put(key: Key, value: ValueSource<Uint8Array>, options?: PutOptions): Promise<PutResult> {
    if (value instanceof Uint8Array) return super.put(key, value, options)
    const pieces: Uint8Array[] = []
    this.running++
    try {
      for await (const piece of value) {
        pieces.push(piece)
        if (pieces.length > this.failsAfter) {
          throw new DatastoreError('IO', 'Cannot put "/a": the disk is full', { key })
        }
        if (this.isHeld) {
          await new Promise<void>(resolve => {
            this.#step = resolve
          })
        }
      }
    } finally {
      this.running--
    }
    return super.put(key, new Uint8Array(Buffer.concat(pieces)), options)
  }
}
