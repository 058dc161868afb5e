import { FolderSearch } from 'lucide-react'
import { IconButton } from '../../../ui/icon-button.tsx'
import { useEditor } from '../state/editor-context.ts'
import { FieldFrame, type FieldFrameProps } from './field-frame.tsx'
import styles from './node-form.module.css'

export interface TextInputProps extends Omit<FieldFrameProps, 'children'> {
  readonly value: string
  readonly placeholder?: string | undefined
  /** Offers to pick a folder. */
  readonly isFolder?: boolean
  readonly onChange: (value: string) => void
}

export function TextInput({ value, placeholder, isFolder = false, onChange, ...frame }: TextInputProps) {
  const { shell } = useEditor()
  const browse = async () => {
    const path = await shell.pickFolder()
    if (path !== undefined) onChange(path)
  }
  return (
    <FieldFrame {...frame}>
      {props => (
        <>
          <input
            {...props}
            className={styles['input']}
            value={value}
            placeholder={placeholder}
            spellCheck={false}
            autoComplete="off"
            onChange={event => onChange(event.target.value)}
          />
          {isFolder && <IconButton label="Browse…" icon={FolderSearch} onPress={() => void browse()} />}
        </>
      )}
    </FieldFrame>
  )
}
