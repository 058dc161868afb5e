import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete'
import { defaultKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language'
import { setDiagnostics } from '@codemirror/lint'
import { Annotation, EditorState, StateEffect, StateField, type Transaction } from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  type ViewUpdate,
} from '@codemirror/view'
import { INDENT } from '../json/edit-json.ts'
import type { TextRange } from '../json/json-tree.ts'
import { changeBetween } from '../model/draft.ts'
import type { PlacedProblem } from '../model/problems.ts'
import { editorTheme } from './editor-theme.ts'

interface JsonEditorEvents {
  /** The user changed the text. */
  onType(text: string, cursor: number, group: string | undefined): void
  /** The user moved the cursor without changing the text. */
  onMove(cursor: number): void
}

/** Marks changes made by the page, to distinguish them from typing. */
const fromPage = Annotation.define<true>()

/** A text editor for JSON. It has no undo history: that is part of the draft. */
export class JsonEditor {
  readonly #view: EditorView

  /** @param host Gets a shadow root, which adopts the editor's styles: the page's CSP allows no style elements. */
  constructor(host: HTMLElement, text: string, events: JsonEditorEvents) {
    const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
    this.#view = new EditorView({
      parent: root,
      root,
      state: EditorState.create({ doc: text, extensions: extensions(events) }),
    })
  }

  show(text: string): void {
    const change = changeBetween(this.#view.state.doc.toString(), text)
    if (change === undefined) return
    const { from, removed, inserted } = change
    this.#view.dispatch({
      changes: { from, to: from + removed.length, insert: inserted },
      annotations: fromPage.of(true),
    })
  }

  mark(problems: readonly PlacedProblem[]): void {
    const end = this.#view.state.doc.length
    const marks = problems.map(({ from, to, severity, message }) => ({
      from: Math.min(from, end),
      to: Math.min(to, end),
      severity,
      message,
    }))
    this.#view.dispatch(setDiagnostics(this.#view.state, marks))
  }

  /** @param isRevealed Whether to scroll to the range. */
  highlight(range: TextRange | undefined, isRevealed: boolean): void {
    const end = this.#view.state.doc.length
    const effects = [highlightNode.of(range)]
    const scroll =
      range !== undefined && isRevealed && range.from <= end
        ? [EditorView.scrollIntoView(range.from, { y: 'nearest', yMargin: 40 })]
        : []
    this.#view.dispatch({ effects: [...effects, ...scroll], annotations: fromPage.of(true) })
  }

  goTo(offset: number): void {
    const anchor = Math.min(offset, this.#view.state.doc.length)
    this.#view.focus()
    this.#view.dispatch({
      selection: { anchor },
      effects: EditorView.scrollIntoView(anchor, { y: 'center' }),
      annotations: fromPage.of(true),
    })
  }

  get hasFocus(): boolean {
    return this.#view.hasFocus
  }

  destroy(): void {
    this.#view.destroy()
  }
}

function extensions(events: JsonEditorEvents) {
  return [
    lineNumbers(),
    highlightActiveLineGutter(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of(INDENT),
    bracketMatching(),
    closeBrackets(),
    json(),
    nodeHighlight,
    editorTheme,
    keymap.of([...closeBracketsKeymap, ...defaultKeymap]),
    EditorView.contentAttributes.of({ 'aria-label': 'Stack document', spellcheck: 'false', tabindex: '0' }),
    EditorView.updateListener.of(update => report(update, events)),
  ]
}

function report(update: ViewUpdate, events: JsonEditorEvents): void {
  if (update.transactions.some(transaction => transaction.annotation(fromPage) === true)) return
  const cursor = update.state.selection.main.head
  if (update.docChanged) events.onType(update.state.doc.toString(), cursor, typingGroup(update.transactions))
  else if (update.selectionSet) events.onMove(cursor)
}

const highlightNode = StateEffect.define<TextRange | undefined>()

const line = Decoration.line({ class: 'cm-node' })

/** Highlights the lines of the selected node. */
const nodeHighlight = StateField.define<DecorationSet>({
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

/** The undo group of an edit: consecutive typing, consecutive deletions; undefined for other edits. */
function typingGroup(transactions: readonly Transaction[]): string | undefined {
  const edits = transactions.filter(transaction => transaction.docChanged)
  const [edit] = edits
  if (edit === undefined || edits.length > 1) return undefined
  if (edit.isUserEvent('delete')) return 'text: delete'
  return edit.isUserEvent('input.type') && !addsLine(edit) ? 'text: type' : undefined
}

function addsLine({ changes }: Transaction): boolean {
  let isAdded = false
  changes.iterChanges((_fromA, _toA, _fromB, _toB, inserted) => {
    if (inserted.lines > 1) isAdded = true
  })
  return isAdded
}
