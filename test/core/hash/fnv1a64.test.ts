import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fnv1a64 } from '../../../src/core/hash/fnv1a64.ts'

/** From the test vectors published by the authors of the hash. */
const published: Readonly<Record<string, string>> = {
  '': 'cbf29ce484222325',
  a: 'af63dc4c8601ec8c',
  b: 'af63df4c8601f1a5',
  c: 'af63de4c8601eff2',
  fo: '08985907b541d342',
  foo: 'dcb27518fed9d577',
  foob: 'dd120e790c2512af',
  fooba: 'cac165afa2fef40a',
  foobar: '85944171f73967e8',
  'chongo was here!\n': '46810940eff5f915',
}

it.each(Object.entries(published))('K11 fnv1a64(%j) is the published %s', (text, hash) => {
  expect(fnv1a64(text).toString(16).padStart(16, '0')).toBe(hash)
})

it('K11 fnv1a64() agrees with its definition, computed with big integers', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), text => {
      let hash = 0xcbf29ce484222325n
      for (const byte of new TextEncoder().encode(text)) {
        hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
      }
      expect(fnv1a64(text)).toBe(hash)
    }),
  )
})
