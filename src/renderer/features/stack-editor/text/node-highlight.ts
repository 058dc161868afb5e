import { StateEffect, StateField } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view'

export interface TextRange {
  readonly from: number
  readonly to: number
}

export const highlightNode = StateEffect.define<TextRange | undefined>()

const line = Decoration.line({ class: 'cm-node' })

/** Tints the lines of the selected node. */
export const nodeHighlight = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(lines, transaction) {
    const effect = transaction.effects.findLast(candidate => candidate.is(highlightNode))
    if (effect === undefined) return lines.map(transaction.changes)
    const range = effect.value
    if (range === undefined) return Decoration.none
    const { doc } = transaction.state
    const last = doc.lineAt(Math.min(range.to, doc.length)).number
    const starts: number[] = []
    for (let number = doc.lineAt(Math.min(range.from, doc.length)).number; number <= last; number++) {
      starts.push(doc.line(number).from)
    }
    return Decoration.set(starts.map(from => line.range(from)))
  },
  provide: field => EditorView.decorations.from(field),
})
