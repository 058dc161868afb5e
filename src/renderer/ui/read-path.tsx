import { ArrowUp, CircleAlert, CircleCheck, CircleDashed, CircleSlash, type LucideIcon } from 'lucide-react'
import { Fragment } from 'react'
import type { ReadStep } from '../../shared/procedures/residency.ts'
import styles from './read-path.module.css'

/** What the labels of nodes are taken from. */
interface LabelledNode {
  readonly id: string
  readonly label: string
}

const OUTCOMES: Readonly<Record<ReadStep['outcome'], readonly [LucideIcon, string]>> = {
  hit: [CircleCheck, 'hit'],
  miss: [CircleDashed, 'miss'],
  passed: [CircleSlash, 'passed'],
  failed: [CircleAlert, 'failed'],
  copied: [ArrowUp, 'copied'],
  'not-copied': [CircleAlert, 'failed'],
}

/** The way of a read in words: Cache miss → Shard B hit, 0.4 ms → copied to Cache. */
export function ReadPath({
  steps,
  differs = false,
  nodes,
}: {
  readonly steps: readonly ReadStep[]
  /** The copy that answered had another value than the store. */
  readonly differs?: boolean | undefined
  readonly nodes: readonly LabelledNode[]
}) {
  const labels = new Map(nodes.map(({ id, label }) => [id, label]))
  return (
    <span className={styles['way']}>
      {steps.map((step, index) => {
        const [Icon, tone] = OUTCOMES[step.outcome]
        return (
          // Steps have no identity of their own: a node may be asked twice.
          <Fragment key={`${index} ${step.node}`}>
            {index > 0 && <span className={styles['arrow']}> → </span>}
            <span className={`${styles['step']} ${styles[tone]}`}>
              <Icon size={13} aria-hidden />
              {stepText(step, labels.get(step.node) ?? step.node)}
            </span>
          </Fragment>
        )
      })}
      {differs && (
        <>
          <span className={styles['arrow']}> → </span>
          <span className={`${styles['step']} ${styles['failed']}`}>
            <CircleAlert size={13} aria-hidden />
            another value than the store has, which is shown
          </span>
        </>
      )}
    </span>
  )
}

/** One step in words. */
export function stepText({ outcome, duration }: ReadStep, label: string): string {
  const time = duration === undefined ? '' : `, ${formatMilliseconds(duration)}`
  if (outcome === 'hit') return `${label} hit${time}`
  if (outcome === 'miss') return `${label} miss`
  if (outcome === 'passed') return `${label} passed by`
  if (outcome === 'failed') return `${label} failed${time}`
  return outcome === 'copied' ? `copied to ${label}` : `not copied to ${label}`
}

/** `0.02 ms`, `0.4 ms`, `12 ms`, `1.3 s`: two significant digits below ten. */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds >= 1000) return `${Math.round(milliseconds / 100) / 10} s`
  if (milliseconds >= 10) return `${Math.round(milliseconds)} ms`
  if (milliseconds >= 0.095) return `${Math.round(milliseconds * 10) / 10} ms`
  return `${Math.max(0.01, Math.round(milliseconds * 100) / 100)} ms`
}
