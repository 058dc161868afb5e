import { useEditorState } from '../state/editor-context.ts'
import type { EditorState } from '../state/editor-state.ts'
import styles from './problem-list.module.css'

/** Whether what one sees is what runs, and what is in the file. */
export function StateLine() {
  const running = useEditorState(runningText)
  const saved = useEditorState(savedText)
  const path = useEditorState(state => state.path)
  return (
    <p role="status" className={styles['state']}>
      <span>{running}</span>
      <span title={path}>{saved}</span>
    </p>
  )
}

function runningText({ session, draft, applied }: EditorState): string {
  if (session === undefined) return 'Not open yet'
  return draft.text === applied ? 'Running as shown' : 'Changed, not applied'
}

function savedText({ path, draft, saved }: EditorState): string {
  if (path === undefined) return 'Not saved to a file'
  const name = path.split(/[/\\]/).at(-1) ?? path
  return draft.text === saved ? `Saved in ${name}` : `Not saved to ${name}`
}
