import { type EditorView, type Panel, runScopeHandlers, type ViewUpdate } from '@codemirror/view'
import { type FindQuery, loadExpressions } from './find-matches.ts'
import {
  closeFind,
  find,
  findNext,
  findPrevious,
  findState,
  replaceAll,
  replaceMatch,
  selectedMatch,
} from './find-state.ts'

type Choice = 'isCase' | 'isWord' | 'isRegexp'

const CHOICES: readonly { readonly name: Choice; readonly label: string; readonly sign: string }[] = [
  { name: 'isCase', label: 'Match case', sign: 'Aa' },
  { name: 'isWord', label: 'Whole words', sign: 'ab|' },
  { name: 'isRegexp', label: 'Regular expression', sign: '.*' },
]

/** The find bar of a text. It uses the DOM directly, because the editor is in a shadow root without React. */
export function findPanel(view: EditorView): Panel {
  const text = field('Find', 'find-text', value => find(view, { text: value }))
  const choices = CHOICES.map(({ name, label, sign }) => {
    const choice = button(sign, label, () => void choose(view, name))
    return { name, choice }
  })
  const status = document.createElement('span')
  status.className = 'find-status'
  status.setAttribute('role', 'status')
  const replacement = field('Replace with', 'find-replacement', () => undefined)
  const replace = button('Replace', undefined, () => replaceMatch(view, replacement.value))
  const all = button('Replace all', undefined, () => replaceAll(view, replacement.value))
  const dom = document.createElement('div')
  dom.className = 'find-bar'
  dom.setAttribute('role', 'search')
  dom.setAttribute('aria-label', 'Find in the value')
  dom.append(
    row(
      text,
      ...choices.map(({ choice }) => choice),
      button('↑', 'Previous match', () => findPrevious(view)),
      button('↓', 'Next match', () => findNext(view)),
      status,
      button('×', 'Close the find bar', () => closeFind(view)),
    ),
    row(replacement, replace, all),
  )
  dom.addEventListener('keydown', event => {
    if (runScopeHandlers(view, event, 'find-panel')) event.preventDefault()
    else if (event.key === 'Enter' && event.target === text) {
      if (event.shiftKey) findPrevious(view)
      else findNext(view)
    } else if (event.key === 'Enter' && event.target === replacement) replaceMatch(view, replacement.value)
    else return
    event.preventDefault()
    event.stopPropagation()
  })

  function show(): void {
    const { query, matches, isCut, problem } = findState(view.state)
    if (text.value !== query.text) text.value = query.text
    text.setAttribute('aria-invalid', String(problem !== undefined))
    for (const { name, choice } of choices) choice.setAttribute('aria-pressed', String(query[name]))
    const count = `${matches.length.toLocaleString('en-US')}${isCut ? '+' : ''}`
    const number = selectedMatch(view.state)
    const where = number === undefined ? count : `${number.toLocaleString('en-US')} of ${count}`
    const words = query.text === '' ? '' : (problem ?? (matches.length === 0 ? 'Not found' : where))
    if (status.textContent !== words) status.textContent = words
    const { readOnly } = view.state
    const [, second] = dom.children
    if (second instanceof HTMLElement) second.hidden = readOnly
    for (const one of [replace, all]) one.disabled = matches.length === 0
  }
  show()
  return {
    dom,
    top: true,
    update(update: ViewUpdate) {
      if (update.docChanged || update.selectionSet || update.transactions.length > 0) show()
    },
  }
}

async function choose(view: EditorView, name: Choice): Promise<void> {
  const { query } = findState(view.state)
  if (name === 'isRegexp') await loadExpressions()
  const change: Partial<FindQuery> = { [name]: !query[name] }
  find(view, change)
}

function row(...children: readonly HTMLElement[]): HTMLElement {
  const element = document.createElement('div')
  element.className = 'find-row'
  element.append(...children)
  return element
}

function field(label: string, name: string, onInput: (value: string) => void): HTMLInputElement {
  const input = document.createElement('input')
  input.className = name
  input.placeholder = label
  input.setAttribute('aria-label', label)
  input.spellcheck = false
  input.addEventListener('input', () => onInput(input.value))
  return input
}

function button(text: string, label: string | undefined, run: () => void): HTMLButtonElement {
  const element = document.createElement('button')
  element.type = 'button'
  element.textContent = text
  if (label !== undefined) {
    element.title = label
    element.setAttribute('aria-label', label)
  }
  element.addEventListener('click', run)
  return element
}
