import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  applyChange,
  changeBetween,
  type Draft,
  editDraft,
  endGroup,
  invertChange,
  openDraft,
  readFileText,
  redo,
  undo,
  writeFileText,
} from '../../../../../src/renderer/features/stack-editor/model/draft.ts'

const text = fc.oneof(fc.string({ maxLength: 12 }), fc.json({ maxDepth: 1 }))

describe('draft', () => {
  it('X1 a change turns one text into the other, and its inverse turns it back', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const change = changeBetween(before, after)
        if (change === undefined) {
          expect(after).toBe(before)
          return
        }
        expect(applyChange(before, change)).toBe(after)
        expect(applyChange(after, invertChange(change))).toBe(before)
      }),
    )
  })

  it('X1 undo() steps back through every text, redo() forward again', () => {
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 8 }), (first, texts) => {
        const seen = [first]
        let draft = openDraft(first)
        for (const next of texts) {
          draft = editDraft(draft, { text: next, at: 0 })
          if (next !== seen.at(-1)) seen.push(next)
        }
        for (const expected of seen.slice(0, -1).reverse()) expect((draft = undo(draft)).text).toBe(expected)
        expect(undo(draft)).toBe(draft)
        for (const expected of seen.slice(1)) expect((draft = redo(draft)).text).toBe(expected)
        expect(redo(draft)).toBe(draft)
      }),
    )
  })

  it('X1 after any edits, the last valid text is the current one unless that is not JSON', () => {
    const step = fc.oneof(text, fc.constantFrom('undo', 'redo'))
    fc.assert(
      fc.property(fc.array(step), steps => {
        let draft = openDraft('{}')
        for (const next of steps) {
          draft =
            next === 'undo'
              ? undo(draft)
              : next === 'redo'
                ? redo(draft)
                : editDraft(draft, { text: next, at: 0 })
          expect(draft.error === undefined).toBe(isJson(draft.text))
          if (draft.error === undefined) expect(draft.valid?.text).toBe(draft.text)
          else expect(isJson(draft.valid?.text ?? '')).toBe(true)
        }
      }),
    )
  })

  it('X1 typing in one place is undone as one step, until a pause or an edit elsewhere', () => {
    const type = (draft: Draft, next: string, at: number) =>
      editDraft(draft, { text: next, group: 'path', at })
    const typed = type(type(type(openDraft('""'), '"a"', 0), '"ab"', 100), '"abc"', 200)
    expect(undo(typed).text).toBe('""')
    expect(undo(type(typed, '"abcd"', 9000)).text).toBe('"abc"')
    expect(undo(type(endGroup(typed), '"abcd"', 300)).text).toBe('"abc"')
    expect(undo(editDraft(typed, { text: '"x"', group: 'other', at: 250 })).text).toBe('"abc"')
  })

  it('X1 typing something and deleting it leaves nothing to undo', () => {
    const typed = editDraft(openDraft('"a"'), { text: '"ab"', group: 'path', at: 0 })
    expect(editDraft(typed, { text: '"a"', group: 'path', at: 1 }).past).toEqual([])
  })

  it('X1 an edit after undo() clears the redo steps', () => {
    const undone = undo(editDraft(openDraft('1'), { text: '2', at: 0 }))
    expect(redo(editDraft(undone, { text: '3', at: 1 })).text).toBe('3')
  })

  it('X1 undo() restores the selection before the edit, redo() the one after it', () => {
    const edited = editDraft(openDraft('{}'), { text: '{ }', select: ['root', 'tiers', 0], at: 0 })
    expect(undo(edited).selected).toEqual(['root'])
    expect(redo(undo(edited)).selected).toEqual(['root', 'tiers', 0])
  })
})

function isJson(candidate: string): boolean {
  try {
    JSON.parse(candidate)
    return true
  } catch {
    return false
  }
}

describe('file-form', () => {
  it('X1 a file saved without an edit stays unchanged, byte order mark and line ends included', () => {
    const line = fc.string().map(text => text.replaceAll(/[\r\n]/g, ''))
    fc.assert(
      fc.property(fc.boolean(), fc.constantFrom('\n', '\r\n'), fc.array(line), (hasMark, lineEnd, lines) => {
        const file = (hasMark ? '\uFEFF' : '') + lines.map(text => text.replace(/^\uFEFF+/, '')).join(lineEnd)
        const { text, form } = readFileText(file)
        expect(text).not.toContain('\r')
        expect(writeFileText(text, form)).toBe(file)
      }),
    )
  })
})
