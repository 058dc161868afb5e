import { Button } from '../../ui/button.tsx'
import { formatCountOf, formatNumber } from '../../ui/format.ts'
import styles from './go-to-key.module.css'
import type { KeySearchState } from './use-key-search.ts'

interface SearchLineProps {
  readonly search: KeySearchState
  /** Whether its hits are counted; else only how many keys there are. */
  readonly isCounting: boolean
}

/** How far a search has come, and the way to stop it. */
export function SearchLine({ search, isCounting }: SearchLineProps) {
  const { report, isRunning, stop } = search
  return (
    <>
      <p className={styles['hint']} role="status">
        {report === undefined ? '' : isCounting ? hitsOf(report) : totalOf(report)}
        {!isRunning && report?.isLast === false && ' · stopped'}
      </p>
      {isRunning && isCounting ? (
        <Button onPress={stop}>Stop</Button>
      ) : (
        <p className={styles['keys']}>Enter opens · Ctrl+Enter in a tab of its own</p>
      )}
    </>
  )
}

type Report = NonNullable<KeySearchState['report']>

function hitsOf(report: Report): string {
  const hits = formatCountOf(report.found, 'exact', 'hit', 'hits')
  return `${hits} · ${formatNumber(report.searched)} of ${totalOf(report)} looked at`
}

function totalOf({ total, isComplete }: Report): string {
  return formatCountOf(total, isComplete ? 'exact' : 'lower-bound', 'key', 'keys')
}
