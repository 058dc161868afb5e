import { isolateHistory } from '@codemirror/commands'
import {
  type Annotation,
  type ChangeSpec,
  Compartment,
  EditorState,
  type Extension,
  Text,
  Transaction,
} from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { format } from 'jsonc-parser'
import { findJsonProblem } from '../../../../core/values/json-check.ts'
import { equalBytes } from '../hex/byte-edits.ts'
import type { Capture, ValueEditor } from '../model/document.ts'
import { decodeLossy, decodeText } from '../model/text-codec.ts'
import { editingSetup, fullHeight, viewerSetup } from './editor-setup.ts'
import { currentShape, encodeDocument, isSameShape, lineEndings, setShape, shapeOf } from './line-endings.ts'

interface TextEditorOptions {
  readonly root: ShadowRoot
  readonly label: string
  /** False for a part of a text, whose first line is not line 1. */
  readonly hasLineNumbers?: boolean
  /** The bytes to show first. */
  readonly initial: Uint8Array
  /** The bytes that count as unedited. */
  readonly base: Uint8Array
  readonly onEdit: () => void
  /** Called on Ctrl/Cmd+S. */
  readonly onPut: () => void
}

interface Unedited {
  readonly bytes: Uint8Array
  /** The state with these bytes; absent if they are not UTF-8. */
  readonly state: EditorState | undefined
}

/** Edits bytes as UTF-8 text. Bytes that are not UTF-8 are shown read-only and kept unchanged. */
export class TextEditor implements ValueEditor {
  readonly #view: EditorView
  readonly #language = new Compartment()
  readonly #access = new Compartment()
  readonly #wrap = new Compartment()
  #isReadOnly = true
  #base: Unedited
  /** The shown bytes if they are not UTF-8. */
  #opaque: Uint8Array | undefined

  constructor({ root, label, hasLineNumbers = true, initial, base, onEdit, onPut }: TextEditorOptions) {
    const decoded = decodeText(base)
    const state = EditorState.create({
      doc: Text.of((decoded ?? decodeLossy(base)).lines),
      extensions: [
        viewerSetup(label, hasLineNumbers),
        fullHeight,
        editingSetup(onPut),
        lineEndings(shapeOf(decoded ?? decodeLossy(base))),
        this.#language.of([]),
        this.#wrap.of([]),
        this.#access.of(EditorState.readOnly.of(true)),
        EditorView.updateListener.of(update => {
          if (update.docChanged) onEdit()
        }),
      ],
    })
    this.#view = new EditorView({ state, root, parent: root })
    this.#opaque = decoded === undefined ? base : undefined
    this.#base = { bytes: base, state: decoded === undefined ? undefined : state }
    if (initial !== base) this.#replace(initial, [Transaction.addToHistory.of(false)])
  }

  bytes(): Uint8Array {
    const { state } = this.#view
    return this.#opaque ?? encodeDocument(state.doc, currentShape(state))
  }

