import { useState } from 'react'
import { CallError } from '../../api/client.ts'
import { renamedKey } from '../../api/key-completion.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/fields/text-field.tsx'
import { moveBranch, renameKey } from '../actions/key-actions.ts'
import type { Services } from '../services.ts'
import type { RenameTarget } from './dialog-store.ts'
import styles from './dialogs.module.css'

interface RenameDialogProps {
  readonly services: Services
  readonly target: RenameTarget
  readonly onClose: () => void
}

/** Renames a key or moves a branch. An existing value is replaced only on request. */
export function RenameDialog({ services, target, onClose }: RenameDialogProps) {
  const { session, key, isBranch } = target
  const [text, setText] = useState(key)
  const [problem, setProblem] = useState<string>()
  const [exists, setExists] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const renamed = renamedKey(key, text)
  const newKey = 'to' in renamed ? renamed.to : key

  async function rename(replace: boolean): Promise<void> {
    if ('problem' in renamed) return
    const { to } = renamed
    setBusy(true)
    setProblem(undefined)
    try {
      if (isBranch) await moveBranch(services, session, key, to)
      else await renameKey(services, session, key, to, replace)
      onClose()
    } catch (error) {
      if (error instanceof CallError && error.code === 'ALREADY_EXISTS' && !isBranch) setExists(true)
      else setProblem(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Dialog title={isBranch ? 'Move branch' : 'Rename key'} onClose={onClose} width="medium">
      <form
        onSubmit={event => {
          event.preventDefault()
          void rename(exists)
        }}
      >
        <TextField
          label="New key"
          value={text}
          onChange={next => {
            setText(next)
            setExists(false)
            setProblem(undefined)
          }}
          error={'problem' in renamed ? renamed.problem : problem}
          description={
            isBranch
              ? `Every key at and below ${key} moves to ${newKey}; none that is there is replaced.`
              : `${key} becomes ${newKey}`
          }
          isMonospace
          autoFocus
        />
        {exists && (
          <p role="alert" className={styles['error']}>
            There is a value at this key already.
          </p>
        )}
        <DialogButtons>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" variant={exists ? 'danger' : 'primary'} isDisabled={isBusy || newKey === key}>
            {exists ? 'Replace it' : isBranch ? 'Move' : 'Rename'}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
