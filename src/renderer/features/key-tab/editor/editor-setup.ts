import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { search, searchKeymap } from '@codemirror/search'
import { EditorState, type Extension } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'

/**
 * Only `\n` is a line break inside the editor. Other characters that may count as one, such as a lone `\r`, are shown as
 * characters of the line and kept.
 */
const lineBreaks: Extension = [
  EditorState.lineSeparator.of('\n'),
  EditorView.clipboardInputFilter.of(text => text.replaceAll(/\r\n?/g, '\n')),
]

/** Extensions of all texts in the tab: search, visible special characters. Long lines are not wrapped. */
export function viewerSetup(label: string, hasLineNumbers = true): Extension {
  return [
    lineBreaks,
    hasLineNumbers ? [lineNumbers(), highlightActiveLineGutter()] : [],
    highlightSpecialChars(),
    drawSelection(),
    bracketMatching(),
    search({ top: true }),
    keymap.of(searchKeymap),
    EditorView.contentAttributes.of({
      'aria-label': label,
      tabindex: '0',
      spellcheck: 'false',
      autocorrect: 'off',
    }),
    editorTheme,
  ]
}

/** @param put What Ctrl/Cmd+S does. */
export function editingSetup(put: () => void): Extension {
  const save = () => {
    put()
    return true
  }
  return [
    history(),
    keymap.of([{ key: 'Mod-s', run: save, preventDefault: true }, ...defaultKeymap, ...historyKeymap]),
  ]
}

const surfaces = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'var(--background)', fontSize: '12.5px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '19px', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)', padding: '6px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--selected)',
  },
  '.cm-gutters': {
    backgroundColor: 'var(--background)',
    color: 'var(--text-dim)',
    borderRight: '1px solid var(--border)',
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLineGutter': { color: 'var(--text)' },
  '.cm-specialChar': { color: 'var(--danger)' },
  '&.cm-focused .cm-matchingBracket, .cm-selectionMatch': { backgroundColor: 'var(--hover)' },
  '.cm-searchMatch': { backgroundColor: 'var(--warning-background)', outline: '1px solid var(--warning)' },
  '.cm-searchMatch.cm-searchMatch-selected': { backgroundColor: 'var(--selected)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--danger)',
    textUnderlineOffset: '3px',
  },
  '.cm-gutter-lint': { width: '14px' },
  '.cm-lint-marker': { width: '10px', height: '10px', padding: '0' },
  '.cm-lint-marker-error': { content: 'none', borderRadius: '50%', backgroundColor: 'var(--danger)' },
})

const panels = EditorView.theme({
  '.cm-panels': { backgroundColor: 'var(--panel)', color: 'var(--text)' },
  '.cm-panels.cm-panels-top': { borderBottom: '1px solid var(--border)' },
  '.cm-panels.cm-panels-bottom': { borderTop: '1px solid var(--border)' },
  '.cm-panel.cm-search': { padding: '4px 28px 4px 8px', fontFamily: 'var(--font)' },
  '.cm-panel.cm-search label': { fontSize: '12px' },
  '.cm-panel .cm-textfield': {
    backgroundColor: 'var(--background)',
    border: '1px solid var(--border)',
    borderRadius: 'var(--radius)',
    color: 'var(--text)',
    fontSize: '12px',
    padding: '2px 6px',
  },
  '.cm-panel .cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--border)',
    borderRadius: 'var(--radius)',
    color: 'var(--text)',
    fontSize: '12px',
  },
  '.cm-panel .cm-button:focus-visible, .cm-panel .cm-textfield:focus-visible': {
    outline: '2px solid var(--focus)',
    outlineOffset: '-2px',
  },
  '.cm-panel.cm-search [name=close]': { color: 'var(--text)', fontSize: '16px', right: '8px' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--border)',
    color: 'var(--text)',
    fontFamily: 'var(--font)',
  },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--danger)' },
})

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent)' },
  { tag: tags.string, color: 'var(--success)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warning)' },
  { tag: [tags.separator, tags.brace, tags.squareBracket], color: 'var(--text-dim)' },
])

/** For an editor that fills its container and scrolls its content. */
export const fillsItsPlace: Extension = EditorView.theme({ '&': { height: '100%' } })

/** The window's colours as CSS variables, so that the editor follows the theme. */
const editorTheme: Extension = [surfaces, panels, syntaxHighlighting(colours)]

/**
 * Gives an element an empty shadow root, which adopts the editor's styles. In the document itself, the editor would add
 * `<style>` elements, which the page's content security policy blocks.
 */
export function shadowRootOf(host: HTMLElement): ShadowRoot {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  root.replaceChildren()
  return root
}
