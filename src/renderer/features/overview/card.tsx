import type { ReactNode } from 'react'
import styles from './overview.module.css'

interface CardProps {
  readonly title: string
  /** Beside the title. */
  readonly tools?: ReactNode
  readonly children: ReactNode
}

export function Card({ title, tools, children }: CardProps) {
  return (
    <section aria-label={title} className={styles['card']}>
      <div className={styles['head']}>
        <h3 className={styles['title']}>{title}</h3>
        {tools}
      </div>
      {children}
    </section>
  )
}

/** Stands where rows will be. */
export function SkeletonRows() {
  return (
    <div aria-hidden className={styles['skeleton']}>
      {[70, 55, 62, 40, 48].map(width => (
        <span key={width} style={{ width: `${width}%` }} />
      ))}
    </div>
  )
}
