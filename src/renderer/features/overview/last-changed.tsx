import type { Overview as Report } from '../../../shared/procedures/overview.ts'
import { formatAgo, formatBytes, formatTime } from '../../ui/text/format.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { Card, CardRows } from './card.tsx'
import styles from './overview.module.css'
import { changedCoverage } from './overview-text.ts'
import { useSteadyRows } from './steady-rows.ts'

interface LastChangedProps {
  readonly overview: Report | undefined
  readonly hasFailed: boolean
  /** Milliseconds since 1970. */
  readonly now: number
  readonly onOpen: (key: string, as: 'key' | 'branch') => void
}

export function LastChanged({ overview, hasFailed, now, onOpen }: LastChangedProps) {
  const { rows, handlers } = useSteadyRows(overview?.changed ?? [])
  const isKnown = overview !== undefined && (overview.measured > 0 || overview.state === 'done')
  const coverage = overview && changedCoverage(overview)
  return (
    <Card title="Last changed">
      <CardRows isWaiting={!isKnown && !hasFailed}>
        {isKnown && rows.length === 0 && (
          <p className={styles['note']}>This store does not keep when values were changed.</p>
        )}
        <ul className={styles['rows']} {...handlers}>
          {rows.map(({ key, mtime, size }) => (
            <li key={key}>
              <button
                type="button"
                className={styles['change']}
                title={`${key}\n${formatTime(mtime)}, ${formatBytes(size)}`}
                onClick={() => onOpen(key, 'key')}
              >
                <span className={styles['cut']}>
                  <VisibleText text={key} />
                </span>
                <span className={styles['ago']}>{formatAgo(mtime, Math.max(now, mtime))}</span>
              </button>
            </li>
          ))}
        </ul>
        {rows.length > 0 && coverage !== undefined && <p className={styles['note']}>{coverage}</p>}
      </CardRows>
    </Card>
  )
}
