import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sameStreams, sameValue } from '../../../../src/core/adapters/sharded/same-value.ts'

const anyValue = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withTypedArray: false,
})

it('S3 sameValue() says that a copy is the same, and of two values what Node says of them', () => {
  fc.assert(
    fc.property(anyValue, anyValue, (a, b) => {
      expect(sameValue(a, structuredClone(a))).toBe(isDeepStrictEqual(a, structuredClone(a)))
      if (sameValue(a, b)) expect(isDeepStrictEqual(a, b)).toBe(true)
    }),
  )
})

it('S3 sameValue() tells bytes, lists, dates and objects of a class apart', () => {
  class Point {
    readonly x = 1
  }
  for (const [a, b] of [
    [Uint8Array.of(1, 2), Uint8Array.of(1, 3)],
    [Uint8Array.of(1), Uint8Array.of(1, 0)],
    [Uint8Array.of(1), [1]],
    [[1, 2], [1]],
    [{ a: 1 }, { a: 1, b: undefined }],
    [{ a: 1 }, { b: 1 }],
    [new Date(0), new Date(1)],
    [new Point(), new Point()],
    [0, '0'],
    [null, {}],
  ]) {
    expect(sameValue(a, b)).toBe(false)
  }
  expect(sameValue(Buffer.from([1, 2]), Uint8Array.of(1, 2))).toBe(true)
})

it('S3 sameStreams() compares bytes, however they are cut', async () => {
  const cut = fc.array(fc.uint8Array({ maxLength: 5 }), { maxLength: 6 })
  async function* stream(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
    yield* chunks
  }
  await fc.assert(
    fc.asyncProperty(cut, cut, fc.nat(7), async (a, b, size) => {
      const isSame = Buffer.compare(Buffer.concat(a), Buffer.concat(b)) === 0
      expect(await sameStreams(stream(a), stream(b))).toBe(isSame)
      const whole = Buffer.concat(a)
      const recut: Uint8Array[] = []
      for (let at = 0; at < whole.length; at += size + 1) recut.push(whole.subarray(at, at + size + 1))
      expect(await sameStreams(stream(a), stream(recut))).toBe(true)
    }),
  )
})
