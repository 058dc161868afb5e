import { Button } from '../../ui/button.tsx'
import styles from './key-tree.module.css'

export interface EmptyTreeProps {
  readonly isReadOnly: boolean
  readonly onNewKey: () => void
}

/** Stands where keys would. */
export function EmptyTree({ isReadOnly, onNewKey }: EmptyTreeProps) {
  return (
    <div className={styles['empty']}>
      <p>There are no keys here yet.</p>
      {isReadOnly ? <p>The stack is read-only.</p> : <Button onPress={onNewKey}>New key…</Button>}
    </div>
  )
}
