import { Encoder } from '@msgpack/msgpack'
import { encode } from 'cborg'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hexToBytes } from '../../../src/core/values/byte-text.ts'
import { readCbor, writeCbor } from '../../../src/core/values/cbor-notation.ts'
import { readMsgpack, writeMsgpack } from '../../../src/core/values/msgpack-notation.ts'
import { NotationError, StageError } from '../../../src/core/values/stage-error.ts'

const LIMIT = 16 * 1024 * 1024
const bytesOf = (hex: string) => hexToBytes(hex.replaceAll(' ', '')) ?? new Uint8Array()

/** Numbers in any width that an item head allows for them. */
const arbitraryArgument = fc.oneof(
  fc.bigInt({ min: 0n, max: 40n }),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
)

function head(major: number, argument: bigint, extra: number): number[] {
  const shortest =
    argument < 24n ? -1 : argument < 256n ? 0 : argument < 65536n ? 1 : argument < 2n ** 32n ? 2 : 3
  const width = Math.min(3, shortest + extra)
  if (width < 0) return [(major << 5) | Number(argument)]
  const bytes = Array.from({ length: 2 ** width }, (_, index) =>
    Number((argument >> BigInt(8 * (2 ** width - 1 - index))) & 255n),
  )
  return [(major << 5) | (24 + width), ...bytes]
}

const extra = fc.integer({ min: 0, max: 4 })
const piece = (major: number) =>
  fc
    .tuple(
      major === 3
        ? fc.string({ unit: 'binary' }).map(text => [...new TextEncoder().encode(text)])
        : fc.array(fc.nat(255)),
      extra,
    )
    .map(([bytes, width]) => [...head(major, BigInt(bytes.length), width), ...bytes])

/** Well-formed CBOR items: every head in every width, indefinite lengths, floats with any bits, duplicate keys. */
const { item: arbitraryCbor } = fc.letrec<{ item: number[] }>(tie => ({
  item: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc
      .tuple(fc.constantFrom(0, 1), arbitraryArgument, extra)
      .map(([major, argument, width]) => head(major, argument, width)),
    piece(2),
    piece(3),
    fc.array(fc.nat(255)).map(bytes => [...head(3, BigInt(bytes.length), 0), ...bytes]),
    fc
      .constantFrom(2, 3)
      .chain(major => fc.array(piece(major)).map(all => [(major << 5) | 31, ...all.flat(), 255])),
    fc
      .tuple(fc.array(tie('item')), extra)
      .map(([all, width]) => [...head(4, BigInt(all.length), width), ...all.flat()]),
    fc.array(tie('item')).map(all => [0x9f, ...all.flat(), 255]),
    fc
      .tuple(fc.array(fc.tuple(tie('item'), tie('item'))), extra)
      .map(([all, width]) => [...head(5, BigInt(all.length), width), ...all.flat(2)]),
    fc.array(fc.tuple(tie('item'), tie('item'))).map(all => [0xbf, ...all.flat(2), 255]),
    fc
      .tuple(arbitraryArgument, extra, tie('item'))
      .map(([tag, width, inner]) => [...head(6, tag, width), ...inner]),
    fc.integer({ min: 0, max: 23 }).map(value => [0xe0 | value]),
    fc.integer({ min: 32, max: 255 }).map(value => [0xf8, value]),
    fc
      .constantFrom(2, 4, 8)
      .chain(size =>
        fc
          .array(fc.nat(255), { minLength: size, maxLength: size })
          .map(bits => [0xf8 + Math.log2(size), ...bits]),
      ),
  ),
}))

