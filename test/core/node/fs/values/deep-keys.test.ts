import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { bytesOf, textOf } from '../bytes-of.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
let root: string

beforeEach(async () => {
  root = await roots.make()
})
afterEach(() => roots.remove())

it.each([
  ['25 segments of 190 letters', Key.of(...Array.from({ length: 25 }, () => 'x'.repeat(190)))],
  ['30 segments whose names are shortened', Key.of(...Array.from({ length: 30 }, () => 'é'.repeat(100)))],
])('F24 layout strata holds a key of %s', async (_, key) => {
  // Other systems cannot resolve paths through an open folder.
  if (process.platform !== 'linux') return
  await using store = await FsDatastore.open(root)
  const other = Key.of(...key.segments.slice(0, -1), 'other')
  await store.put(key, bytesOf('value'))
  await store.put(key, [bytesOf('again')].values(), { create: false })
  await store.put(other, bytesOf('other'), { replace: false })
  expect(textOf(await store.get(key))).toBe('again')
  expect(await store.has(key.parent)).toBe(false)
  expect((await store.list(key.parent)).children.map(({ name }) => name).sort()).toEqual(
    [key.lastSegment, 'other'].sort(),
  )
  expect((await store.stats()).entries).toBe(2)
  await store.sync()
  await store.rename(key, Key.of('short'))
  expect(textOf(await store.get(Key.of('short')))).toBe('again')
  await store.rename(Key.of('short'), key)
  await store.delete(key)
  await store.delete(other)
  expect(await readdir(root)).toEqual(['.strata'])
})
