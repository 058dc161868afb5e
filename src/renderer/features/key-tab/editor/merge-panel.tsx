import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Failure } from '../../../../shared/values.ts'
import { Button } from '../../../ui/button.tsx'
import { FailureLine, Skeleton } from '../bars.tsx'
import { type DecodedText, decodeText } from '../model/text-codec.ts'
import { failureOf, type Version } from '../model/value-calls.ts'
import type { ValueModel } from '../model/value-model.ts'
import { DiffView } from './diff-view.ts'
import styles from './editor.module.css'
import { shadowRootOf } from './editor-setup.ts'
import { type Merged, mergeTexts } from './merge-texts.ts'

export interface MergePanelProps {
  readonly model: ValueModel
  readonly onDone: () => void
}

/**
 * The stored version next to the result of a three-way merge with the edits. The right side replaces the stored version.
 */
export function MergePanel({ model, onDone }: MergePanelProps) {
  const [theirs, setTheirs] = useState<Version>()
  const [failure, setFailure] = useState<Failure>()
  const mine = useMemo(() => decodeText(model.document.currentBytes()), [model])

  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    model.readTheirs(signal).then(setTheirs, (error: unknown) => {
      if (!signal.aborted) setFailure(failureOf(error))
    })
    return () => controller.abort()
  }, [model])

  const base = useMemo(() => decodeText(model.document.base.bytes), [model])
  const theirText = useMemo(() => (theirs === undefined ? undefined : decodeText(theirs.bytes)), [theirs])
  const merged = useMemo(
    () =>
      base === undefined || mine === undefined || theirText === undefined
        ? undefined
        : mergeTexts(base, mine, theirText),
    [base, mine, theirText],
  )
  if (failure !== undefined) return <FailureLine failure={failure} retryLabel="Close" onRetry={onDone} />
  if (theirs === undefined) return <Skeleton />
  if (mine === undefined || theirText === undefined) {
    return (
      <p className={styles['byteReview']}>
        Only UTF-8 text can be merged, and one of the two versions is not: use theirs or keep yours.
      </p>
    )
  }
  return (
    <TextMerge
      theirs={theirText}
      right={merged?.text ?? mine}
      merged={merged}
      onPut={bytes => {
        onDone()
        void model.putMerged(theirs, bytes)
      }}
      onCancel={onDone}
    />
  )
}

interface TextMergeProps {
  readonly theirs: DecodedText
  /** What the right side begins with. */
  readonly right: DecodedText
  /** Absent where the right side begins with the edits. */
  readonly merged: Merged | undefined
  readonly onPut: (bytes: Uint8Array) => void
  readonly onCancel: () => void
}

function TextMerge({ theirs, right, merged, onPut, onCancel }: TextMergeProps) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<DiffView>(null)
  const put = useRef(onPut)

  useEffect(() => {
    put.current = onPut
  }, [onPut])

  useLayoutEffect(() => {
    if (host.current === null) return
    const left = { text: theirs, label: 'Their version' }
    const side = { text: right, label: 'Merged value' }
    const created = new DiffView(shadowRootOf(host.current), left, side, () => {
      put.current(created.rightBytes())
    })
    view.current = created
    return () => created.destroy()
  }, [theirs, right])

  return (
    <div className={styles['panel']}>
      <div className={styles['actions']}>
        <span role="status" className={styles['words']}>
          {merged === undefined
            ? 'Line ends differ, so the right side is yours. Edit it, or take changes over from the left.'
            : mergeText(merged)}
        </span>
        {merged?.conflicts.map(line => (
          <Button key={line} variant="quiet" onPress={() => view.current?.goToRight(line)}>
            Line {line}
          </Button>
        ))}
        <Button
          variant="quiet"
          onPress={() => {
            if (view.current !== null) onPut(view.current.rightBytes())
          }}
        >
          Put merged value
        </Button>
        <Button variant="quiet" onPress={onCancel}>
          Back to editing
        </Button>
      </div>
      <div className={styles['heads']}>
        <span>Theirs</span>
        <span>{merged === undefined ? 'Merged, beginning with yours' : 'Merged from both'}</span>
      </div>
      <div ref={host} className={styles['diff']} />
    </div>
  )
}

/** What was merged by itself, and what is left to decide. */
function mergeText({ taken, conflicts }: Merged): string {
  const changes = taken === 1 ? '1 change of theirs was' : `${taken} changes of theirs were`
  const theirs = taken === 0 ? 'No change of theirs was taken over.' : `${changes} taken over.`
  if (conflicts.length === 0) return `${theirs} No line was changed by both.`
  return `${theirs} Both changed ${conflicts.length === 1 ? 'one place, which has' : 'these places, which have'} your text:`
}
