import { type EditorState, StateEffect, StateField } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view'
import { type FindQuery, type Found, findMatches, NOTHING_FOUND } from './find-matches.ts'

export interface FindState extends Found {
  readonly isOpen: boolean
  readonly query: FindQuery
}

const CLOSED: FindState = {
  isOpen: false,
  query: { text: '', isCase: false, isWord: false, isRegexp: false },
  ...NOTHING_FOUND,
}

const changeFind = StateEffect.define<Partial<Pick<FindState, 'isOpen' | 'query'>>>()

export const findField = StateField.define<FindState>({
  create: () => CLOSED,
  update(before, transaction) {
    let state = before
    for (const effect of transaction.effects) if (effect.is(changeFind)) state = { ...state, ...effect.value }
    if (!state.isOpen) return state === before ? before : { ...state, ...NOTHING_FOUND }
    if (state === before && !transaction.docChanged) return before
    return { isOpen: true, query: state.query, ...findMatches(transaction.newDoc.toString(), state.query) }
  },
  provide: field => EditorView.decorations.from(field, marksOf),
})

const mark = Decoration.mark({ class: 'cm-searchMatch' })

function marksOf({ matches }: FindState): DecorationSet {
  return Decoration.set(matches.map(({ from, to }) => mark.range(from, to)))
}

export function findState(state: EditorState): FindState {
  return state.field(findField)
}

/** Looks for something else. The selection goes to the first match from where it is. */
export function find(view: EditorView, change: Partial<FindQuery>): void {
  const query = { ...findState(view.state).query, ...change }
  view.dispatch({ effects: changeFind.of({ query }) })
  const { from } = view.state.selection.main
  const { matches } = findState(view.state)
  select(view, matches.find(match => match.from >= from) ?? matches[0])
}

/** Opens the bar with the selected text, or focuses it. */
export function openFind(view: EditorView): boolean {
  const { main } = view.state.selection
  const selected = view.state.sliceDoc(main.from, Math.min(main.to, main.from + 200))
  const before = findState(view.state).query
  const query =
    selected === '' || selected.includes('\n') ? before : { ...before, text: selected, isRegexp: false }
  view.dispatch({ effects: changeFind.of({ isOpen: true, query }) })
  const field = view.dom.querySelector<HTMLInputElement>('.find-text')
  field?.focus()
  field?.select()
  return true
}

export function closeFind(view: EditorView): boolean {
  if (!findState(view.state).isOpen) return false
  view.dispatch({ effects: changeFind.of({ isOpen: false }) })
  view.focus()
  return true
}

export function findNext(view: EditorView): boolean {
  return step(view, (matches, { to }) => matches.find(match => match.from >= to) ?? matches[0])
}

export function findPrevious(view: EditorView): boolean {
  return step(view, (matches, { from }) => matches.findLast(match => match.to <= from) ?? matches.at(-1))
}

type Choice = (
  matches: FindState['matches'],
  selected: { readonly from: number; readonly to: number },
) => FindState['matches'][number] | undefined

function step(view: EditorView, choose: Choice): boolean {
  const { isOpen, matches } = findState(view.state)
  if (!isOpen) return openFind(view)
  select(view, choose(matches, view.state.selection.main))
  return true
}

function select(view: EditorView, match: FindState['matches'][number] | undefined): void {
  if (match === undefined) return
  view.dispatch({
    selection: { anchor: match.from, head: match.to },
    effects: EditorView.scrollIntoView(match.from, { y: 'center' }),
  })
}

/** The number of the match that is selected, from 1; `undefined` if none is. */
export function selectedMatch(state: EditorState): number | undefined {
  const { from, to } = state.selection.main
  const index = findState(state).matches.findIndex(match => match.from === from && match.to === to)
  return index < 0 ? undefined : index + 1
}

/** Replaces the selected match and goes to the next one; selects one first where none is. */
export function replaceMatch(view: EditorView, text: string): void {
  const number = selectedMatch(view.state)
  if (number !== undefined && !view.state.readOnly) {
    const { from, to } = view.state.selection.main
    view.dispatch({
      changes: { from, to, insert: text },
      selection: { anchor: from + text.length },
      userEvent: 'input.replace',
    })
  }
  findNext(view)
}

/** Replaces every match, as one step of the undo. */
export function replaceAll(view: EditorView, text: string): void {
  if (view.state.readOnly) return
  const changes = findState(view.state).matches.map(({ from, to }) => ({ from, to, insert: text }))
  if (changes.length > 0) view.dispatch({ changes, userEvent: 'input.replace.all' })
}
