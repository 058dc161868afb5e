import { ChangeSet, Text } from '@codemirror/state'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { minimalChange } from '../../../../../src/renderer/features/key-tab/editor/text-editor.ts'

const texts = fc
  .array(fc.constantFrom('a', 'b', '\n'), { maxLength: 15 })
  .map(parts => Text.of(parts.join('').split('\n')))

describe('minimalChange', () => {
  it('turns one text into the other', () => {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const change = ChangeSet.of(minimalChange(before, after), before.length)
        expect(change.apply(before).toString()).toBe(after.toString())
      }),
    )
  })

  it('does not change common text, so that a cursor there stays', () => {
    const [before, after] = [Text.of(['one', 'two', 'three']), Text.of(['one', '2', 'three'])]
    expect(minimalChange(before, after)).toMatchObject({ from: 4, to: 7 })
  })
})
