import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ByteChange,
  byteChanges,
} from '../../../../../src/renderer/features/key-tab/editor/review-panel.tsx'

const bytes = fc.array(fc.constantFrom(0, 1, 2), { maxLength: 30 }).map(list => Uint8Array.from(list))

function apply(before: Uint8Array, changes: readonly ByteChange[]): number[] {
  const result = Array.from(before)
  for (const { offset, before: old, after } of changes.toReversed())
    result.splice(offset, old.length, ...after)
  return result
}

describe('byteChanges', () => {
  it('lists changes that turn one value into the other', () => {
    fc.assert(
      fc.property(bytes, bytes, (before, after) => {
        expect(apply(before, byteChanges(before, after, 100))).toEqual(Array.from(after))
      }),
    )
  })

  it('lists separate runs if the size is equal, merges near ones, and lists no more than requested', () => {
    const before = new Uint8Array(40)
    const after = before.slice()
    for (const at of [2, 4, 20, 30]) after[at] = 1
    expect(byteChanges(before, after, 10).map(change => [change.offset, change.after.length])).toEqual([
      [2, 3],
      [20, 1],
      [30, 1],
    ])
    expect(byteChanges(before, after, 2)).toHaveLength(2)
  })
})
