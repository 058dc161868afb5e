import styles from './progress.module.css'

export interface ProgressProps {
  readonly label: string
  readonly value: number
  /** Absent if the total is unknown. */
  readonly total?: number | undefined
}

export function Progress({ label, value, total }: ProgressProps) {
  const known = total === undefined || total === 0 ? {} : { value: Math.min(value, total), max: total }
  return <progress aria-label={label} className={styles['progress']} {...known} />
}
