import { Button } from '../../../ui/button.tsx'
import type { JsonText } from '../json/print-json.ts'
import { useEditor } from '../state/editor-context.ts'
import { focusOn } from '../state/focus-on.ts'
import { FieldFrame, type FieldFrameProps } from './field-frame.tsx'
import styles from './node-form.module.css'

export interface DocumentLinkProps extends Omit<FieldFrameProps, 'children'> {
  readonly said: JsonText | undefined
  /** Where in the text the option stands, or would. */
  readonly offset: number
}

/** For options that have no control here: shows what the document says, and leads there. */
export function DocumentLink({ said, offset, ...frame }: DocumentLinkProps) {
  const { store } = useEditor()
  return (
    <FieldFrame {...frame}>
      {props => (
        <>
          <input {...props} className={styles['input']} readOnly value={said ?? ''} />
          <Button variant="quiet" onPress={() => focusOn(store, { to: 'text', offset })}>
            Edit…
          </Button>
        </>
      )}
    </FieldFrame>
  )
}
