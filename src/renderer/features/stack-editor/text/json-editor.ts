import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete'
import { defaultKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language'
import { setDiagnostics } from '@codemirror/lint'
import { Annotation, EditorState } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  type ViewUpdate,
} from '@codemirror/view'
import { INDENT } from '../json/print-json.ts'
import type { PlacedProblem } from '../model/problem-places.ts'
import { changeBetween } from '../model/text-change.ts'
import { editorTheme } from './editor-theme.ts'
import { highlightNode, nodeHighlight, type TextRange } from './node-highlight.ts'
import { typingGroup } from './typing-group.ts'

export interface JsonEditorEvents {
  /** The person changed the text. */
  onType(text: string, cursor: number, group: string | undefined): void
  /** The person moved the cursor without changing the text. */
  onMove(cursor: number): void
}

/** Marks what the page itself does to the text, so that it is not taken for typing. */
const fromPage = Annotation.define<true>()

/** A text editor for JSON. It has no history of its own: undo belongs to the draft. */
export class JsonEditor {
  readonly #view: EditorView

  /** @param host Its styles are adopted by a shadow root of its own, so that the page needs no style element. */
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

  /** @param isRevealed Also scrolls there, unless the person is typing here. */
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