describe('readCbor and writeCbor', () => {
  it('DV1 round-trip every well-formed item byte for byte', () => {
    fc.assert(
      fc.property(arbitraryCbor, item => {
        const bytes = Uint8Array.from(item)
        expect(writeCbor(readCbor(bytes, LIMIT))).toEqual(bytes)
      }),
      { numRuns: 500 },
    )
  })

  it('DV1 round-trip any bytes byte for byte, or reject them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), bytes => {
        const text = attempt(() => readCbor(bytes, LIMIT))
        if (text !== undefined) expect(writeCbor(text)).toEqual(bytes)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['1b ffffffffffffffff', '18446744073709551615'],
    ['3b ffffffffffffffff', '-18446744073709551616'],
    ['18 05', '5_0'],
    ['f9 4080', '2.25_1'],
    ['fa 3fc00000', '1.5_2'],
    ['fb 4000000000000000', '2.0'],
    ['f9 8000', '-0.0_1'],
    ['f9 0001', '5.960464477539063e-8_1'],
    ['f9 7e00', 'NaN_1'],
    ['f9 7e01', "float'7e01'"],
    ['f9 fc00', '-Infinity_1'],
    ['9f 01 02 ff', '[_ 1, 2]'],
    ['98 01 05', '[_0 5]'],
    ['5f 41 01 42 0203 ff', "(_ h'01', h'0203')"],
    ['5f ff', "''_"],
    ['7f ff', '""_'],
    ['a2 61 61 01 61 61 02', '{ "a": 1, "a": 2 }'],
    ['a1 07 f5', '{ 7: true }'],
    ['c1 fb 41da577f28100000', '1(1767767200.25)'],
    ['d8 01 00', '1_0(0)'],
    ['61 ff', "text'ff'"],
    ['f7', 'undefined'],
    ['f0', 'simple(16)'],
    ['f8 ff', 'simple(255)'],
    ['01 02', '1,\n2'],
    ['', ''],
  ])('DV1 writes %s as %s', (hex, text) => {
    expect(readCbor(bytesOf(hex), LIMIT)).toBe(text)
    expect(writeCbor(text)).toEqual(bytesOf(hex))
  })

  it.each([
    ['18', 'ends within an item'],
    ['1c', 'an unknown item'],
    ['ff', 'was not begun'],
    ['f8 10', 'needs one'],
    ['5f 61 61 ff', 'not a string of its type'],
    ['9b 7fffffffffffffff 01', 'ends within an item'],
    ['81'.repeat(600), 'nested in more than 500 levels'],
  ])('DV7 rejects %s', (hex, message) => {
    expect(() => readCbor(bytesOf(hex), LIMIT)).toThrow(message)
  })

  it('DV7 stops at the limit of the text', () => {
    expect(() => readCbor(new Uint8Array(10_000), 5000)).toThrow('too large')
    expect(() => readCbor(new Uint8Array(10_000).fill(0x80), 5000)).toThrow('too large')
  })

  it('DV1 encodes JSON values like other encoders', () => {
    expect(writeCbor('{"a": [1, -2, "x", null]} / a comment /')).toEqual(encode({ a: [1, -2, 'x', null] }))
    expect(writeCbor("b64'AQID'  # bytes")).toEqual(encode(Uint8Array.of(1, 2, 3)))
  })

  it.each([
    ['[1, 2', 'Expected "," or "]", found the end'],
    ['{ "a" 1 }', 'Expected ":", found "1"'],
    ['[1,]', 'Expected an item after the comma'],
    ['1 2', 'Expected "," or nothing more'],
    ["h'0'", 'not pairs of hex digits'],
    ['300_0', 'too large for its width'],
    ['18446744073709551616', 'does not fit in 64 bits'],
    ['99999.0_1', 'too large for its width'],
    ['nonsense', 'Expected a value'],
    ['"a', 'This text has no end'],
    ['"\\ud800"', 'half of a surrogate pair'],
    ['(_ h\'00\', "a")', 'all bytes or all text'],
    ['simple(24)', '0 to 19 or 32 to 255'],
    ['[', 'Expected a value, found the end'],
  ])('DV1 reports the position of the problem in %s', (text, message) => {
    expect(() => writeCbor(text)).toThrow(message)
    expect(() => writeCbor(text)).toThrow(NotationError)
  })
})

describe('readMsgpack and writeMsgpack', () => {
  it('DV2 round-trip any bytes byte for byte, or reject them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), bytes => {
        const text = attempt(() => readMsgpack(bytes, LIMIT))
        if (text !== undefined) expect(writeMsgpack(text)).toEqual(bytes)
      }),
      { numRuns: 5000 },
    )
  })

  it('DV2 round-trip the output of an encoder byte for byte', () => {
    const encoder = new Encoder({ useBigInt64: true })
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: false,
          withTypedArray: false,
          maxDepth: 4,
          values: [
            fc.string(),
            fc.integer(),
            fc.double(),
            fc.boolean(),
            fc.constant(null),
            fc.uint8Array(),
            fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
          ],
        }),
        value => {
          const bytes = encoder.encode(value)
          expect(writeMsgpack(readMsgpack(bytes, LIMIT))).toEqual(bytes)
        },
      ),
      { numRuns: 500 },
    )
  })

  it.each([
    ['cc 05', '5_u8'],
    ['d0 05', '5_i8'],
    ['d3 ffffffffffffffff', '-1_i64'],
    ['cf ffffffffffffffff', '18446744073709551615'],
    ['d3 8000000000000000', '-9223372036854775808'],
    ['ff', '-1'],
    ['d0 df', '-33'],
    ['ca 3fc00000', '1.5_f32'],
    ['cb 3ff8000000000000', '1.5'],
    ['ca 7fc00001', "float'7fc00001'"],
    ['d9 01 61', '"a"_8'],
    ['a1 ff', "text'ff'"],
    ['c4 02 0102', "h'0102'"],
    ['c5 0002 0102', "h'0102'_16"],
    ['dc 0001 05', '[_16 5]'],
    ['82 a1 61 01 a1 61 c0', '{ "a": 1, "a": null }'],
    ['d6 ff 00000000', "ext(-1, h'00000000')"],
    ['c7 03 05 010203', "ext(5, h'010203')"],
    ['c7 01 05 01', "ext_8(5, h'01')"],
    ['01 02', '1,\n2'],
  ])('DV2 writes %s as %s', (hex, text) => {
    expect(readMsgpack(bytesOf(hex), LIMIT)).toBe(text)
    expect(writeMsgpack(text)).toEqual(bytesOf(hex))
  })

  it.each([
    ['c1', 'the unused head'],
    ['92 01', 'ends within a value'],
    ['dd ffffffff 01', 'ends within a value'],
    ['91'.repeat(600), 'nested in more than 500 levels'],
  ])('DV7 rejects %s', (hex, message) => {
    expect(() => readMsgpack(bytesOf(hex), LIMIT)).toThrow(message)
  })

  it.each([
    ['5_u7', 'A whole number has the format'],
    ['300_u8', 'does not fit in 8 bits'],
    ['-1_u8', 'does not fit in 8 bits'],
    ['18446744073709551616', 'does not fit in 64 bits'],
    ['1.5_i8', 'A float has the format'],
    ['"a"_4', 'A length has the format _8, _16, _32'],
    ["ext(200, h'')", '-128 to 127'],
    ['undefined', 'Expected a value'],
  ])('DV2 reports the position of the problem in %s', (text, message) => {
    expect(() => writeMsgpack(text)).toThrow(message)
  })
})

function attempt(read: () => string): string | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof StageError) return undefined
    throw error
  }
}
