import { useRef } from 'react'
import { Panel, PanelDivider } from '../../ui/panels.tsx'
import { NodePanes } from './node-panes.tsx'
import { RememberedPanels } from './remembered-panels.tsx'
import styles from './stack-editor.module.css'
import { useEditor, useEditorState } from './state/editor-context.ts'
import type { EditorPart } from './state/editor-state.ts'
import { JsonPane } from './text/json-pane.tsx'
import { useIsNarrow } from './use-is-narrow.ts'

/** Below this many pixels, nodes and document would be too narrow side by side. */
const BOTH_FIT = 520

const PARTS: readonly { readonly part: EditorPart; readonly label: string }[] = [
  { part: 'nodes', label: 'Nodes' },
  { part: 'document', label: 'Document' },
]

/** Nodes beside document; one at a time where there is no room for both. */
export function EditorParts() {
  const frame = useRef<HTMLDivElement>(null)
  const isNarrow = useIsNarrow(frame, BOTH_FIT)
  const shown = useEditorState(state => state.part)
  return (
    <div ref={frame} className={styles['parts']}>
      {isNarrow === true && (
        <>
          <PartSwitch />
          <div className={styles['part']} hidden={shown !== 'nodes'}>
            <NodePanes />
          </div>
          <div className={styles['part']} hidden={shown !== 'document'}>
            <JsonPane />
          </div>
        </>
      )}
      {isNarrow === false && (
        <RememberedPanels id="stack-editor" orientation="horizontal">
          <Panel id="stack-nodes" defaultSize="50%" minSize="250px">
            <NodePanes />
          </Panel>
          <PanelDivider label="Width of the nodes" />
          <Panel id="stack-text" minSize="200px">
            <JsonPane />
          </Panel>
        </RememberedPanels>
      )}
    </div>
  )
}

function PartSwitch() {
  const { store } = useEditor()
  const shown = useEditorState(state => state.part)
  return (
    <div role="group" aria-label="Shown part" className={styles['switch']}>
      {PARTS.map(({ part, label }) => (
        <button
          key={part}
          type="button"
          aria-pressed={part === shown}
          className={styles['choice']}
          onClick={() => store.setState({ part })}
        >
          {label}
        </button>
      ))}
    </div>
  )
}
