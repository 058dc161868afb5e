import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyTransformDatastore, lowercase } from '../../../src/core/adapters/transform/key-transform.ts'
import { nestedPath } from '../../../src/core/adapters/transform/nested-path.ts'
import { Key } from '../../../src/core/key.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { listAll, walkKeys } from '../../../src/testkit/suite.ts'
import { anyKey } from '../arbitrary-keys.ts'

const key = (text: string) => Key.parse(text)
const value = Uint8Array.of(1)

const CONFIG_INVALID: unknown = expect.objectContaining({ code: 'CONFIG_INVALID' })

describe('lowercase', () => {
  it('N1 keys that differ only in case are one key, and capabilities report it', async () => {
    const store = new KeyTransformDatastore(new MemoryDatastore(), lowercase)
    await store.put(key('/Films/Brazil'), value)
    expect(await store.has(key('/FILMS/BRAZIL'))).toBe(true)
    expect(await walkKeys(store)).toEqual(['/films/brazil'])
    expect(store.capabilities.manyToOne).toBe(true)
  })

  it('N1 a key below that the inverse cannot produce is hidden, and pages stay full', async () => {
    const below = new MemoryDatastore()
    for (const name of ['A', 'B', 'C', 'a', 'b', 'c']) await below.put(Key.of(name), value)
    const store = new KeyTransformDatastore(below, lowercase)
    expect((await listAll(store, Key.root, { limit: 2 })).map(child => child.name)).toEqual(['a', 'b', 'c'])
    expect(await store.stats()).toMatchObject({ entries: 3 })
  })

  it('N1 D9 a page starts after any text, whether or not it is the name of a key', async () => {
    const store = new KeyTransformDatastore(new MemoryDatastore(), lowercase)
    for (const name of ['a', 'b', 'c']) await store.put(Key.of(name), value)
    const past = async (after: string) =>
      (await store.list(Key.root, { after })).children.map(child => child.name).join('')
    expect([await past(''), await past('..'), await past('a/b'), await past('B')]).toEqual([
      'abc',
      'abc',
      'bc',
      'c',
    ])
  })
})

describe('nestedPath', () => {
  it('N1 adds levels in front, named after the beginning of the last segment', () => {
    const { to } = nestedPath({ depth: 3, length: 2 })
    expect(to(key('/films/abcdefgh')).toString()).toBe('/ab/cd/ef/films/abcdefgh')
    expect(to(key('/x')).toString()).toBe('/x_/__/__/x')
    expect(to(Key.of('😀😀😀😀😀😀')).toString()).toBe('/😀😀/😀😀/😀😀/😀😀😀😀😀😀')
    expect(to(Key.of('..hidden')).depth).toBe(4)
  })

  it('N1 inverts every transformed key, and no other key', () => {
    fc.assert(
      fc.property(
        anyKey,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        (any, depth, length) => {
          fc.pre(!any.isRoot)
          const { to, from } = nestedPath({ depth, length })
          expect(from(to(any))?.toString()).toBe(any.toString())
          const back = from(any)
          if (back !== undefined) expect(to(back).toString()).toBe(any.toString())
        },
      ),
    )
  })

  it('N1 rejects a depth or length that is not a whole number from 1 up', () => {
    for (const wrong of [0, -1, 1.5, Number.NaN]) {
      expect(() => nestedPath({ depth: wrong })).toThrow(CONFIG_INVALID)
      expect(() => nestedPath({ length: wrong })).toThrow(CONFIG_INVALID)
    }
  })
})
