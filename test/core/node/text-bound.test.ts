import fc from 'fast-check'
import { expect, it } from 'vitest'
import { firstTextFrom, textOf } from '../../../src/core/node/text-bound.ts'

/** Characters at the limits of each length of UTF-8. */
const EDGES = [1, 2, 0x20, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff]
const texts = fc
  .array(fc.constantFrom(...EDGES), { maxLength: 4 })
  .map(points => String.fromCodePoint(...points))
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 6 }),
  fc
    .tuple(
      texts,
      fc.array(fc.constantFrom(0, 0x7f, 0x80, 0xa0, 0xbf, 0xc2, 0xed, 0xef, 0xf4, 0xff), { maxLength: 4 }),
    )
    .map(([text, rest]) => Buffer.from([...Buffer.from(text), ...rest])),
)

it('E60 the texts from a bound of any bytes on are the texts from its first text on', () => {
  fc.assert(
    fc.property(bytes, texts, (bound, text) => {
      const first = firstTextFrom(bound)
      if (first !== undefined) expect(textOf(Buffer.from(first))).toBe(first)
      const isFrom = Buffer.compare(Buffer.from(text), bound) >= 0
      const isFromText = first !== undefined && Buffer.compare(Buffer.from(text), Buffer.from(first)) >= 0
      expect(isFromText).toBe(isFrom)
    }),
    { numRuns: 5000 },
  )
})
