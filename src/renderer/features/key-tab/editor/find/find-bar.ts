import { type EditorState, type Extension, Prec } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView, keymap, showPanel } from '@codemirror/view'
import { findPanel } from './find-panel.ts'
import {
  closeFind,
  findField,
  findNext,
  findPrevious,
  findState,
  openFind,
  selectedMatch,
} from './find-state.ts'

const BOTH = 'editor find-panel'

/** The find bar of a text: Ctrl/Cmd+F, F3 and Shift+F3. */
export function findBar(): Extension {
  return [
    findField,
    showPanel.compute([findField], state => (findState(state).isOpen ? findPanel : null)),
    EditorView.decorations.compute([findField, 'selection'], selectedMark),
    Prec.high(
      keymap.of([
        { key: 'Mod-f', run: openFind, scope: BOTH, preventDefault: true },
        { key: 'F3', run: findNext, shift: findPrevious, scope: BOTH, preventDefault: true },
        { key: 'Mod-g', run: findNext, shift: findPrevious, scope: BOTH, preventDefault: true },
        { key: 'Escape', run: closeFind, scope: BOTH },
      ]),
    ),
  ]
}

function selectedMark(state: EditorState): DecorationSet {
  if (selectedMatch(state) === undefined) return Decoration.none
  const { from, to } = state.selection.main
  return Decoration.set(Decoration.mark({ class: 'cm-searchMatch-selected' }).range(from, to))
}
