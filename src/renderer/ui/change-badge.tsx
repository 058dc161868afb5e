import type { ReactNode } from 'react'
import styles from './change-badge.module.css'

/** What a draft of a stack does to a node. */
export type NodeChange = 'new' | 'changed' | 'moved' | 'removed'

interface ChangeBadgeProps {
  readonly change: NodeChange
  /** Default: the name of the change. */
  readonly children?: ReactNode
}

/** What a draft does to a node, in word and colour. */
export function ChangeBadge({ change, children = change }: ChangeBadgeProps) {
  return (
    <span className={styles['badge']} data-change={change}>
      {children}
    </span>
  )
}
