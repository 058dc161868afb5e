import { shard as peer } from 'datastore-core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  directoryOf,
  FLATFS_FUNCTIONS,
  parseFlatfsShard,
  printFlatfsShard,
} from '../../../src/core/hash/flatfs-shard.ts'

const anyShard = fc.record({
  by: fc.constantFrom(...FLATFS_FUNCTIONS),
  length: fc.integer({ min: 1, max: 40 }),
})
/** The characters that flatfs allows in a name. */
const name = fc.string({ unit: fc.constantFrom(...Array.from('ABCXYZ0189+-_=')), maxLength: 60 })

it.each([
  ['prefix', 2, 'ABCDE', 'AB'],
  ['prefix', 4, 'AB', 'AB__'],
  ['suffix', 2, 'ABCDE', 'DE'],
  ['suffix', 4, 'AB', '__AB'],
  ['next-to-last', 2, 'ABCDE', 'CD'],
  ['next-to-last', 2, 'AB', '_A'],
  ['next-to-last', 2, 'A', '__'],
  ['next-to-last', 2, '', '__'],
  ['next-to-last', 2, 'AFKREIA22FLID5AJ2KU7URG47MDLROZIH6YF2KALU2PWEFPVI37YLKRSCA', 'SC'],
] as const)('S4 %s/%i puts %j into %j', (by, length, text, directory) => {
  expect(directoryOf({ by, length }, text)).toBe(directory)
})

it('S4 directoryOf() agrees with datastore-core for every name, and so do the printed texts', () => {
  fc.assert(
    fc.property(anyShard, name, (shard, text) => {
      const printed = printFlatfsShard(shard)
      const theirs = peer.parseShardFun(printed)
      expect(directoryOf(shard, text)).toBe(theirs.fun(text))
      expect(theirs.toString()).toBe(printed)
    }),
  )
})

it('S4 directoryOf() returns the given number of characters of any text, and splits none', () => {
  fc.assert(
    fc.property(anyShard, fc.string({ unit: 'binary' }), (shard, text) => {
      const directory = directoryOf(shard, text)
      expect(Array.from(directory)).toHaveLength(shard.length)
      expect(directory).not.toMatch(/\p{Surrogate}/u)
    }),
  )
})

it('S4 parseFlatfsShard() parses the output of printFlatfsShard(), with a line break and without the path', () => {
  fc.assert(
    fc.property(anyShard, shard => {
      const text = printFlatfsShard(shard)
      expect(parseFlatfsShard(`${text}\n`)).toEqual(shard)
      expect(parseFlatfsShard(text.replace('/repo/flatfs/shard/', ''))).toEqual(shard)
    }),
  )
})

it.each([
  '',
  'prefix',
  'v1/prefix',
  'v1/prefix/',
  'v1/prefix/0',
  'v1/prefix/-1',
  'v1/prefix/2.5',
  'v1/prefix/02',
  'v1/prefix/1000',
  'v1/middle/2',
  'v2/prefix/2',
  '/v1/prefix/2',
  '/repo/flatfs/shards/v1/prefix/2',
  '/repo/flatfs/shard/v1/prefix/2/3',
])('S4 parseFlatfsShard() rejects %j with the expected form', text => {
  expect(() => parseFlatfsShard(text)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  expect(() => parseFlatfsShard(text)).toThrow('next-to-last/N')
})
