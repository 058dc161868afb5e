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

export interface MergePanelProps {
  readonly model: ValueModel
  readonly onDone: () => void
}

/** Their version beside the edits. The right side is put in place of their version. */
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

  const theirText = useMemo(() => (theirs === undefined ? undefined : decodeText(theirs.bytes)), [theirs])
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
      mine={mine}
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
  readonly mine: DecodedText
  readonly onPut: (bytes: Uint8Array) => void
  readonly onCancel: () => void
}

function TextMerge({ theirs, mine, onPut, onCancel }: TextMergeProps) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<DiffView>(null)
  const put = useRef(onPut)

  useEffect(() => {
    put.current = onPut
  }, [onPut])

  useLayoutEffect(() => {
    if (host.current === null) return
    const left = { text: theirs, label: 'Their version' }
    const right = { text: mine, label: 'Merged value' }
    const created = new DiffView(shadowRootOf(host.current), left, right, () => {
      put.current(created.rightBytes())
    })
    view.current = created
    return () => created.destroy()
  }, [theirs, mine])

  return (
    <div className={styles['panel']}>
      <div className={styles['actions']}>
        <span className={styles['words']}>Edit the right side, or take changes over from the left.</span>
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
        <span>Merged, beginning with yours</span>
      </div>
      <div ref={host} className={styles['diff']} />
    </div>
  )
}
