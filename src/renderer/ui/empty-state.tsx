import type { ReactNode } from 'react'
import styles from './empty-state.module.css'

export interface EmptyStateProps {
  readonly title: string
  /** Says what to do, or what went wrong. */
  readonly detail?: string | undefined
  /** Buttons, usually. */
  readonly children?: ReactNode
}

/** What a panel shows that has nothing to show. */
export function EmptyState({ title, detail, children }: EmptyStateProps) {
  return (
    <div className={styles['empty']}>
      <p className={styles['title']}>{title}</p>
      {detail !== undefined && <p className={styles['detail']}>{detail}</p>}
      {children !== undefined && <div className={styles['actions']}>{children}</div>}
    </div>
  )
}
