import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Key } from '../../../../src/core/key.ts'
import { compareBytes } from '../../../../src/core/ordered/byte-order.ts'
import {
  decodeKey,
  encodeKey,
  encodeSegment,
  rangeBelow,
} from '../../../../src/core/ordered/strata/key-bytes.ts'
import { anyKey } from '../../arbitrary-keys.ts'

/** Characters whose order differs between encodings, and those used by the encoding itself. */
const hardSegment = fc
  .string({
    unit: fc.constantFrom(
      ...[
        '\0',
        '\u0001',
        '\u0002',
        ' ',
        '-',
        '.',
        ':',
        'a',
        'é',
        '\ud7ff',
        '\ue000',
        '\uffff',
        '😀',
        '\u{10ffff}',
      ],
    ),
    minLength: 1,
    maxLength: 4,
  })
  .filter(segment => segment !== '.' && segment !== '..')
const hardKey = fc.array(hardSegment, { maxLength: 3 }).map(segments => Key.of(...segments))
const someKey = fc.oneof({ weight: 3, arbitrary: hardKey }, { weight: 1, arbitrary: anyKey })

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('keys in layout strata', () => {
  it.each([
    [Key.of('a', 'b'), '610062'],
    [Key.of('a-b'), '612d62'],
    [Key.of('a\0'), '610101'],
    [Key.of('a\u0001'), '610102'],
    [Key.of('é', '\ue000'), 'c3a900ee8080'],
    [Key.of('😀'), 'eda0bdedb880'],
    [Key.of('\ufeffa'), 'efbbbf61'],
    [Key.root, ''],
  ])('E2 the bytes of %s are %s', (key, bytes) => {
    expect(hex(encodeKey(key))).toBe(bytes)
  })

  it('E2 K10 the order of the bytes is the order of the keys', () => {
    fc.assert(
      fc.property(someKey, someKey, (a, b) => {
        const order = compareBytes(encodeKey(a), encodeKey(b))
        expect(Math.sign(order)).toBe(Math.sign(Key.compare(a, b)))
      }),
      { numRuns: 20_000 },
    )
  })

  it('E2 every key is restored', () => {
    fc.assert(
      fc.property(
        someKey.filter(key => !key.isRoot),
        key => {
          const bytes = encodeKey(key)
          expect(decodeKey(bytes).toString()).toBe(key.toString())
          expect(bytes[0]).not.toBe(0)
          expect(bytes.every((byte, index) => byte <= 0xef && !(byte === 0 && bytes[index + 1] === 0))).toBe(
            true,
          )
        },
      ),
      { numRuns: 5000 },
    )
  })

  it('E2 the range of a key contains exactly the keys below it, and a child begins where its preceding siblings end', () => {
    fc.assert(
      fc.property(someKey, someKey, hardSegment, (above, other, segment) => {
        const { from, to } = rangeBelow(encodeKey(above))
        const isIn = (key: Key) =>
          compareBytes(encodeKey(key), from) >= 0 && compareBytes(encodeKey(key), to) < 0
        for (const key of [other, above.child(other), above]) {
          if (!key.isRoot) expect(isIn(key)).toBe(above.isAncestorOf(key))
        }
        const child = above.child(segment)
        expect(hex(encodeKey(child)).endsWith(hex(encodeSegment(segment)))).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })

  it.each(['01', '0103', 'e0', 'e080', 'eda0', 'edbdc2', 'ff'])(
    'E2 invalid key bytes are rejected: %s',
    text => {
      expect(() => decodeKey(Buffer.from(`61${text}`, 'hex'))).toThrow()
    },
  )
})
