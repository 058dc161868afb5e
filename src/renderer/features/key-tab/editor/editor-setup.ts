import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { gotoLine, selectNextOccurrence } from '@codemirror/search'
import { EditorState, type Extension } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { findBar } from './find/find-bar.ts'
import { invisibleCharacters } from './invisible-characters.ts'

/**
 * Only `\n` is a line break inside the editor. Other characters that may count as one, such as a lone `\r`, are shown as
 * characters of the line and kept.
 */
const lineBreaks: Extension = [
  EditorState.lineSeparator.of('\n'),
  EditorView.clipboardInputFilter.of(text => text.replaceAll(/\r\n?/g, '\n')),
]

/** Extensions of all texts in the tab: search, visible special characters. */
export function viewerSetup(label: string, hasLineNumbers = true): Extension {
  return [
    lineBreaks,
    hasLineNumbers ? [lineNumbers(), highlightActiveLineGutter()] : [],
    invisibleCharacters(),
    drawSelection(),
    bracketMatching(),
    findBar(),
    keymap.of([
      { key: 'Mod-d', run: selectNextOccurrence, preventDefault: true },
      { key: 'Alt-g', run: gotoLine },
    ]),
    EditorView.contentAttributes.of({
      'aria-label': label,
      tabindex: '0',
      spellcheck: 'false',
      autocorrect: 'off',
    }),
    editorTheme,
  ]
}

/** @param put Called on Ctrl/Cmd+S. */
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
  '.cm-searchMatch-selected': { backgroundColor: 'var(--selected)', outline: '2px solid var(--accent)' },
  '.cm-foldGutter .cm-gutterElement': { width: '14px', textAlign: 'center', cursor: 'pointer' },
  '.cm-foldPlaceholder': {
    border: '1px solid var(--border)',
    backgroundColor: 'var(--panel)',
    color: 'var(--text-dim)',
    padding: '0 4px',
  },
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
  '.find-bar': { padding: '3px 10px', fontFamily: 'var(--font)', fontSize: '12px' },
  '.find-row': { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '4px', padding: '2px 0' },
  '.find-row[hidden]': { display: 'none' },
  '.find-row input': {
    flex: '0 1 220px',
    minWidth: '90px',
    height: '24px',
    padding: '0 8px',
    border: '1px solid var(--text-dim)',
    borderRadius: 'var(--radius)',
    backgroundColor: 'var(--background)',
    color: 'var(--text)',
    font: 'inherit',
  },
  '.find-row input[aria-invalid=true]': { borderColor: 'var(--danger)' },
  '.find-row button': {
    minWidth: '24px',
    height: '24px',
    padding: '0 6px',
    border: '1px solid transparent',
    borderRadius: 'var(--radius)',
    backgroundColor: 'transparent',
    color: 'var(--text)',
    font: 'inherit',
  },
  '.find-row button:hover:enabled': { backgroundColor: 'var(--hover)' },
  '.find-row button:disabled': { color: 'var(--text-dim)' },
  '.find-row button[aria-pressed=true]': {
    borderColor: 'var(--accent)',
    backgroundColor: 'var(--selected)',
  },
  '.find-row :focus-visible': { outline: '2px solid var(--focus)', outlineOffset: '-1px' },
  '.find-status': { minWidth: '80px', color: 'var(--text-dim)', marginRight: 'auto' },
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
export const fullHeight: Extension = EditorView.theme({ '&': { height: '100%' } })

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
