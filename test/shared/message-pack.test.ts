import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeMessage, encodeMessage } from '../../src/shared/message-pack.ts'
import { MAX_MESSAGE_BYTES, refuseMalformed } from '../../src/shared/message-pack-shape.ts'

const sendable = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constant(null),
    fc.boolean(),
    fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }),
    fc.double({ noNaN: true }).filter(value => !Object.is(value, -0)),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array(),
    fc.array(tie('value')),
    fc.dictionary(
      fc.string().filter(name => name !== '__proto__'),
      tie('value'),
      { noNullPrototype: true },
    ),
  ),
})).value

describe('encodeMessage, decodeMessage', () => {
  it('carry every value made of JSON and bytes', () => {
    fc.assert(
      fc.property(sendable, value => {
        expect(decodeMessage(encodeMessage(value))).toStrictEqual(value)
      }),
      { numRuns: 500 },
    )
  })

  it('leave out properties that are undefined and make undefined items null', () => {
    expect(decodeMessage(encodeMessage({ a: undefined, b: [undefined, 1] }))).toStrictEqual({ b: [null, 1] })
  })

  it('copy byte values into buffers of exactly their size', () => {
    const packed = encodeMessage({ first: new Uint8Array([1, 2, 3]), list: [new Uint8Array(10).fill(7)] })
    const message = decodeMessage(packed) as { first: Uint8Array; list: Uint8Array[] }
    packed.fill(0xff)
    expect(message).toStrictEqual({ first: new Uint8Array([1, 2, 3]), list: [new Uint8Array(10).fill(7)] })
    expect(message.first.buffer.byteLength).toBe(3)
    expect(message.list[0]!.buffer).not.toBe(message.first.buffer)
  })

  it('do not alias the bytes that are sent', () => {
    const bytes = new Uint8Array([1, 2, 3])
    const packed = encodeMessage(bytes)
    bytes.fill(0)
    expect(decodeMessage(packed)).toStrictEqual(new Uint8Array([1, 2, 3]))
  })

  const cyclic: { self?: unknown } = {}
  cyclic.self = cyclic
  const deep = Array.from({ length: 200 }).reduce<unknown>(inner => [inner], 1)
  it.each([
    ['a cycle', cyclic],
    ['a value nested too deep', deep],
    ['a function', { f: () => 1 }],
    ['a big integer', { n: 1n }],
    ['a symbol', Symbol('s')],
    ['a key that no decoder accepts', JSON.parse('{"a":{"__proto__":1}}')],
    ['bytes beyond the limit', new Uint8Array(MAX_MESSAGE_BYTES + 1)],
    ['text that is beyond the limit in UTF-8', 'ä'.repeat(MAX_MESSAGE_BYTES / 2 + 1)],
  ])('refuse to send %s', (_what, message) => {
    expect(() => encodeMessage(message)).toThrow(/^Cannot send a message: /)
  })
})

describe('decodeMessage', () => {
  it.each([
    ['nothing', []],
    ['an unknown header', [0xc1]],
    ['a truncated text', [0xa5, 0x61]],
    ['a truncated length', [0xdb, 0, 0]],
    ['a truncated number', [0xcf, 0, 0]],
    ['trailing bytes', [0xc0, 0xc0]],
    ['a list that claims four billion items', [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ['a map that claims four billion items', [0xdf, 0xff, 0xff, 0xff, 0xff]],
    ['bytes that claim four billion', [0xc6, 0xff, 0xff, 0xff, 0xff]],
    ['lists nested beyond the limit', [...Array.from({ length: 200 }, () => 0x91), 0xc0]],
  ])('refuses %s', (_what, bytes) => {
    expect(() => decodeMessage(Uint8Array.from(bytes))).toThrow(/^Cannot read a message: /)
  })

  it('allocates no memory for items that a message only claims', () => {
    // Each header claims a list as long as the message. A decoder that trusted them would allocate gigabytes.
    const claims = new Uint8Array(100_000)
    for (let offset = 0; offset + 5 <= claims.length; offset += 5) {
      claims.set([0xdd, 0, 1, 0, 0], offset)
    }
    const before = process.memoryUsage().rss
    expect(() => decodeMessage(claims)).toThrow(RangeError)
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000)
  })

  it('answers random bytes with a value or a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
        try {
          decodeMessage(bytes)
        } catch (error) {
          expect(['RangeError', 'DecodeError']).toContain((error as Error).name)
        }
      }),
      { numRuns: 5000 },
    )
  })

  it('accepts a message only if it is exactly one whole value', () => {
    fc.assert(
      fc.property(sendable, fc.nat(), (value, at) => {
        const packed = encodeMessage(value)
        expect(() => refuseMalformed(packed)).not.toThrow()
        const cut = packed.slice(0, at % packed.length)
        expect(() => refuseMalformed(cut)).toThrow(RangeError)
      }),
    )
  })
})
