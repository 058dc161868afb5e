import type { Limits } from '../core/capabilities.ts'
import { Key } from '../core/key.ts'
import { expect } from './expect.ts'
import { noise } from './samples.ts'
import { expectFailure, type Suite, walkKeys } from './suite.ts'

/** Limits longer than this are not tested. */
const LONGEST_VALUE = 16 * 1024 * 1024

const kept = Key.of('k')

/**
 * A key or value of exactly the maximum size is stored. A longer one is refused with an error that names it,
 * and changes nothing.
 */
export function describeLimits<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  const { limits, batch } = suite.capabilities
  const { keyBytes, segmentBytes, valueBytes, batch: operations } = limits

  const refusesKey = async (fits: Key, long: Key) => {
    const store = await suite.open()
    await store.put(fits, suite.value(1))
    await store.rename(fits, kept)
    await store.rename(kept, fits)
    await expectFailure(store.put(long, suite.value(2)), 'KEY_INVALID', long)
    await expectFailure(store.rename(fits, long), 'KEY_INVALID', long)
    await expectFailure(
      store.batch().put(kept, suite.value(2)).put(long, suite.value(2)).commit(),
      'KEY_INVALID',
    )
    expect(await store.get(fits)).toEqual(suite.value(1))
    expect(await store.has(long)).toBe(false)
    expect(await walkKeys(store)).toEqual([fits.toString()])
  }

  describe('limits', () => {
    if (keyBytes !== undefined) {
      it('D45 limits.keyBytes: a key of exactly this size is stored, a longer one is KEY_INVALID', async () => {
        await refusesKey(keyOfBytes(keyBytes, limits), keyOfBytes(keyBytes + 1, limits))
      })
    }

    if (segmentBytes !== undefined) {
      it('D45 limits.segmentBytes: a segment of exactly this size is stored, a longer one is KEY_INVALID', async () => {
        await refusesKey(Key.of(textOfBytes(segmentBytes)), Key.of(textOfBytes(segmentBytes + 1)))
      })
    }

    if (valueBytes !== undefined && valueBytes <= LONGEST_VALUE && suite.isBinary) {
      it('D45 limits.valueBytes: a value of exactly this size is stored, a longer one is VALUE_INVALID', async () => {
        const store = await suite.open()
        const [fits, long] = [noise(valueBytes), noise(valueBytes + 1)]
        const halves = (bytes: Uint8Array) => [
          bytes.subarray(0, bytes.length / 2),
          bytes.subarray(bytes.length / 2),
        ]
        await store.put(kept, halves(fits) as V)
        await store.put(kept, fits as V)
        for (const value of [long, halves(long)])
          await expectFailure(store.put(kept, value as V), 'VALUE_INVALID', kept)
        await expectFailure(
          store
            .batch()
            .put(Key.of('b'), long as V)
            .commit(),
          'VALUE_INVALID',
          Key.of('b'),
        )
        expect(Buffer.compare((await store.get(kept)) as Uint8Array, fits)).toBe(0)
        expect(await walkKeys(store)).toEqual([kept.toString()])
      })
    }

    if (operations !== undefined && batch === 'atomic') {
      it('D46 limits.batch: a batch of exactly this many operations is applied, a longer one is UNSUPPORTED', async () => {
        const store = await suite.open()
        const longer = store.batch()
        for (let index = 0; index <= operations; index++) longer.put(Key.of(`k${index}`), suite.value(index))
        await expectFailure(longer.commit(), 'UNSUPPORTED')
        expect(await walkKeys(store)).toEqual([])
        const fits = store.batch()
        for (let index = 0; index < operations; index++) fits.put(Key.of(`k${index}`), suite.value(index))
        await fits.commit()
        expect(await walkKeys(store)).toHaveLength(operations)
      })
    } else {
      it('D46 limits.batch: a long batch is applied if there is no limit', async () => {
        const store = await suite.openWith('/k49')
        const batch = store.batch()
        for (let index = 0; index < 100; index++) batch.put(Key.of(`k${index % 50}`), suite.value(index))
        await batch.delete(Key.of('k49')).commit()
        expect(await walkKeys(store)).toHaveLength(49)
        expect(await store.get(Key.of('k7'))).toEqual(suite.value(57))
      })
    }
  })
}

/** A key whose text has this many bytes. */
function keyOfBytes(size: number, { segmentBytes = 100 }: Limits): Key {
  const longest = Math.min(segmentBytes, 100)
  const segments: string[] = []
  for (let left = size; left > 0; ) {
    // Each segment takes one more byte for its slash, so a remainder of one byte cannot be filled.
    let length = Math.min(longest, left - 1)
    if (left - length - 1 === 1) length--
    segments.push(textOfBytes(length))
    left -= length + 1
  }
  return Key.of(...segments)
}

/** A text of this many UTF-8 bytes, including multi-byte characters. */
function textOfBytes(size: number): string {
  return size >= 4 ? `${'x'.repeat(size - 2)}é` : 'x'.repeat(size)
}
