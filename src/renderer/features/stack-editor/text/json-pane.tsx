import { useEffect, useRef, useState } from 'react'
import { PanelHeader } from '../../../ui/panels.tsx'
import { rangeOf } from '../json/json-tree.ts'
import { leaveField, selectAt, typeText } from '../state/edit-actions.ts'
import {
  useEditor,
  useEditorState,
  useFocusRequest,
  useProblems,
  useSelectedNode,
} from '../state/editor-context.ts'
import { JsonEditor } from './json-editor.ts'
import styles from './json-pane.module.css'

/** The document as text. */
export function JsonPane() {
  const { store } = useEditor()
  const host = useRef<HTMLDivElement>(null)
  const [editor, setEditor] = useState<JsonEditor>()
  const text = useEditorState(state => state.draft.text)
  const isBroken = useEditorState(state => state.draft.error !== undefined)
  const problems = useProblems()
  const node = useSelectedNode()

  useEffect(() => {
    if (host.current === null) return
    const created = new JsonEditor(host.current, store.getState().draft.text, {
      onType: (typed, cursor, group) => typeText(store, typed, cursor, group),
      onMove(cursor) {
        leaveField(store)
        selectAt(store, cursor)
      },
    })
    setEditor(created)
    return () => {
      setEditor(undefined)
      created.destroy()
    }
  }, [store])

  useEffect(() => editor?.show(text), [editor, text])
  useEffect(() => editor?.mark(problems), [editor, problems])
  useEffect(() => {
    editor?.highlight(isBroken || node === undefined ? undefined : rangeOf(node.json), !editor.hasFocus)
  }, [editor, node, isBroken])
  useFocusRequest(request => {
    if (request.to !== 'text' || editor === undefined) return false
    editor.goTo(request.offset)
    return true
  })

  return (
    <section className={styles['pane']} aria-label="Document">
      <PanelHeader title="Document" />
      <div ref={host} className={styles['text']} />
    </section>
  )
}
