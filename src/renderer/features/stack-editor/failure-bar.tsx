import { X } from 'lucide-react'
import { IconButton } from '../../ui/icon-button.tsx'
import styles from './stack-editor.module.css'
import { useEditor, useEditorState } from './state/editor-context.ts'

/** Why the last thing asked of the host was not done. */
export function FailureBar() {
  const { store } = useEditor()
  const failure = useEditorState(state => state.failure)
  return (
    <div role="alert" className={failure && styles['failure']}>
      {failure !== undefined && (
        <>
          <span className={styles['message']}>{failure}</span>
          <IconButton label="Dismiss" icon={X} onPress={() => store.setState({ failure: undefined })} />
        </>
      )}
    </div>
  )
}
