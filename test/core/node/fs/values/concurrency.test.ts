import { spawn } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isNotFound } from '../../../../../src/core/errors.ts'
import { Key } from '../../../../../src/core/index.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { bytesOf } from '../bytes-of.ts'
import { type Bundle, bundle } from '../crash/bundle.ts'
import { crashKeys } from '../crash/crash-keys.ts'
import { selfDescribed, serialOf } from '../crash/self-described.ts'
import { pathsBelow, TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
let root: string

beforeEach(async () => {
  root = await roots.make()
})
afterEach(() => roots.remove())

describe.each(['strata', 'plain'] as const)('layout %s', layout => {
  it('F5 200 concurrent puts of one key, of many sizes: the last wins, every read is whole', async () => {
    await using store = await FsDatastore.open(root, { layout })
    await using other = await FsDatastore.open(root, { layout })
    const key = Key.of('folder', 'key')
    const reads: Promise<number>[] = []
    const puts = Array.from({ length: 200 }, (_, index) => {
      const [writer, reader] = index % 2 === 0 ? [store, other] : [other, store]
      const put = writer.put(key, selfDescribed(index, (index % 9) ** 5))
      reads.push(reader.get(key).then(serialOf))
      return put
    })
    await Promise.all(puts)
    expect(await Promise.all(reads)).toEqual(Array.from({ length: 200 }, (_, index) => index))
    expect(serialOf(await store.get(key))).toBe(199)
  })

  it('D16 a get called before a put returns the earlier value, also for large values', async () => {
    await using store = await FsDatastore.open(root, { layout })
    const key = Key.of('key')
    await store.put(key, selfDescribed(1, 3_000_000))
    const [before, , after] = await Promise.all([
      store.get(key),
      store.put(key, selfDescribed(2, 10)),
      store.get(key),
    ])
    expect([serialOf(before), serialOf(after)]).toEqual([1, 2])
  })

  it('D63 a value can be put to its own key while it is transformed', async () => {
    await using store = await FsDatastore.open(root, { layout })
    const key = Key.of('folder', 'key')
    await store.put(key, new Uint8Array(500_000).fill(1))
    async function* doubled(): AsyncIterable<Uint8Array> {
      for await (const chunk of store.getStream(key)) yield chunk.map(byte => byte * 2)
    }
    await store.put(key, doubled())
    await store.put(key, store.getStream(key))
    expect(await store.get(key)).toEqual(new Uint8Array(500_000).fill(2))
  })

  it('D63 D16 a value can be put to its own key while other calls on the key run', async () => {
    await using store = await FsDatastore.open(root, { layout })
    const key = Key.of('folder', 'key')
    await store.put(key, new Uint8Array(500_000).fill(1))
    const read = store.get(key)
    const copied = store.put(key, store.getStream(key))
    const put = store.put(key, new Uint8Array(500_000).fill(2))
    const copiedAgain = store.put(key, store.getStream(key))
    await Promise.all([copied, put, copiedAgain])
    expect((await read)[0]).toBe(1)
    expect((await store.get(key))[0]).toBe(2)
  })

  it('D13 a call that waits for its turn ends when it is aborted, and later does nothing', async () => {
    await using store = await FsDatastore.open(root, { layout })
    const key = Key.of('key')
    let finish: (() => void) | undefined
    const gate = new Promise<void>(resolve => {
      finish = resolve
    })
    async function* slow(): AsyncIterable<Uint8Array> {
      await gate
      yield bytesOf('slow')
    }
    const put = store.put(key, slow())
    const abort = new AbortController()
    const { signal } = abort
    const waiting = [
      store.put(key, bytesOf('x'), { signal }),
      store.put(key, [bytesOf('x')].values(), { signal }),
      store.get(key, { signal }),
      store.delete(key, { signal }),
      store.rename(key, Key.of('y'), { signal }),
      ...Array.from({ length: 20 }, () => store.has(key, { signal })),
    ]
    // Platforms warn of a leak from the eleventh listener on.
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    abort.abort()
    for (const outcome of await Promise.allSettled(waiting)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ABORTED' } })
    }
    finish?.()
    await put
    expect(await store.get(key)).toEqual(bytesOf('slow'))
    expect((await pathsBelow(root)).filter(path => path.includes('.tmp'))).toEqual([])
  })

  it('F6 folders are created and removed under concurrent writers, and no write is lost', async () => {
    await using store = await FsDatastore.open(root, { layout })
    await using other = await FsDatastore.open(root, { layout })
    const lanes = Array.from({ length: 8 }, async (_, lane) => {
      const by = lane % 2 === 0 ? store : other
      for (let round = 0; round < 60; round++) {
        const key = Key.of('shared', `f${round % 2}`, 'deep', `lane ${lane}`)
        await by.put(key, bytesOf(`${lane} ${round}`))
        expect(await by.get(key)).toEqual(bytesOf(`${lane} ${round}`))
        if (round % 3 === 0) await by.rename(key, Key.of('shared', 'else', `${lane}`))
        else await by.delete(key)
      }
    })
    await Promise.all(lanes)
    for (let lane = 0; lane < 8; lane++) await store.delete(Key.of('shared', 'else', `${lane}`))
    if (layout === 'strata')
      expect(await pathsBelow(root)).toEqual(['.strata/', '.strata/layout.json', '.strata/tmp/'])
    expect((await store.stats()).entries).toBe(0)
  })

  it('D14 thousands of concurrent calls do not exhaust file descriptors', async () => {
    await using store = await FsDatastore.open(root, { layout })
    const count = 1000
    const key = (index: number) => Key.of(`f${index % 20}`, `k${index}`)
    await Promise.all(Array.from({ length: count }, (_, index) => store.put(key(index), bytesOf(`${index}`))))
    const values = await Promise.all(Array.from({ length: count }, (_, index) => store.get(key(index))))
    expect(values.map(value => new TextDecoder().decode(value))).toEqual(
      Array.from({ length: count }, (_, index) => `${index}`),
    )
  })
})

describe('between processes', () => {
  let writer: Bundle
  beforeAll(async () => {
    writer = await bundle(join(import.meta.dirname, '..', 'crash', 'writer.ts'))
  }, 60_000)
  afterAll(() => writer.remove())

  it('F5 F6 readers and writers of several processes see whole values, and lose no folder', async () => {
    await using store = await FsDatastore.open(root)
    const children = [1, 1_000_000, 2_000_000].map(serial =>
      spawn(process.execPath, [writer.file, root, '--serial', String(serial)], {
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    )
    const ended = children.map(
      child =>
        new Promise<string>(resolve => {
          let errorOutput = ''
          child.stderr.on('data', (chunk: Buffer) => {
            errorOutput += chunk.toString()
          })
          child.once('close', () => resolve(errorOutput))
        }),
    )
    const until = Date.now() + 2500
    let seen = 0
    while (Date.now() < until) {
      for (const key of crashKeys) {
        const serial = await store.get(key).then(serialOf, (error: unknown) => {
          if (!isNotFound(error)) throw error
          return 0
        })
        if (serial > 0) seen++
      }
      await store.list(Key.root)
    }
    for (const child of children) child.kill('SIGKILL')
    expect(await Promise.all(ended)).toEqual(['', '', ''])
    expect(seen).toBeGreaterThan(0)
  })
})
