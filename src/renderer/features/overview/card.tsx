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

interface CardRowsProps {
  /** Shows placeholders, because no row is known yet. */
  readonly isWaiting: boolean
  readonly children: ReactNode
}

/** Has the same height before and after its rows are known, so that nothing below it moves. */
export function CardRows({ isWaiting, children }: CardRowsProps) {
  return (
    <div className={styles['cardRows']}>
      {isWaiting && (
        <div aria-hidden className={styles['skeleton']}>
          {[70, 55, 62, 40, 48, 36, 44, 28].map(width => (
            <span key={width} style={{ width: `${width}%` }} />
          ))}
        </div>
      )}
      {children}
    </div>
  )
}
