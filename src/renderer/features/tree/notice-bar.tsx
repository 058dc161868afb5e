import { X } from 'lucide-react'
import { Button, IconButton } from '../../ui/button.tsx'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import styles from './notice-bar.module.css'

export interface NoticeBarProps {
  readonly text: string
  readonly onRetry?: (() => void) | undefined
  readonly onDismiss: () => void
}

/** Shows a message that belongs to no row. A failure can be retried. */
export function NoticeBar({ text, onRetry, onDismiss }: NoticeBarProps) {
  return (
    <div
      role={onRetry === undefined ? 'status' : 'alert'}
      className={styles['notice']}
      data-is-failure={onRetry !== undefined}
    >
      <span className={styles['text']}>
        <VisibleText text={text} />
      </span>
      {onRetry !== undefined && (
        <Button variant="quiet" onPress={onRetry}>
          Retry
        </Button>
      )}
      <IconButton label="Dismiss" icon={X} onPress={onDismiss} />
    </div>
  )
}
