import styles from './bars.module.css'

const WIDTHS = ['38%', '62%', '54%', '71%', '45%', '58%', '30%']

/** Stands where a value will be, without a word. */
export function Skeleton() {
  return (
    <div role="status" className={styles['skeleton']} aria-busy="true" aria-label="Loading">
      {WIDTHS.map(width => (
        <div key={width} style={{ width }} />
      ))}
    </div>
  )
}
