import { Fragment } from 'react'
import { visibleName } from './visible-name.ts'
import styles from './visible-text.module.css'

interface VisibleTextProps {
  readonly text: string
  /** Whether the code unit at an index of the text is marked. */
  readonly isMarked?: (place: number) => boolean
}

/** A name from user data, with signs for its invisible characters. */
export function VisibleText({ text, isMarked }: VisibleTextProps) {
  return visibleName(text).map(part =>
    part.isSign ? (
      <span key={part.at} className={styles['sign']}>
        {part.text}
      </span>
    ) : (
      <Fragment key={part.at}>
        {isMarked === undefined
          ? part.text
          : markedRuns(part.text, place => isMarked(part.at + place)).map(run =>
              run.isMarked ? (
                <mark key={run.at} className={styles['mark']}>
                  {run.text}
                </mark>
              ) : (
                run.text
              ),
            )}
      </Fragment>
    ),
  )
}

interface Run {
  readonly text: string
  readonly isMarked: boolean
  readonly at: number
}

function markedRuns(text: string, isMarked: (place: number) => boolean): readonly Run[] {
  const runs: Run[] = []
  for (let at = 0, end = 1; at < text.length; at = end++) {
    while (end < text.length && isMarked(end) === isMarked(at)) end++
    runs.push({ text: text.slice(at, end), isMarked: isMarked(at), at })
  }
  return runs
}
