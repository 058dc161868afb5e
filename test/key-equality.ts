import { expect } from 'vitest'
import { Key } from '../src/core/key.ts'

// The fields of a key are private, so `toMatchObject({ key })` would take a key for an object that asks for nothing, and
// pass without one.
expect.addEqualityTesters([
  (a: unknown, b: unknown) => {
    if (!(a instanceof Key) && !(b instanceof Key)) return undefined
    return a instanceof Key && b instanceof Key && a.equals(b)
  },
])
