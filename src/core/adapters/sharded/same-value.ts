/**
 * Whether two values say the same: bytes one by one, plain objects, lists, maps and sets by what is in them, dates by
 * their time. Anything else only when it is the same thing, so that what is not understood is never taken for equal.
 */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && sameBytes(a, b)
  }
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  if (a instanceof Date) return a.getTime() === (b as Date).getTime()
  if (a instanceof Map || a instanceof Set) return sameValue([...a], [...(b as typeof a)])
  if (!Array.isArray(a) && !isPlain(a)) return false
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  const names = Object.keys(left)
  return (
    names.length === Object.keys(right).length &&
    names.every(name => Object.hasOwn(right, name) && sameValue(left[name], right[name]))
  )
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}

/** Whether two streams have the same bytes, however they are cut into chunks. Holds a chunk of each. */
export async function sameStreams(
  a: AsyncIterable<Uint8Array>,
  b: AsyncIterable<Uint8Array>,
): Promise<boolean> {
  const other = b[Symbol.asyncIterator]()
  let left: Uint8Array = new Uint8Array()
  try {
    for await (const chunk of a) {
      for (let offset = 0; offset < chunk.length; ) {
        while (left.length === 0) {
          const next = await other.next()
          if (next.done === true) return false
          left = next.value
        }
        const length = Math.min(left.length, chunk.length - offset)
        if (!sameBytes(left.subarray(0, length), chunk.subarray(offset, offset + length))) return false
        left = left.subarray(length)
        offset += length
      }
    }
    while (left.length === 0) {
      const next = await other.next()
      if (next.done === true) return true
      left = next.value
    }
    return false
  } finally {
    await other.return?.()
  }
}
