import { join } from 'node:path'
import { createStorage, type Storage } from 'unstorage'
import fsDriver from 'unstorage/drivers/fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FsDatastore, Key } from '../../src/core/node/index.ts'
import { collect, walkKeys } from '../../src/testkit/suite.ts'
import { bytesOf } from '../core/node/fs/bytes-of.ts'
import { selfDescribed } from '../core/node/fs/crash/self-described.ts'
import { TempRoots } from '../core/node/fs/temp-root.ts'
import { isWhole } from './whole-values.ts'

const roots = new TempRoots()
let ours: FsDatastore
let peer: Storage

beforeEach(async () => {
  const root = await roots.make()
  ours = await FsDatastore.open(join(root, 'ours'))
  peer = createStorage({ driver: fsDriver({ base: join(root, 'peer') }) })
})
afterEach(async () => {
  await peer.dispose()
  await ours.close()
  await roots.remove()
})

describe('unstorage, driver fs', () => {
  it('F2 a value and another below it cannot coexist', async () => {
    await peer.setItemRaw('foo', bytesOf('x'))
    await expect(peer.setItemRaw('foo:bar', bytesOf('y'))).rejects.toThrow()
    await ours.put(Key.parse('/foo'), bytesOf('x'))
    await ours.put(Key.parse('/foo/bar'), bytesOf('y'))
    expect(await ours.get(Key.parse('/foo'))).toEqual(bytesOf('x'))
    expect(await ours.get(Key.parse('/foo/bar'))).toEqual(bytesOf('y'))
  })

  it('D18 a read below a file returns the error as the value', async () => {
    await peer.setItemRaw('foo', bytesOf('x'))
    expect(await peer.getItemRaw('foo:bar')).toBeInstanceOf(Error)
    await ours.put(Key.parse('/foo'), bytesOf('x'))
    await expect(ours.get(Key.parse('/foo/bar'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('F5 concurrent puts and gets of one key leave mixtures and read torn values', async () => {
    const probe = async (
      put: (value: Uint8Array) => Promise<unknown>,
      get: () => Promise<unknown>,
      mostRounds: number,
    ) => {
      const seen = { left: 0, torn: 0 }
      await put(selfDescribed(1, 10))
      for (let round = 0; round < mostRounds && (seen.left === 0 || seen.torn === 0); round++) {
        const calls = Array.from({ length: 20 }, async (_, index) => {
          const [, read] = await Promise.all([
            put(selfDescribed(round * 20 + index + 1, (index * 7919) % 60_000)),
            get(),
          ])
          if (!isWhole(read)) seen.torn++
        })
        await Promise.all(calls)
        if (!isWhole(await get())) seen.left++
      }
      return { isLeft: seen.left > 0, isTorn: seen.torn > 0 }
    }
    // Every round did both when this was written.
    const theirs = await probe(
      value => peer.setItemRaw('key', value),
      () => peer.getItemRaw('key'),
      50,
    )
    expect(theirs).toEqual({ isLeft: true, isTorn: true })
    const key = Key.of('key')
    const own = await probe(
      value => ours.put(key, value),
      () => ours.get(key),
      20,
    )
    expect(own).toEqual({ isLeft: false, isTorn: false })
  })

  it('D8 Q2 clearing a prefix does nothing', async () => {
    for (const key of ['a:x', 'a:y', 'b:z']) await peer.setItem(key, 'text')
    await peer.clear('a')
    await peer.clear('a:')
    expect((await peer.getKeys()).sort()).toEqual(['a:x', 'a:y', 'b:z'])
    for (const text of ['/a/x', '/a/y', '/ab', '/b/z']) await ours.put(Key.parse(text), bytesOf('text'))
    const below = await collect(ours.query({ prefix: '/a', keysOnly: true }, { scan: true }))
    await collect(ours.deleteMany(below.map(({ key }) => key)))
    expect(await walkKeys(ours)).toEqual(['/ab', '/b/z'])
  })

  it('D1 digits are returned as a number', async () => {
    await peer.setItem('n', '123')
    expect(await peer.getItem('n')).toBe(123)
    await ours.put(Key.of('n'), bytesOf('123'))
    expect(await ours.get(Key.of('n'))).toEqual(bytesOf('123'))
  })
})
