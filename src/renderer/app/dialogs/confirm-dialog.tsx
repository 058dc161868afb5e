import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { EnvironmentBadge } from '../../ui/environment-badge.tsx'
import { TextField } from '../../ui/fields/text-field.tsx'
import { visibleText } from '../../ui/text/visible-name.ts'
import type { ProductionAct } from './dialog-store.ts'
import styles from './dialogs.module.css'

interface ConfirmDialogProps {
  readonly act: ProductionAct
  readonly onAnswer: (isConfirmed: boolean) => void
}

/** Asks to type the name of a stack that is production, before something is done to it. */
export function ConfirmDialog({ act, onAnswer }: ConfirmDialogProps) {
  const { title, onSkip } = act
  const name = visibleText(act.name)
  const [typed, setTyped] = useState('')
  const [isLast, setLast] = useState(false)
  const isTyped = typed.trim() === name.trim()
  return (
    <Dialog title={visibleText(title)} role="alertdialog" onClose={() => onAnswer(false)}>
      <form
        className={styles['confirm']}
        onSubmit={event => {
          event.preventDefault()
          if (!isTyped) return
          if (isLast) onSkip()
          onAnswer(true)
        }}
      >
        <p>
          {name} is <EnvironmentBadge environment="production" />. This changes it for everyone who uses it.
        </p>
        <TextField label={`Type “${name}” to go on`} value={typed} onChange={setTyped} autoFocus />
        <label className={styles['choice']}>
          <input type="checkbox" checked={isLast} onChange={event => setLast(event.target.checked)} />
          Do not ask for the name again until this window is closed
        </label>
        <DialogButtons>
          <Button onPress={() => onAnswer(false)}>Cancel</Button>
          <Button type="submit" variant="danger" isDisabled={!isTyped}>
            {visibleText(title)}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
