import { expect, it } from 'vitest'
import { affectsKey } from '../../src/shared/affects-key.ts'

const change = (key: string, isDeep?: boolean) => ({ session: 's', key, type: 'put' as const, isDeep })

it('a change of one key affects that key alone', () => {
  expect(affectsKey(change('/a/b'), '/a/b')).toBe(true)
  expect(affectsKey(change('/a'), '/a/b')).toBe(false)
  expect(affectsKey(change('/a/b'), '/a')).toBe(false)
})

it('a deep change affects every key at and below its own, by whole segments', () => {
  expect(affectsKey(change('/a', true), '/a')).toBe(true)
  expect(affectsKey(change('/a', true), '/a/b/c')).toBe(true)
  expect(affectsKey(change('/a', true), '/ab')).toBe(false)
  expect(affectsKey(change('/', true), '/a/b')).toBe(true)
})
