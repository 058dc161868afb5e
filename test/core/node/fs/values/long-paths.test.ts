import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasCode } from '../../../../../src/core/errors.ts'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { bytesOf, textOf } from '../bytes-of.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
/** Bytes of the longest path on Linux, without the terminating zero. */
const LONGEST = 4095
let root: string

beforeEach(async () => {
  root = await roots.make()
})
afterEach(() => roots.remove())

/** A key whose folder has a path of this many bytes. */
function keyIn(length: number): Key {
  const names: string[] = []
  for (let left = length - root.length; left > 0; ) {
    const size = left > 202 ? 150 : Math.min(left - 1, left > 101 ? 100 : 200)
    names.push('x'.repeat(size))
    left -= size + 1
  }
  return Key.of(...names, 'value')
}

describe('paths close to the limit of the system', () => {
  it.for(['strata', 'plain'] as const)(
    'D1 D18 in layout %s a value that was put can be read',
    async (layout, { skip }) => {
      skip(process.platform !== 'linux', 'other systems take paths of other lengths')
      await using store = await FsDatastore.open(root, { layout })
      const outcomes: string[] = []
      for (const length of [LONGEST - 20, LONGEST - 9, LONGEST - 6, LONGEST - 3, LONGEST, LONGEST + 3]) {
        const key = keyIn(length)
        const put = await store.put(key, bytesOf('here')).then(
          () => 'put',
          (error: unknown) => {
            if (!hasCode(error, 'KEY_INVALID')) throw error
            return error.code
          },
        )
        outcomes.push(put)
        expect(await store.has(key), String(length)).toBe(put === 'put')
        if (put === 'put') {
          expect(textOf(await store.get(key))).toBe('here')
          for await (const chunk of store.getStream(key, { start: 1 })) expect(textOf(chunk)).toBe('ere')
          expect((await store.list(key.parent)).children.map(({ name }) => name)).toEqual(['value'])
          await store.sync()
          await store.delete(key)
        }
        expect((await readdir(root)).filter(name => !name.startsWith('.'))).toEqual([])
      }
      expect(new Set(outcomes)).toEqual(new Set(['put']))
    },
  )
})
