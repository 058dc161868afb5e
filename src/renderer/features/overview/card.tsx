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
  /** Nothing is known yet: bars stand where rows will be. */
  readonly isWaiting: boolean
  readonly children: ReactNode
}

/** Takes the same room before and after its rows are known, so that nothing below moves away from the pointer. */
export function CardRows({ isWaiting, children }: CardRowsProps) {
  return (
    <div className={styles['cardRows']}>
      {isWaiting && (
        <div aria-hidden className={styles['skeleton']}>
          {[70, 55, 62, 40, 48].map(width => (
            <span key={width} style={{ width: `${width}%` }} />
          ))}
        </div>
      )}
      {children}
    </div>
  )
}
