import { history, redo, undo } from '@codemirror/commands'
import { EditorState, Text, type TransactionSpec } from '@codemirror/state'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  currentShape,
  encodeDocument,
  isSameShape,
  lineEndings,
  setShape,
  shapeOf,
} from '../../../../../src/renderer/features/key-tab/editor/line-endings.ts'
import { decodeText } from '../../../../../src/renderer/features/key-tab/model/text-codec.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

function open(text: string): EditorState {
  const decoded = decodeText(utf8(text))!
  return EditorState.create({
    doc: Text.of(decoded.lines),
    extensions: [EditorState.lineSeparator.of('\n'), history(), lineEndings(shapeOf(decoded))],
  })
}

function written(state: EditorState): string {
  const bytes = encodeDocument(state.doc, currentShape(state))
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

function edit(state: EditorState, spec: TransactionSpec): EditorState {
  return state.update(spec).state
}

function run(state: EditorState, command: typeof undo): EditorState {
  let after = state
  command({ state, dispatch: transaction => (after = transaction.state) })
  return after
}

const texts = fc
  .array(fc.constantFrom('a', 'bc', '\n', '\r\n', '\r', 'é'), { maxLength: 30 })
  .map(parts => parts.join(''))
const edits = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(6),
    insert: fc.constantFrom('', 'x', '\n', 'y\nz', '\n\n'),
  }),
  { maxLength: 8 },
)

interface Edit {
  readonly at: number
  readonly length: number
  readonly insert: string
}

function specOf(
  state: EditorState,
  { at, length, insert }: Edit,
): { from: number; to: number; insert: string } {
  const from = Math.floor(at * state.doc.length)
  return { from, to: Math.min(state.doc.length, from + length), insert }
}

/** The same edit on a list of units, each a character or a line break with its ending. */
function editUnits(
  units: string[],
  spec: { from: number; to: number; insert: string },
  ending: string,
): string[] {
  const inserted = spec.insert.split('').map(unit => (unit === '\n' ? ending : unit))
  return units.toSpliced(spec.from, spec.to - spec.from, ...inserted)
}

function unitsOf(text: string): string[] {
  const { lines, exceptions, ending } = decodeText(utf8(text))!
  const units: string[] = []
  for (const [index, line] of lines.entries()) {
    if (index > 0) units.push(exceptions.get(units.length) ?? ending)
    units.push(...line.split(''))
  }
  return units
}

describe('line endings in the editor', () => {
  it('keeps the ending of every unedited line, and gives new lines the most common one', () => {
    fc.assert(
      fc.property(texts, edits, (text, list) => {
        let state = open(text)
        let units = unitsOf(text)
        const { ending } = currentShape(state)
        for (const entry of list) {
          const spec = specOf(state, entry)
          units = editUnits(units, spec, ending)
          state = edit(state, { changes: spec })
        }
        expect(written(state)).toBe(units.join(''))
      }),
      { numRuns: 2000 },
    )
  })

  it('is unedited again after undoing everything, and edited again after redoing it', () => {
    fc.assert(
      fc.property(
        texts,
        edits,
        fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
        (text, list, separate) => {
          const first = open(text)
          let state = first
          for (const [index, entry] of list.entries()) {
            // Edits made in quick succession are joined into one history step; both ways must work.
            const userEvent = separate[index] === true ? `step.${index}` : 'input.type'
            state = edit(state, { changes: specOf(state, entry), userEvent })
          }
          const last = written(state)
          for (let steps = 0; steps <= list.length; steps++) state = run(state, undo)
          expect(written(state)).toBe(text)
          expect(isSameShape(currentShape(state), currentShape(first))).toBe(true)
          for (let steps = 0; steps <= list.length; steps++) state = run(state, redo)
          expect(written(state)).toBe(last)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('restores the old endings when a replacement of the whole text is undone', () => {
    const first = open('a\r\nb\nc\r\n')
    const decoded = decodeText(utf8('\uFEFFa\nb'))!
    const state = edit(first, {
      changes: { from: 0, to: first.doc.length, insert: Text.of(decoded.lines) },
      effects: setShape.of(shapeOf(decoded)),
    })
    expect(written(state)).toBe('\uFEFFa\nb')
    expect(written(run(state, undo))).toBe('a\r\nb\nc\r\n')
  })

  it('does not treat text that replaced a line break as one', () => {
    const state = open('a\nb\r\nc\nd')
    expect(written(edit(state, { changes: { from: 3, to: 4, insert: '--' } }))).toBe('a\nb--c\nd')
    expect(written(edit(state, { changes: { from: 3, to: 4, insert: '\n' } }))).toBe('a\nb\nc\nd')
  })
})
