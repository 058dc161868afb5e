import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sameStreams } from '../../../../src/core/adapters/sharded/move-key.ts'

it('S3 sameStreams() compares bytes, independent of chunk boundaries', async () => {
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
