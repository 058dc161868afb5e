import type { ReactNode } from 'react'
import styles from './panel-header.module.css'

export interface PanelHeaderProps {
  readonly title: string
  readonly id?: string
  /** Small buttons at the end of the line. */
  readonly children?: ReactNode
}

/** The one line that names a panel. */
export function PanelHeader({ title, id, children }: PanelHeaderProps) {
  return (
    <div className={styles['header']}>
      <h2 id={id} className={styles['title']}>
        {title}
      </h2>
      <div className={styles['actions']}>{children}</div>
    </div>
  )
}
