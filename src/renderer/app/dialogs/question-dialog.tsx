import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import type { Question } from './dialog-store.ts'
import styles from './dialogs.module.css'

interface QuestionDialogProps {
  readonly question: Question
  readonly onAnswer: (id: string | undefined) => void
}

export function QuestionDialog({ question, onAnswer }: QuestionDialogProps) {
  const { title, message, list = [], buttons } = question
  return (
    <Dialog title={title} role="alertdialog" onClose={() => onAnswer(undefined)}>
      <p>{message}</p>
      {list.length > 0 && (
        <ul className={styles['list']}>
          {list.map(line => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <DialogButtons>
        {buttons.map(({ id, label, variant = 'plain' }) => (
          <Button key={id} variant={variant} autoFocus={variant === 'primary'} onPress={() => onAnswer(id)}>
            {label}
          </Button>
        ))}
      </DialogButtons>
    </Dialog>
  )
}
