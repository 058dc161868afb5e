import { Copy } from 'lucide-react'
import { useState } from 'react'
import { MAX_RESULTS } from '../../../shared/contract-constants.ts'
import { isAbortedCall } from '../../api/client.ts'
import type { QueryRows, QueryRowsState } from '../../api/query-rows.ts'
import { Button } from '../../ui/button.tsx'
import { Delayed } from '../../ui/delayed.tsx'
import { Progress } from '../../ui/progress.tsx'
import { formatBytes, formatCountOf, formatDuration, formatNumber } from '../../ui/text/format.ts'
import styles from './query-tab.module.css'

/** How far a query is, what it found and could not read. */
export function ResultsBar({
  state: { report, isRunning },
  results,
  onCopyAll,
}: {
  readonly state: QueryRowsState
  readonly results: QueryRows
  readonly onCopyAll: () => void
}) {
  const [problems, setProblems] = useState<readonly { key: string; message: string }[]>()
  if (report === undefined) {
    return (
      isRunning && (
        <Delayed>
          <div className={styles['results']}>
            <p role="status" className={styles['facts']}>
              Starting the query…
            </p>
            <Progress label="Keys looked at" value={0} />
          </div>
        </Delayed>
      )
    )
  }
  const { searched, total, isTotalExact, elapsed, bytesRead, isStopped, isCut, rows } = report
  const hits = formatCountOf(report.found, 'exact', 'hit', 'hits')
  const of = formatCountOf(total, isTotalExact ? 'exact' : 'lower-bound', 'key', 'keys')
  const share = isTotalExact && total > 0 ? Math.floor((searched / total) * 100) : undefined
  const facts = [
    `${formatNumber(searched)} of ${of} looked at${share === undefined || share === 100 ? '' : `, ${share} %`}`,
    bytesRead > 0 && `${formatBytes(bytesRead)} read`,
    formatDuration(elapsed),
    isStopped && 'stopped',
    report.found > rows && report.isLast && `the first ${formatNumber(rows)} are shown`,
    isCut && `no more than ${formatNumber(MAX_RESULTS)} are kept`,
  ].filter(fact => fact !== false)
  return (
    <div className={styles['results']}>
      <p role="status" className={styles['facts']}>
        <b>
          {hits}
          {isRunning && ' so far'}
        </b>{' '}
        <span className={styles['dim']}>{facts.join(' · ')}</span>
      </p>
      {isRunning && (
        <progress
          aria-label="Keys looked at"
          className={styles['progress']}
          max={100}
          {...(share !== undefined && { value: share })}
        />
      )}
      {report.problems > 0 && (
        <Button
          variant="quiet"
          onPress={() =>
            void (problems === undefined ? results.problems() : Promise.resolve(undefined)).then(
              setProblems,
              reportFailure,
            )
          }
        >
          {formatCountOf(report.problems, 'exact', 'key', 'keys')} could not be read
        </Button>
      )}
      <Button variant="quiet" isDisabled={rows === 0} onPress={onCopyAll}>
        <Copy size={13} aria-hidden /> Copy all keys
      </Button>
      {problems !== undefined && report.problems > 0 && (
        <ul aria-label="Keys that could not be read" className={styles['problems']}>
          {problems.map(({ key, message }) => (
            <li key={key}>
              <code>{key}</code> {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function reportFailure(error: unknown): void {
  if (!isAbortedCall(error)) console.error(error)
}