  isDirty(): boolean {
    if (this.#opaque !== undefined) return !equalBytes(this.#opaque, this.#base.bytes)
    return this.#base.state === undefined || !isSameText(this.#view.state, this.#base.state)
  }

  capture(): Capture {
    const bytes = this.bytes()
    const state = this.#opaque === undefined ? this.#view.state : undefined
    return {
      bytes,
      adopt: () => {
        this.#base = { bytes, state }
      },
    }
  }

  show(bytes: Uint8Array): void {
    // A separate undo step, even directly after typing.
    this.#replace(bytes, [isolateHistory.of('full')])
  }

  rebase(bytes: Uint8Array): void {
    this.#replace(bytes, [Transaction.addToHistory.of(false)])
    this.#base = { bytes, state: this.#opaque === undefined ? this.#view.state : undefined }
  }

  focus(): void {
    this.#view.focus()
  }

  /**
   * Moves the cursor there and scrolls to it.
   * @param line, column From 1.
   */
  goTo(line: number, column: number): void {
    const { doc } = this.#view.state
    const at = doc.line(Math.max(1, Math.min(line, doc.lines)))
    this.#view.dispatch({
      selection: { anchor: Math.min(at.to, at.from + column - 1) },
      scrollIntoView: true,
    })
    this.#view.focus()
  }

  scrollToStart(): void {
    this.#view.dispatch({ selection: { anchor: 0 }, effects: EditorView.scrollIntoView(0, { y: 'start' }) })
  }

  setLanguage(support: Extension): void {
    this.#view.dispatch({ effects: this.#language.reconfigure(support) })
  }

  setWrapped(isWrapped: boolean): void {
    this.#view.dispatch({ effects: this.#wrap.reconfigure(isWrapped ? EditorView.lineWrapping : []) })
  }

  /** Formats JSON, as one step of the undo. */
  format(): boolean {
    const { state } = this.#view
    const text = state.readOnly ? undefined : formatJson(state.doc.toString())
    if (text === undefined) return false
    const changes = minimalChange(state.doc, Text.of(text.split('\n')))
    this.#view.dispatch({ changes, annotations: isolateHistory.of('full') })
    return true
  }

  setReadOnly(isReadOnly: boolean): void {
    this.#isReadOnly = isReadOnly
    const isLocked = isReadOnly || this.#opaque !== undefined
    this.#view.dispatch({ effects: this.#access.reconfigure(EditorState.readOnly.of(isLocked)) })
  }

  destroy(): void {
    this.#view.destroy()
  }

  #replace(bytes: Uint8Array, annotations: readonly Annotation<unknown>[]): void {
    const decoded = decodeText(bytes)
    this.#opaque = decoded === undefined ? bytes : undefined
    const text = decoded ?? decodeLossy(bytes)
    this.#view.dispatch({
      changes: minimalChange(this.#view.state.doc, Text.of(text.lines)),
      effects: setShape.of(shapeOf(text)),
      annotations,
    })
    this.setReadOnly(this.#isReadOnly)
  }
}

function isSameText(a: EditorState, b: EditorState): boolean {
  if (a.doc !== b.doc && !a.doc.eq(b.doc)) return false
  const [left, right] = [currentShape(a), currentShape(b)]
  if (isSameShape(left, right)) return true
  // Two shapes with different dominant endings can still encode to the same bytes.
  if (left.hasBom !== right.hasBom || left.ending === right.ending) return false
  return equalBytes(encodeDocument(a.doc, left), encodeDocument(b.doc, right))
}

/** The smallest single change from `before` to `after`. */
export function minimalChange(before: Text, after: Text): ChangeSpec {
  const [old, next] = [before.toString(), after.toString()]
  const limit = Math.min(old.length, next.length)
  let start = 0
  while (start < limit && old.charCodeAt(start) === next.charCodeAt(start)) start += 1
  let tail = 0
  while (
    tail < limit - start &&
    old.charCodeAt(old.length - 1 - tail) === next.charCodeAt(next.length - 1 - tail)
  ) {
    tail += 1
  }
  return { from: start, to: old.length - tail, insert: after.slice(start, next.length - tail) }
}

/**
 * A JSON text with each member and element on its own line. Only white space changes: numbers and strings stay as they
 * are written.
 * @returns `undefined` for a text that is not JSON.
 */
function formatJson(text: string): string | undefined {
  if (findJsonProblem(text) !== undefined) return undefined
  const options = { tabSize: 2, insertSpaces: true, eol: '\n', insertFinalNewline: text.endsWith('\n') }
  const parts: string[] = []
  let end = 0
  // Joined here and not by the editor, to which each edit is an object: a large value has hundreds of thousands.
  for (const { offset, length, content } of format(text, undefined, options)) {
    parts.push(text.slice(end, offset), content)
    end = offset + length
  }
  return parts.join('') + text.slice(end)
}
