import { type KeyboardEvent, Suspense, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { loadable } from '../../../ui/loadable.tsx'
import { FailureLine } from '../bars/failure-line.tsx'
import { Skeleton } from '../bars/skeleton.tsx'
import type { Version } from '../model/read-value.ts'
import type { ValueModel } from '../model/value-model.ts'
import { PageBar } from './page-bar.tsx'
import styles from './paged.module.css'
import { TextPager } from './text-pager.ts'

export const TextViewer = loadable('TextViewer', async () => {
  return (await import('../editor/text-viewer.tsx')).TextViewer
})

/** Turns pages from within the text. */
const STEPS: Readonly<Record<string, number>> = { PageUp: -1, PageDown: 1 }

export interface PagedTextProps {
  readonly model: ValueModel
  readonly base: Version
}

/** A large value as text, a page at a time. */
export function PagedText({ model, base }: PagedTextProps) {
  const pager = useMemo(() => new TextPager(model.client, model.address, base), [model, base])
  const { page, failure, isLoading, index } = useSyncExternalStore(pager.subscribe, pager.getSnapshot)
  const [hasBadBytes, setHasBadBytes] = useState(false)
  useEffect(() => () => pager.close(), [pager])
  const turn = (event: KeyboardEvent) => {
    const step = event.altKey ? STEPS[event.key] : undefined
    if (step === undefined) return
    event.preventDefault()
    void pager.goTo(Math.max(0, Math.min(pager.count - 1, index + step)))
  }

  return (
    <div className={styles['column']} onKeyDown={turn}>
      {failure !== undefined && <FailureLine failure={failure} onRetry={() => void pager.goTo(index)} />}
      {hasBadBytes && (
        <p className={styles['note']}>
          This page holds bytes that are not UTF-8; they are shown as �. View as Hex to see them.
        </p>
      )}
      <div className={styles['body']} aria-busy={isLoading}>
        <Suspense fallback={<Skeleton />}>
          <TextViewer label="Value" bytes={page.bytes} onBadBytes={setHasBadBytes} />
        </Suspense>
      </div>
      <PageBar pager={pager} size={pager.size} page={page} index={index} isLoading={isLoading} />
    </div>
  )
}
