import { MergeView } from '@codemirror/merge'
import { EditorState, type Extension, Text } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import type { DecodedText } from '../model/text-codec.ts'
import { editingSetup, viewerSetup } from './editor-setup.ts'
import { currentShape, encodeDocument, lineEndings, shapeOf } from './line-endings.ts'

export interface DiffSide {
  readonly text: DecodedText
  /** The accessible name of this side. */
  readonly label: string
}

/** Two texts side by side. With `onPut` the right one can be edited, and changes can be copied from the left. */
export class DiffView {
  readonly #view: MergeView

  constructor(root: ShadowRoot, left: DiffSide, right: DiffSide, onPut?: () => void) {
    this.#view = new MergeView({
      root,
      parent: root,
      a: { doc: Text.of(left.text.lines), extensions: sideSetup(left, undefined) },
      b: { doc: Text.of(right.text.lines), extensions: sideSetup(right, onPut) },
      collapseUnchanged: { margin: 3, minSize: 6 },
      diffConfig: { scanLimit: 2000, timeout: 500 },
      ...(onPut === undefined ? {} : { revertControls: 'a-to-b', renderRevertControl: takeOverButton }),
    })
  }

  /** The current bytes of the right side. */
  rightBytes(): Uint8Array {
    const { state } = this.#view.b
    return encodeDocument(state.doc, currentShape(state))
  }

  /** Moves the cursor of the right side to the start of a line, from 1. */
  goToRight(line: number): void {
    const { b } = this.#view
    const { from } = b.state.doc.line(Math.max(1, Math.min(line, b.state.doc.lines)))
    b.dispatch({ selection: { anchor: from }, scrollIntoView: true })
    b.focus()
  }

  destroy(): void {
    this.#view.destroy()
  }
}

const diffTheme = EditorView.theme({
  '&.cm-merge-a .cm-changedLine': { backgroundColor: 'var(--danger-background)' },
  '&.cm-merge-b .cm-changedLine': {
    backgroundColor: 'color-mix(in srgb, var(--success) 14%, var(--background))',
  },
  '&.cm-merge-a .cm-changedText': { background: 'color-mix(in srgb, var(--danger) 28%, transparent)' },
  '&.cm-merge-b .cm-changedText': { background: 'color-mix(in srgb, var(--success) 32%, transparent)' },
  '.cm-collapsedLines': { background: 'var(--panel)', color: 'var(--text-dim)' },
})

function sideSetup({ text, label }: DiffSide, onPut: (() => void) | undefined): Extension {
  return [
    viewerSetup(label),
    diffTheme,
    lineEndings(shapeOf(text)),
    onPut === undefined ? EditorState.readOnly.of(true) : editingSetup(onPut),
  ]
}

function takeOverButton(): HTMLElement {
  const button = document.createElement('button')
  button.className = 'take-over'
  button.type = 'button'
  button.textContent = '→'
  button.title = 'Take this change over'
  button.setAttribute('aria-label', 'Take this change over')
  return button
}
