import { X } from 'lucide-react'
import { IconButton } from '../../ui/icon-button.tsx'
import styles from './stack-editor.module.css'
import { useEditor, useEditorState } from './state/editor-context.ts'

/** How the last thing asked of the host ended. */
export function NoticeBar() {
  const { store } = useEditor()
  const notice = useEditorState(state => state.notice)
  const isError = notice?.type === 'error'
  return (
    <div role={isError ? 'alert' : 'status'} className={notice && styles[isError ? 'failed' : 'done']}>
      {notice !== undefined && (
        <>
          <span className={styles['message']}>{notice.message}</span>
          <IconButton label="Dismiss" icon={X} onPress={() => store.setState({ notice: undefined })} />
        </>
      )}
    </div>
  )
}
