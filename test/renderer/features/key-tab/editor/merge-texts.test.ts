import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeTexts } from '../../../../../src/renderer/features/key-tab/editor/merge-texts.ts'
import {
  type DecodedText,
  decodeText,
} from '../../../../../src/renderer/features/key-tab/model/text-codec.ts'

function textOf(text: string): DecodedText {
  const decoded = decodeText(new TextEncoder().encode(text))
  if (decoded === undefined) throw new Error('not UTF-8')
  return decoded
}

function merge(base: string, mine: string, theirs: string) {
  const merged = mergeTexts(textOf(base), textOf(mine), textOf(theirs))
  return merged && { text: merged.text.lines.join('\n'), taken: merged.taken, conflicts: merged.conflicts }
}

describe('mergeTexts', () => {
  it('W37 uses changes of only one side', () => {
    expect(merge('1\n2\n3\n4\n5\n', '1\nmine\n3\n4\n5\n', '1\n2\n3\ntheirs\n5\n')).toEqual({
      text: '1\nmine\n3\ntheirs\n5\n',
      taken: 1,
      conflicts: [],
    })
  })

  it('W37 keeps mine if both changed the same lines, and reports those lines', () => {
    expect(merge('1\n2\n3\n', '1\nmine\n3\n', '1\ntheirs\n3\nmore\n')).toEqual({
      text: '1\nmine\n3\nmore\n',
      taken: 1,
      conflicts: [2],
    })
  })

  it('W37 does not merge texts with different line ends', () => {
    expect(merge('1\n2\n', '1\r\n2\r\n', '1\n2\n3\n')).toBeUndefined()
  })

  it('W37 returns the other side if one is unchanged, and equal changes once', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 8 }).map(all => all.join('\n'))
    fc.assert(
      fc.property(lines, lines, (base, other) => {
        expect(merge(base, base, other)).toMatchObject({ text: other, conflicts: [] })
        expect(merge(base, other, base)).toMatchObject({ text: other, taken: 0, conflicts: [] })
        expect(merge(base, other, other)).toMatchObject({ text: other, taken: 0, conflicts: [] })
      }),
    )
  })
})
