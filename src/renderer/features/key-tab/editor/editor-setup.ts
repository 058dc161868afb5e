import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { bracketMatching } from '@codemirror/language'
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
import { editorTheme } from './editor-theme.ts'

/**
 * Only `\n` breaks a line inside the editor. Anything else that some would call a line break, such as a lone `\r`,
 * is a visible character of its line and stays what it is.
 */
const lineBreaks: Extension = [
  EditorState.lineSeparator.of('\n'),
  EditorView.clipboardInputFilter.of(text => text.replaceAll(/\r\n?/g, '\n')),
]

/** What every text in the tab has: search, special characters made visible. Long lines are not wrapped. */
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
