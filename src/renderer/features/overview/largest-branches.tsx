import { useState } from 'react'
import type { Overview as Report } from '../../../shared/procedures/overview.ts'
import { formatBytes, formatNumber } from '../../ui/text/format.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { Card, CardRows } from './card.tsx'
import styles from './overview.module.css'
import { useSteadyRows } from './steady-rows.ts'

interface LargestBranchesProps {
  readonly overview: Report | undefined
  readonly hasFailed: boolean
  readonly onOpen: (key: string, as: 'key' | 'branch') => void
}

type Measure = 'keys' | 'bytes'

/** Branches that are shown. */
const SHOWN = 8

export function LargestBranches({ overview, hasFailed, onOpen }: LargestBranchesProps) {
  const [measure, setMeasure] = useState<Measure>('keys')
  const ranked = overview === undefined ? [] : rankedBranches(overview, measure)
  const { rows, handlers } = useSteadyRows(ranked)
  const largest = Math.max(1, ...rows.map(row => row[measure] ?? 0))
  const isKnown = overview !== undefined && overview.state !== 'counting'
  const canSize = overview?.branches.some(({ bytes }) => bytes !== undefined) === true
  return (
    <Card
      title="Largest branches"
      tools={
        <div role="group" aria-label="Order of the branches" className={styles['segments']}>
          <Segment label="Keys" isOn={measure === 'keys'} onChoose={() => setMeasure('keys')} />
          <Segment
            label="Size"
            isOn={measure === 'bytes'}
            isDisabled={!canSize}
            onChoose={() => setMeasure('bytes')}
          />
        </div>
      }
    >
      <CardRows isWaiting={!isKnown && !hasFailed}>
        {isKnown && rows.length === 0 && (
          <p className={styles['note']}>
            There are no branches: {overview.keys === 1 ? 'the key is' : 'all keys are'} on the top level.
          </p>
        )}
        <ul className={styles['rows']} {...handlers}>
          {rows.map(({ key, keys, bytes }) => (
            <li key={key}>
              <button
                type="button"
                className={styles['bar']}
                title={key}
                aria-label={branchLabel(key, keys, bytes)}
                onClick={() => onOpen(key, 'branch')}
              >
                <span className={styles['cut']}>
                  <VisibleText text={key.slice(key.lastIndexOf('/') + 1)} />
                </span>
                <svg aria-hidden className={styles['track']} viewBox="0 0 100 8" preserveAspectRatio="none">
                  <rect width={barWidth({ keys, bytes }[measure] ?? 0, largest)} height="8" />
                </svg>
                <span className={styles['count']}>{formatNumber(keys)}</span>
                <span className={styles['size']}>{bytes === undefined ? '' : formatBytes(bytes)}</span>
              </button>
            </li>
          ))}
        </ul>
        {isKnown && <Rest overview={overview} shown={rows.length} />}
      </CardRows>
    </Card>
  )
}

/** The branches with the most keys or bytes, the largest first. */
export function rankedBranches({ branches }: Report, measure: Measure): Report['branches'] {
  return branches.toSorted((a, b) => (b[measure] ?? 0) - (a[measure] ?? 0)).slice(0, SHOWN)
}

function barWidth(value: number, largest: number): number {
  // One key among millions is still to be seen.
  return value === 0 ? 0 : Math.max(1.5, (value / largest) * 100)
}

function branchLabel(key: string, keys: number, bytes: number | undefined): string {
  const count = keys === 1 ? '1 key' : `${formatNumber(keys)} keys`
  return `${key}, ${count}${bytes === undefined ? '' : `, ${formatBytes(bytes)}`}`
}

function Rest({ overview, shown }: { readonly overview: Report; readonly shown: number }) {
  const others = overview.otherBranches + overview.branches.length - shown
  const texts = [
    ...(overview.level === '/' ? [] : [`Below ${overview.level}`]),
    ...(others > 0 ? [`${formatNumber(others)} more ${others === 1 ? 'branch' : 'branches'}`] : []),
    ...(shown > 0 && overview.looseKeys > 0
      ? [`${formatNumber(overview.looseKeys)} ${overview.looseKeys === 1 ? 'key' : 'keys'} beside them`]
      : []),
  ]
  return texts.length === 0 ? null : <p className={styles['note']}>{texts.join(' · ')}</p>
}

interface SegmentProps {
  readonly label: string
  readonly isOn: boolean
  readonly isDisabled?: boolean
  readonly onChoose: () => void
}

function Segment({ label, isOn, isDisabled = false, onChoose }: SegmentProps) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      disabled={isDisabled}
      className={styles['segment']}
      onClick={onChoose}
    >
      {label}
    </button>
  )
}
