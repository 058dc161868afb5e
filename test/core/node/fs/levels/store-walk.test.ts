import { expect, it } from 'vitest'
import { LevelBuilder } from '../../../../../src/core/key-index/packed-level.ts'
import { plainLayout } from '../../../../../src/core/node/fs/layouts.ts'
import type { OpenFolder } from '../../../../../src/core/node/fs/open-folder.ts'
import { walkStore } from '../../../../../src/core/node/fs/store-walk.ts'

it('F11 the values of a long level are visited in groups', async () => {
  const values = Array.from({ length: 2500 }, (_, index) => `key-${index}`).sort()
  const builder = new LevelBuilder()
  for (const name of values) await builder.add(name, true)
  const level = { level: { children: await builder.finish() }, stamps: [] }
  const folder = {
    files: { layout: plainLayout() },
    levels: { readAfresh: async () => ({ level, isSettled: true }) },
  } as unknown as OpenFolder
  const visited: (readonly string[])[] = []
  await walkStore(folder, async places => {
    visited.push(places.map(({ name }) => name))
  })
  expect(visited.map(({ length }) => length)).toEqual([1000, 1000, 500])
  expect(visited.flat()).toEqual(values)
})
