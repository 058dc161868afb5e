import { expect } from 'vitest'
import { Key } from '../src/core/key.ts'

// A key has only private fields, so `toMatchObject({ key })` would treat it as an object without properties, which
// matches any value, even `undefined`.
expect.addEqualityTesters([
  (a: unknown, b: unknown) => {
    if (!(a instanceof Key) && !(b instanceof Key)) return undefined
    return a instanceof Key && b instanceof Key && a.equals(b)
  },
])
