import { readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/index.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { VersionClock } from '../../../../../src/core/node/fs/value-reader.ts'
import { bytesOf } from '../bytes-of.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
const key = Key.of('folder', 'key')
let root: string

beforeEach(async () => {
  root = await roots.make()
})
afterEach(() => roots.remove())

describe.each(['strata', 'plain'] as const)('versions in layout %s', layout => {
  it('D4 a thousand puts of one size in quick succession never repeat an etag', {
    timeout: 120_000,
  }, async () => {
    await using store = await FsDatastore.open(root, { layout })
    const etags = new Set<string>()
    const count = 1000
    for (let index = 0; index < count; index++) {
      const bytes = new Uint8Array(8).fill(index)
      const { etag } = index % 3 === 0 ? await store.put(key, [bytes].values()) : await store.put(key, bytes)
      etags.add(etag)
      if (index % 50 === 0) expect((await store.stat(key)).etag).toBe(etag)
    }
    expect(etags.size).toBe(count)
  })

  it('D4 a change by another program gets another etag, even with equal size and time', async () => {
    await using store = await FsDatastore.open(root, { layout })
    const path = join(root, 'folder', layout === 'plain' ? 'key' : 'key.val')
    const { etag } = await store.put(key, bytesOf('aaaa'))
    const { atime, mtime } = await stat(path)
    await writeFile(path, 'bbbb')
    await utimes(path, atime, mtime)
    expect((await store.stat(key)).etag).not.toBe(etag)
    await expect(store.put(key, bytesOf('cccc'), { ifMatch: etag })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    expect(await readFile(path, 'utf8')).toBe('bbbb')
  })

  it('D4 an etag survives reading, closing and reopening', async () => {
    const store = await FsDatastore.open(root, { layout })
    const { etag } = await store.put(key, bytesOf('x'))
    await store.get(key)
    await store.put(Key.of('folder', 'other'), bytesOf('y'))
    await store.close()
    await using again = await FsDatastore.open(root, { layout })
    expect((await again.stat(key)).etag).toBe(etag)
    await again.put(key, bytesOf('z'), { ifMatch: etag })
  })

  it('D4 a value that was moved away and back has another version', async () => {
    await using store = await FsDatastore.open(root, { layout })
    const { etag } = await store.put(key, bytesOf('x'))
    await store.rename(key, Key.of('away'))
    await store.rename(Key.of('away'), key)
    expect((await store.stat(key)).etag).not.toBe(etag)
  })

  it('D4 the time of a value is the time of its put', async () => {
    await using store = await FsDatastore.open(root, { layout })
    const before = Date.now()
    await store.put(key, bytesOf('x'))
    const { mtime = 0 } = await store.stat(key)
    expect(mtime).toBeGreaterThanOrEqual(before - 1)
    expect(mtime).toBeLessThanOrEqual(Date.now() + 1)
  })
})

describe('VersionClock', () => {
  it('D4 never returns a time twice, whatever the underlying clock does', () => {
    let now = 1_700_000_000_000
    const clock = new VersionClock(() => now)
    const micros = new Set<number>()
    for (let index = 0; index < 10_000; index++) {
      // Node passes seconds on as whole microseconds.
      micros.add(Math.trunc(clock.next() * 1_000_000))
      if (index % 100 === 0) now += index % 200 === 0 ? 0.01 : -5
    }
    expect(micros.size).toBe(10_000)
  })
})
