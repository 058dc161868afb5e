import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  SHARD_FUNCTIONS,
  type ShardFunctionName,
  shardFunctionOf,
} from '../../../../src/core/adapters/sharded/shard-function.ts'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import { directoryOf, FLATFS_FUNCTIONS } from '../../../../src/core/hash/flatfs-shard.ts'
import { fnv1a64Halves } from '../../../../src/core/hash/fnv1a64.ts'
import { jumpHash } from '../../../../src/core/hash/jump.ts'
import { Key } from '../../../../src/core/key.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { anyKey } from '../../arbitrary-keys.ts'

const keys = Array.from({ length: 3000 }, (_, index) => Key.of('orders', `2026-${index}`))
const names = Object.keys(SHARD_FUNCTIONS) as ShardFunctionName[]
const ids = (count: number) => Array.from({ length: count }, (_, index) => `shard-${index}`)

describe('shard functions', () => {
  it.each(names)('S1 %s returns an index of the list, always the same', name => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 40 }),
        (parts, count) => {
          const clean = parts.filter(part => !part.includes('/') && part !== '.' && part !== '..')
          const index = SHARD_FUNCTIONS[name](Key.of(...clean), ids(count))
          expect(index).toBeGreaterThanOrEqual(0)
          expect(index).toBeLessThan(count)
          expect(SHARD_FUNCTIONS[name](Key.parse(Key.of(...clean).toString()), ids(count))).toBe(index)
        },
      ),
    )
  })

  it.each(['jump', 'modulo', 'rendezvous'] as const)('S1 %s gives every shard an even share', name => {
    const shares = new Array<number>(4).fill(0)
    for (const key of keys) shares[SHARD_FUNCTIONS[name](key, ids(4))]!++
    for (const share of shares) expect(Math.abs(share - 750)).toBeLessThan(120)
  })

  it('S1 jump agrees with the published algorithm in 64-bit arithmetic', () => {
    const published = (hash: bigint, buckets: number): number => {
      let state = hash
      let [bucket, next] = [-1n, 0n]
      while (next < BigInt(buckets)) {
        bucket = next
        state = (state * 2862933555777941757n + 1n) & 0xffff_ffff_ffff_ffffn
        next = BigInt(Math.floor(Number(bucket + 1n) * (2 ** 31 / Number((state >> 33n) + 1n))))
      }
      return Number(bucket)
    }
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.integer({ min: 1, max: 2000 }),
        (hash, buckets) => {
          expect(jumpHash({ high: Number(hash >> 32n), low: Number(hash & 0xffff_ffffn) }, buckets)).toBe(
            published(hash, buckets),
          )
        },
      ),
    )
  })

  it.each(['jump', 'rendezvous'] as const)('S1 %s moves keys only into a shard added at the end', name => {
    let moved = 0
    for (const key of keys) {
      const [before, after] = [SHARD_FUNCTIONS[name](key, ids(4)), SHARD_FUNCTIONS[name](key, ids(5))]
      if (before === after) continue
      expect(after).toBe(4)
      moved++
    }
    expect(moved / keys.length).toBeCloseTo(1 / 5, 1)
  })

  it('S4 prefix, suffix and next-to-last distribute the names of blocks in Kubo evenly', () => {
    const blocks = Array.from({ length: 3000 }, (_, index) =>
      Key.of(
        BigInt(`0x${createHash('sha256').update(String(index)).digest('hex')}`)
          .toString(32)
          .toUpperCase(),
      ),
    )
    for (const name of FLATFS_FUNCTIONS) {
      const shares = new Array<number>(4).fill(0)
      for (const key of blocks) shares[SHARD_FUNCTIONS[name](key, ids(4))]!++
      for (const share of shares) expect(Math.abs(share - 750)).toBeLessThan(200)
    }
  })

  it('S4 a flatfs function is the jump hash of the characters that flatfs uses from the text of the key', () => {
    fc.assert(
      fc.property(
        anyKey,
        fc.constantFrom(...FLATFS_FUNCTIONS),
        fc.integer({ min: 1, max: 9 }),
        (key, by, length) => {
          const taken = directoryOf({ by, length }, key.toString().slice(1))
          const index = shardFunctionOf(`/repo/flatfs/shard/v1/${by}/${length}`)(key, ids(7))
          expect(index).toBe(jumpHash(fnv1a64Halves(taken), 7))
          if (length === 2) expect(shardFunctionOf(by)(key, ids(7))).toBe(index)
        },
      ),
    )
  })

  it('S4 keys with the same characters stay together, and a shard added at the end only receives keys', () => {
    for (const name of FLATFS_FUNCTIONS) {
      const [before, after] = [new Map<string, Set<number>>(), new Map<string, Set<number>>()]
      for (const key of keys) {
        const taken = directoryOf({ by: name, length: 2 }, key.toString().slice(1))
        const [old, next] = [SHARD_FUNCTIONS[name](key, ids(4)), SHARD_FUNCTIONS[name](key, ids(5))]
        before.set(taken, new Set(before.get(taken)).add(old))
        after.set(taken, new Set(after.get(taken)).add(next))
        if (next !== old) expect(next).toBe(4)
      }
      for (const shards of [...before.values(), ...after.values()]) expect(shards.size).toBe(1)
    }
  })

  it('S4 an unknown shard function is CONFIG_INVALID', () => {
    const wrong = () =>
      new ShardedDatastore([new MemoryDatastore()], { by: '/repo/flatfs/shard/v1/prefix/0' })
    expect(wrong).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  it('S3 jump moves about one key in n + 1 when a shard is added to n, all of them to the new shard', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(), (count, seed) => {
        const total = 1000
        const share = total / (count + 1)
        let moved = 0
        for (let index = 0; index < total; index++) {
          const key = Key.of(`s${seed}`, `k${index}`)
          const [before, after] = [
            SHARD_FUNCTIONS.jump(key, ids(count)),
            SHARD_FUNCTIONS.jump(key, ids(count + 1)),
          ]
          if (before === after) continue
          expect(after).toBe(count)
          moved++
        }
        // Six standard deviations of a binomial distribution: one run in five hundred million exceeds them.
        const deviation = Math.sqrt(share * (1 - 1 / (count + 1)))
        expect(Math.abs(moved - share)).toBeLessThan(6 * deviation)
      }),
      { numRuns: 40 },
    )
  })

  it('S1 rendezvous depends on the ids of the shards, not on their order', () => {
    for (const key of keys.slice(0, 200)) {
      const order = ['c', 'a', 'b']
      expect(order[SHARD_FUNCTIONS.rendezvous(key, order)]).toBe(
        ['a', 'b', 'c'][SHARD_FUNCTIONS.rendezvous(key, ['a', 'b', 'c'])],
      )
    }
  })

  it('S1 fixed keys belong to the same shard in every version', () => {
    const fixed = ['/', '/a', '/Comedy/Actor:Cleese', '/films/Amélie', '/orders/2026-17'].map(text =>
      Key.parse(text),
    )
    expect(fixed.map(key => SHARD_FUNCTIONS.jump(key, ids(10)))).toMatchInlineSnapshot(`
      [
        7,
        3,
        6,
        9,
        9,
      ]
    `)
    expect(fixed.map(key => SHARD_FUNCTIONS.modulo(key, ids(10)))).toMatchInlineSnapshot(`
      [
        8,
        9,
        4,
        0,
        7,
      ]
    `)
    expect(fixed.map(key => SHARD_FUNCTIONS.rendezvous(key, ids(10)))).toMatchInlineSnapshot(`
      [
        7,
        5,
        3,
        2,
        9,
      ]
    `)
  })
})
