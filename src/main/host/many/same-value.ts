import type { BinaryDatastore } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'

/** Whether two values have the same bytes. */
export async function isSame(
  a: BinaryDatastore,
  keyA: Key,
  b: BinaryDatastore,
  keyB: Key,
  sizeA: number,
  sizeB: number,
): Promise<boolean> {
  if (sizeA !== sizeB) return false
  const [left, right] = [a, b].map((store, index) =>
    store.getStream(index === 0 ? keyA : keyB, { fresh: true })[Symbol.asyncIterator](),
  ) as [AsyncIterator<Uint8Array>, AsyncIterator<Uint8Array>]
  let [x, y] = [Buffer.alloc(0), Buffer.alloc(0)]
  try {
    for (;;) {
      while (x.length === 0) {
        const next = await left.next()
        if (next.done === true) return y.length === 0 && (await right.next()).done === true
        x = Buffer.from(next.value)
      }
      while (y.length === 0) {
        const next = await right.next()
        if (next.done === true) return false
        y = Buffer.from(next.value)
      }
      const length = Math.min(x.length, y.length)
      if (x.compare(y, 0, length, 0, length) !== 0) return false
      x = x.subarray(length)
      y = y.subarray(length)
    }
  } finally {
    await left.return?.()
    await right.return?.()
  }
}
