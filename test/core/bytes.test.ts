import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assertBytes, chunksOf, clampRange, collectBytes, concatBytes } from '../../src/core/bytes.ts'
import { Key } from '../../src/core/key.ts'
import { collect } from '../../src/testkit/suite.ts'

const key = Key.of('a')

describe('bytes', () => {
  it('D34 assertBytes() accepts bytes and iterables, and names the type of anything else', () => {
    for (const value of [new Uint8Array(), Buffer.from('x'), [], new Set()]) assertBytes(value)
    const refusals: readonly [unknown, string][] = [
      ['text', 'string'],
      [null, 'null'],
      [undefined, 'undefined'],
      [1, 'number'],
      [{}, 'object'],
      [new ArrayBuffer(1), 'object'],
    ]
    for (const [value, found] of refusals) {
      const refused = new TypeError(
        `Cannot put: a value is a Uint8Array or an iterable of them, not ${found}`,
      )
      expect(() => {
        assertBytes(value)
      }).toThrow(refused)
    }
  })

  it('D63 collectBytes() joins chunks in a buffer of its own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array()), async chunks => {
        const whole = await collectBytes(chunks, key)
        expect([...whole]).toEqual(chunks.flatMap(chunk => [...chunk]))
        expect([...concatBytes(chunks)]).toEqual([...whole])
        expect(chunks.some(chunk => chunk.buffer === whole.buffer)).toBe(false)
      }),
    )
  })

  it('D63 chunksOf() rejects chunks that are not bytes, and passes on the failure of a source', async () => {
    const texts = chunksOf(['a'] as unknown as Uint8Array[], key, undefined)
    await expect(collect(texts)).rejects.toThrow('Cannot put: a stream yields Uint8Arrays, not string')
    async function* broken(): AsyncIterable<Uint8Array> {
      yield new Uint8Array()
      throw new Error('broken')
    }
    await expect(collectBytes(broken(), key)).rejects.toThrow('broken')
  })

  it('D7 clampRange() limits a range to the value, as slice() does', () => {
    const bound = fc.option(fc.nat(20), { nil: undefined })
    const value = Uint8Array.from({ length: 10 }, (_, index) => index)
    fc.assert(
      fc.property(bound, bound, (start, end) => {
        const range = clampRange({ start, end }, value.length)
        expect([...value.slice(range.start, range.end)]).toEqual([...value.slice(start, end)])
        expect(range.start).toBeLessThanOrEqual(range.end)
      }),
    )
    for (const wrong of [-1, 0.5, Number.NaN])
      expect(() => clampRange({ start: wrong }, 1)).toThrow(RangeError)
  })
})
